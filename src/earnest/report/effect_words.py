"""What became of complaints after something was done, as sentences, in both languages.

"After", never "because". Figures come from `understand.outcome`, which took out what is too small to tell.
"""

from datetime import date
from typing import NamedTuple

from earnest.report.wording import Wording
from earnest.store import clock
from earnest.understand.effect import Ratio
from earnest.understand.outcome import Outcome


class Said(NamedTuple):
    """An outcome in words.

    short     for a list: "down by about half"
    sentence  with days and voices
    notes     what it means and leaves out
    """

    short: str
    sentence: str
    notes: tuple[str, ...]


_PARTS = ((0.1, "most"), (0.29, "three"), (0.42, "two"), (0.58, "half"), (0.7, "third"), (0.82, "quarter"))
"""Up to how much that is left a part of it is gone, by its name."""

_EN = {
    "most": "by more than nine tenths",
    "three": "by about three quarters",
    "two": "by about two thirds",
    "half": "by about half",
    "third": "by about a third",
    "quarter": "by about a quarter",
    "little": "a little",
    "up_little": "a little",
    "up_quarter": "by about a quarter",
    "up_half": "by about half",
    "up_double": "to about twice as many",
    "up_many": "to more than twice as many",
    "short_down": "down {part}",
    "short_likely_down": "likely down {part}",
    "short_same": "no change seen",
    "short_up": "up {part}",
    "short_general": "fell, as other complaints did",
    "short_unclear": "cannot tell yet",
    "short_waiting": "too early to tell",
    "short_unheard": "too little was heard to tell",
    "short_seldom": "too few voices to tell",
    "down": "Complaints on this are down {part} after {day}: {range}.",
    "down_few": "Complaints on this are down after {day}.",
    "likely_down": (
        "Complaints on this are likely down {part} after {day}, though chance is not ruled out: {range}."
    ),
    "likely_down_few": "Complaints on this are likely down after {day}.",
    "same": "No change is seen after {day}: {range}.",
    "same_few": "No change is seen after {day}.",
    "up": "Complaints on this are up {part} after {day}: {range}.",
    "up_few": "Complaints on this are up after {day}.",
    "general": (
        "Complaints on this fell after {day} ({range}), and other complaints fell too: the two cannot "
        "be told apart."
    ),
    "general_few": (
        "Complaints on this fell after {day}, and other complaints fell too: the two cannot be told apart."
    ),
    "unclear": "Whether it helped cannot be told yet: {range} after {day}.",
    "unclear_few": "Whether it helped cannot be told yet.",
    "waiting": "Whether it helped can be told from {tells} on, if enough is heard until then.",
    "unheard": "Whether it helped cannot be told: in too many of the weeks around {day} nothing was heard.",
    "seldom": "Whether it helped cannot be told: too few voices speak of it for a change to stand out.",
    "fewer": "likely between {low} and {high} in 100 fewer",
    "more": "likely between {low} and {high} in 100 more",
    "between": "likely between {low} in 100 fewer and {high} in 100 more",
    "open": "{low} in 100 fewer, or many more",
    "open_more": "at least {low} in 100 more",
    "about": "about {count}",
    "voices": "We heard from {now} voices a week, normally {usual}.",
    "few": "fewer than {floor}",
    "none": "no",
    "note_rising": (
        "It had been rising in the two weeks before: part of the fall may be the end of a flare-up."
    ),
    "note_falling": "It had been falling before anything was done.",
    "note_against": "Held against the other complaints of the same places: {range}.",
    "note_places": "Heard on one side only, and left out: {places}.",
    "note_unknown": "Of {of} hours of these places {unknown} are not known; they are left out on both sides.",
    "note_how": (
        "Complaints and reports for every other post heard at the same places, in whole weeks from the "
        "day on; right 90 times in 100. It says what came after, not what came of it."
    ),
    "title": "Complaints on this for every 1,000 other posts, by week",
    "read": (
        "Corrected for how much was said and where we could hear. Lines through dots show each week’s "
        "likely range."
    ),
    "head_week": "Week from",
    "head_rate": "Per 1,000 other posts",
    "head_range": "Likely between",
    "head_when": "When",
    "before": "before",
    "between_word": "in between",
    "after": "after",
    "and": "{low} and {high}",
    "mark_before": "{rate} before",
    "mark_after": "{rate} after",
    "likely": "likely {low} to {high}",
    "described": "{before} before {day}, {after} after. {gaps}",
    "described_gaps": "Not seen in {weeks} of {of} weeks.",
    "unknown": "not seen",
    "hidden": "fewer than {floor} voices",
    "silence": "where the line under the weeks is missing, nobody was listening",
    "silence_short": "no line: nobody was listening",
}
_ES = {
    "most": "en más de nueve décimas partes",
    "three": "en unas tres cuartas partes",
    "two": "en unos dos tercios",
    "half": "a cerca de la mitad",
    "third": "en cerca de un tercio",
    "quarter": "en cerca de una cuarta parte",
    "little": "un poco",
    "up_little": "un poco",
    "up_quarter": "en cerca de una cuarta parte",
    "up_half": "en cerca de la mitad",
    "up_double": "a cerca del doble",
    "up_many": "a más del doble",
    "short_down": "bajaron {part}",
    "short_likely_down": "probablemente bajaron {part}",
    "short_same": "no se ve ningún cambio",
    "short_up": "subieron {part}",
    "short_general": "bajaron, como otras quejas",
    "short_unclear": "aún no se puede saber",
    "short_waiting": "demasiado pronto para saberlo",
    "short_unheard": "se oyó demasiado poco para saberlo",
    "short_seldom": "muy pocas voces para saberlo",
    "down": "Las quejas sobre esto bajaron {part} después del {day}: {range}.",
    "down_few": "Las quejas sobre esto bajaron después del {day}.",
    "likely_down": (
        "Las quejas sobre esto probablemente bajaron {part} después del {day}, aunque puede ser azar: "
        "{range}."
    ),
    "likely_down_few": "Las quejas sobre esto probablemente bajaron después del {day}.",
    "same": "No se ve ningún cambio después del {day}: {range}.",
    "same_few": "No se ve ningún cambio después del {day}.",
    "up": "Las quejas sobre esto subieron {part} después del {day}: {range}.",
    "up_few": "Las quejas sobre esto subieron después del {day}.",
    "general": (
        "Las quejas sobre esto bajaron después del {day} ({range}), y otras quejas también: no se "
        "pueden distinguir."
    ),
    "general_few": (
        "Las quejas sobre esto bajaron después del {day}, y otras quejas también: no se pueden distinguir."
    ),
    "unclear": "Aún no se puede saber si ayudó: {range} después del {day}.",
    "unclear_few": "Aún no se puede saber si ayudó.",
    "waiting": "Se podrá saber si ayudó desde el {tells}, si hasta entonces se oye lo suficiente.",
    "unheard": "No se puede saber si ayudó: en demasiadas semanas alrededor del {day} no se oyó nada.",
    "seldom": "No se puede saber si ayudó: hablan de ello muy pocas voces para que se note un cambio.",
    "fewer": "probablemente entre {low} y {high} de cada 100 menos",
    "more": "probablemente entre {low} y {high} de cada 100 más",
    "between": "probablemente entre {low} de cada 100 menos y {high} de cada 100 más",
    "open": "{low} de cada 100 menos, o muchas más",
    "open_more": "al menos {low} de cada 100 más",
    "about": "unas {count}",
    "voices": "Oímos {now} voces por semana, normalmente {usual}.",
    "few": "menos de {floor}",
    "none": "cero",
    "note_rising": (
        "Había subido en las dos semanas anteriores: parte de la bajada puede ser el fin de un brote."
    ),
    "note_falling": "Ya bajaba antes de que se hiciera algo.",
    "note_against": "Frente a las otras quejas de los mismos lugares: {range}.",
    "note_places": "Oídos solo en un lado, y por eso sin contar: {places}.",
    "note_unknown": "De {of} horas de estos lugares no se conocen {unknown}; no cuentan en ningún lado.",
    "note_how": (
        "Quejas e informes por cada otro mensaje oído en los mismos lugares, en semanas enteras desde "
        "ese día; acierta 90 veces de cada 100. Dice qué vino después, no qué lo causó."
    ),
    "title": "Quejas sobre esto por cada 1000 otros mensajes, por semana",
    "read": (
        "Corregidas por cuánto se dijo y dónde pudimos oír. Las líneas en los puntos muestran el rango "
        "probable de cada semana."
    ),
    "head_week": "Semana desde",
    "head_rate": "Por cada 1000 otros mensajes",
    "head_range": "Probablemente entre",
    "head_when": "Cuándo",
    "before": "antes",
    "between_word": "entre medias",
    "after": "después",
    "and": "{low} y {high}",
    "mark_before": "{rate} antes",
    "mark_after": "{rate} después",
    "likely": "probable {low} a {high}",
    "described": "{before} antes del {day}, {after} después. {gaps}",
    "described_gaps": "Sin ver en {weeks} de {of} semanas.",
    "unknown": "sin ver",
    "hidden": "menos de {floor} voces",
    "silence": "donde falta la línea bajo las semanas, nadie escuchaba",
    "silence_short": "sin línea: nadie escuchaba",
}


def of(say: Wording) -> dict[str, str]:
    """The words of a language."""
    return _ES if say.lang == "es" else _EN


def said(outcome: Outcome, say: Wording) -> Said:
    """An outcome in words."""
    words = of(say)
    own, verdict = outcome.effect.own, outcome.verdict
    day = acted(outcome, say)
    part = _part(own, words) if own is not None else ""
    key = verdict if own is not None or verdict in ("waiting", "unheard", "seldom") else f"{verdict}_few"
    tells = outcome.effect.tells
    sentence = words[key].format(
        part=part,
        day=day,
        range="" if own is None else range_of(own, words),
        tells="" if tells is None else say.day(clock.day_date(tells), year=True),
    )
    if (heard := _voices(outcome, say, words)) and verdict not in ("waiting", "unheard", "seldom"):
        sentence = f"{sentence} {heard}"
    short = words[f"short_{verdict}"].format(part=part).strip()
    return Said(short, sentence, tuple(_notes(outcome, say, words)))


def short(verdict: str, left: int | None, say: Wording) -> str:
    """What was last found, for a list: the verdict and how much is left, in percent."""
    words = of(say)
    part = "" if left is None else _part(Ratio(left / 100, 0, 0), words)
    return words.get(f"short_{verdict}", words["short_unclear"]).format(part=part).strip()


def acted(outcome: Outcome, say: Wording) -> str:
    """The last day on which something was done."""
    return say.day(clock.day_date(outcome.acted[1]), year=True)


def _part(own: Ratio, words: dict[str, str]) -> str:
    if own.value <= 1:
        return words[next((name for most, name in _PARTS if own.value <= most), "little")]
    for most, name in ((1.12, "up_little"), (1.35, "up_quarter"), (1.7, "up_half"), (2.3, "up_double")):
        if own.value <= most:
            return words[name]
    return words["up_many"]


def range_of(ratio: Ratio, words: dict[str, str]) -> str:
    """The interval of a ratio as so many in 100 fewer or more."""
    low, high = (round(100 * (end - 1)) if end < 100 else None for end in (ratio.low, ratio.high))
    if high is None:
        key = "open" if low is None or low < 0 else "open_more"
        return words[key].format(low=abs(low or 0))
    low = low or 0
    if high <= 0:
        return words["fewer"].format(low=-high, high=-low)
    if low >= 0:
        return words["more"].format(low=low, high=high)
    return words["between"].format(low=-low, high=high)


def _voices(outcome: Outcome, say: Wording, words: dict[str, str]) -> str:
    if outcome.usual is None:
        return ""
    told = [
        words["few"].format(floor=outcome.floor)
        if count is None
        else words["about"].format(count=say.whole(count))
        if count
        else words["none"]
        for count in (outcome.voices, outcome.usual)
    ]
    return words["voices"].format(now=told[0], usual=told[1])


def _notes(outcome: Outcome, say: Wording, words: dict[str, str]) -> list[str]:
    effect = outcome.effect
    if outcome.verdict in ("waiting", "seldom"):
        return []
    notes = [words["note_rising"]] if effect.rising else []
    notes += [words["note_falling"]] if effect.falling else []
    if effect.against is not None:
        notes.append(words["note_against"].format(range=range_of(effect.against, words)))
    if outcome.places:
        notes.append(words["note_places"].format(places=say.listing(outcome.places)))
    unknown, of_all = outcome.unknown
    if unknown:
        notes.append(words["note_unknown"].format(unknown=say.whole(unknown), of=say.whole(of_all)))
    return [*notes, words["note_how"]]


def day_of(number: int, say: Wording) -> str:
    """A day number as a short day."""
    return say.short_day(clock.day_date(number))


def on(day: date, say: Wording) -> str:
    """A day with its year."""
    return say.day(day, year=True)
