"""What a report says of cases, in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from earnest.report import effect_words
from earnest.report.wording import Wording
from earnest.understand.outcome import Outcome


class Done(Protocol):
    """An action that is told."""

    @property
    def what(self) -> str: ...
    @property
    def team(self) -> str: ...
    @property
    def day(self) -> date: ...
    @property
    def planned(self) -> bool: ...


class One(Protocol):
    """A case that is told."""

    @property
    def heard(self) -> date: ...
    @property
    def investigated(self) -> date | None: ...
    @property
    def closed(self) -> date | None: ...
    @property
    def back(self) -> bool: ...
    @property
    def status(self) -> str: ...


_EN = {
    "none_heading": "What was done about it",
    "one": "One case is told of, with what came after",
    "many": "{count} cases are told of, with what came after",
    "counted": "{opened} were opened in these days; answered or closed by now: {settled}.",
    "counted_one": "One case was opened in these days; answered or closed by now: {settled}.",
    "counted_none": "No case was opened in these days.",
    "cases": "{count} cases",
    "none": (
        "None of the cases may be told here: somebody decides for each of them whether it is, and in "
        "which words."
    ),
    "note": (
        "Titles and sentences are the operator’s own. What came after an action need not come of it: "
        "the figures are held against everything else that was said at the same places, and against "
        "other complaints."
    ),
    "head_case": "Case",
    "head_heard": "Heard",
    "head_seen": "Looked into",
    "head_done": "What was done",
    "head_effect": "What came after",
    "nothing_done": "nothing that may be told here",
    "planned": "planned for {day}: {what}",
    "by": "{day}, {team}: {what}",
    "without": "{day}: {what}",
    "closed": "closed {day}",
    "back": "came back",
    "open": "not yet",
    "no_effect": "nothing was done yet",
}
_ES = {
    "none_heading": "Qué se hizo",
    "one": "Se cuenta un caso, con lo que vino después",
    "many": "Se cuentan {count} casos, con lo que vino después",
    "counted": "En estos días se abrieron {opened}; respondidos o cerrados hasta ahora: {settled}.",
    "counted_one": "En estos días se abrió un caso; respondidos o cerrados hasta ahora: {settled}.",
    "counted_none": "En estos días no se abrió ningún caso.",
    "cases": "{count} casos",
    "none": (
        "Ninguno de los casos puede contarse aquí: alguien decide para cada uno si se cuenta y con qué "
        "palabras."
    ),
    "note": (
        "Los títulos y las frases son del operador. Lo que vino después de una acción no tiene por qué "
        "venir de ella: las cifras se comparan con todo lo demás que se dijo en los mismos lugares y "
        "con otras quejas."
    ),
    "head_case": "Caso",
    "head_heard": "Oído",
    "head_seen": "Investigado",
    "head_done": "Qué se hizo",
    "head_effect": "Qué vino después",
    "nothing_done": "nada que pueda contarse aquí",
    "planned": "previsto para el {day}: {what}",
    "by": "{day}, {team}: {what}",
    "without": "{day}: {what}",
    "closed": "cerrado el {day}",
    "back": "volvió",
    "open": "aún no",
    "no_effect": "aún no se hizo nada",
}


@dataclass(frozen=True, slots=True)
class Words:
    """One language."""

    said: Mapping[str, str]

    @property
    def heads(self) -> tuple[str, ...]:
        return tuple(self.said[f"head_{key}"] for key in ("case", "heard", "seen", "done", "effect"))

    @property
    def none(self) -> str:
        return self.said["none"]

    @property
    def note(self) -> str:
        return self.said["note"]

    def heading(self, told: int, say: Wording) -> str:
        if not told:
            return self.said["none_heading"]
        return self.said["one"] if told == 1 else self.said["many"].format(count=say.count(told).capitalize())

    def counted(self, opened: int, settled: int, say: Wording) -> str:
        if not opened:
            return self.said["counted_none"]
        if opened == 1:
            return self.said["counted_one"].format(settled=settled)
        cases = self.said["cases"].format(count=say.whole(opened))
        return self.said["counted"].format(opened=cases, settled=settled)

    def heard(self, one: One, say: Wording) -> str:
        return say.day(one.heard)

    def investigated(self, one: One, say: Wording) -> str:
        told = self.said["open"] if one.investigated is None else say.day(one.investigated)
        if one.back:
            return f"{told}; {self.said['back']}"
        return (
            told if one.closed is None else f"{told}; {self.said['closed'].format(day=say.day(one.closed))}"
        )

    def done(self, done: tuple[Done, ...], say: Wording) -> str:
        if not done:
            return self.said["nothing_done"]
        return " ".join(self._one(action, say) for action in done)

    def _one(self, action: Done, say: Wording) -> str:
        key = "planned" if action.planned else "by" if action.team else "without"
        what = action.what if action.what.endswith((".", "!", "?")) else f"{action.what}."
        return self.said[key].format(day=say.day(action.day), team=action.team, what=what)

    def effect(self, found: Outcome | None, say: Wording) -> str:
        return self.said["no_effect"] if found is None else effect_words.said(found, say).short


def of(say: Wording) -> Words:
    """The words of a language."""
    return Words(_ES if say.lang == "es" else _EN)
