"""Every sentence of a message, in each language that messages speak.

    say("es", "event.case_opened", number=12)      # "Se abrió el caso 12"

Whoever makes a `Notice` takes its sentences from here; so do the names of facts and the foot, when it is
rendered. A language that is not here is answered in English.
"""

from typing import Any

ENGLISH = {
    "event.case_opened": "Case {number} was opened",
    "event.case_changed": "Case {number} was changed",
    "event.case_closed": "Case {number} was closed",
    "event.case_reopened": "Case {number} came back",
    "event.escalated": "Case {number} was escalated",
    "event.acknowledged": "Case {number} was acknowledged",
    "event.action_recorded": "Something was done about case {number}",
    "event.alert_opened": "An alert was opened",
    "mention.subject": "You are named in a note on case {number}",
    "mention.line": "A colleague named you in a note on case {number}.",
    "assigned.subject": "Case {number} is yours now",
    "assigned.line": "A colleague gave you case {number}.",
    "escalation.subject": "Case {number} needs an answer",
    "escalation.sent": "{programme}: case {number} was sent to {team}.",
    "escalation.sent_to_you": "{programme}: case {number} was sent to you.",
    "escalation.about": "It is about {about}.",
    "escalation.first": "First heard {when}.",
    "escalation.route": "It goes by the route “{route}”.",
    "escalation.where": "Where: {places}.",
    "escalation.where_more": "Where: {places} and {more} more.",
    "escalation.have_it": "I have it",
    "escalation.team": "Please look at it, and say that you have it.",
    "escalation.team_until": "Please look at it, and say by {when} that you have it.",
    "escalation.lead": "The team has not answered. Please see to it that somebody has it, and say so.",
    "escalation.lead_until": "The team has not answered. Please see to it that somebody has it, and say so"
    " by {when}.",
    "escalation.leadership": "Nobody has answered so far. Please see to it that somebody has it, and say so.",
    "escalation.leadership_until": "Nobody has answered so far. Please see to it that somebody has it,"
    " and say so by {when}.",
    "kind.addressed": "said to you directly",
    "kind.open": "said in public",
    "kind.closed": "said in communities that invited you",
    "ticket.line": "A team is looking at a problem that people report. The case on the desk says more.",
    "ticket.subject": "Case {number}",
    "ticket.closed": "Case {number} was closed.",
    "test.subject": "A test from Earnest",
    "test.line": "If you can read this, messages of this programme arrive here.",
    "news": "News from the desk",
    "open": "Open it",
    "foot": "Sent by Earnest. It holds no post and no name; open the desk to read.",
    "foot.quotes": "Sent by Earnest. Please do not pass the quoted words on.",
    "few": "fewer than {floor}",
    "some": "about {count}",
    "moment": "{day} {month}, {time} ({zone})",
    "fact.case": "Case",
    "fact.voices": "Voices",
    "fact.posts": "Posts",
    "fact.normally": "Normally",
    "fact.severity": "Severity",
    "fact.status": "Status",
    "fact.team": "Team",
    "fact.due": "Due",
    "fact.label": "About",
    "fact.alert": "Alert",
    "fact.step": "Step",
    "value.low": "low",
    "value.normal": "normal",
    "value.high": "high",
    "value.severe": "severe",
    "value.new": "new",
    "value.investigating": "investigating",
    "value.waiting": "waiting",
    "value.acted": "acted",
    "value.answered": "answered",
    "value.closed": "closed",
    "value.reopened": "reopened",
    "months": "January February March April May June July August September October November December",
}

SPANISH = {
    "event.case_opened": "Se abrió el caso {number}",
    "event.case_changed": "Cambió el caso {number}",
    "event.case_closed": "Se cerró el caso {number}",
    "event.case_reopened": "Volvió el caso {number}",
    "event.escalated": "Se escaló el caso {number}",
    "event.acknowledged": "Alguien se hizo cargo del caso {number}",
    "event.action_recorded": "Se hizo algo sobre el caso {number}",
    "event.alert_opened": "Se abrió una alerta",
    "mention.subject": "Se le nombra en una nota del caso {number}",
    "mention.line": "Alguien del equipo le nombró en una nota del caso {number}.",
    "assigned.subject": "El caso {number} es ahora suyo",
    "assigned.line": "Alguien del equipo le dio el caso {number}.",
    "escalation.subject": "El caso {number} espera respuesta",
    "escalation.sent": "{programme}: el caso {number} se envió a {team}.",
    "escalation.sent_to_you": "{programme}: se le envió el caso {number}.",
    "escalation.about": "Trata de {about}.",
    "escalation.first": "Se oyó por primera vez el {when}.",
    "escalation.route": "Llega por la ruta «{route}».",
    "escalation.where": "Dónde: {places}.",
    "escalation.where_more": "Dónde: {places} y {more} más.",
    "escalation.have_it": "Me hago cargo",
    "escalation.team": "Por favor, mírelo y diga que se hace cargo.",
    "escalation.team_until": "Por favor, mírelo y diga que se hace cargo antes del {when}.",
    "escalation.lead": "El equipo no ha respondido. Por favor, procure que alguien se haga cargo y dígalo.",
    "escalation.lead_until": "El equipo no ha respondido. Por favor, procure que alguien se haga cargo y"
    " dígalo antes del {when}.",
    "escalation.leadership": "Nadie respondió aún. Por favor, procure que alguien se haga cargo y dígalo.",
    "escalation.leadership_until": "Nadie respondió aún. Por favor, procure que alguien se haga cargo y"
    " dígalo antes del {when}.",
    "kind.addressed": "dicho a ustedes directamente",
    "kind.open": "dicho en público",
    "kind.closed": "dicho en comunidades que les invitaron",
    "ticket.line": "Un equipo mira un problema del que la gente habla. El caso en la mesa dice más.",
    "ticket.subject": "Caso {number}",
    "ticket.closed": "Se cerró el caso {number}.",
    "test.subject": "Una prueba de Earnest",
    "test.line": "Si puede leer esto, los avisos de este programa llegan aquí.",
    "news": "Novedades de la mesa",
    "open": "Abrirlo",
    "foot": "Enviado por Earnest. No contiene mensajes ni nombres; abra la mesa para leer.",
    "foot.quotes": "Enviado por Earnest. Por favor, no difunda las palabras citadas.",
    "few": "menos de {floor}",
    "some": "unos {count}",
    "moment": "{day} de {month}, {time} ({zone})",
    "fact.case": "Caso",
    "fact.voices": "Voces",
    "fact.posts": "Mensajes",
    "fact.normally": "Lo habitual",
    "fact.severity": "Gravedad",
    "fact.status": "Estado",
    "fact.team": "Equipo",
    "fact.due": "Vence",
    "fact.label": "Sobre",
    "fact.alert": "Alerta",
    "fact.step": "Escalón",
    "value.low": "baja",
    "value.normal": "normal",
    "value.high": "alta",
    "value.severe": "grave",
    "value.new": "nuevo",
    "value.investigating": "en estudio",
    "value.waiting": "en espera",
    "value.acted": "con medida",
    "value.answered": "respondido",
    "value.closed": "cerrado",
    "value.reopened": "reabierto",
    "months": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
}

WORDS: dict[str, dict[str, str]] = {"en": ENGLISH, "es": SPANISH}
"""Every sentence by language; each language has each."""


def known(lang: str) -> str:
    """A language that messages speak: the one asked for, or English."""
    return lang if lang in WORDS else "en"


def say(lang: str, key: str, **values: Any) -> str:
    """One sentence."""
    return WORDS[known(lang)][key].format(**values)


def value(lang: str, typed: str) -> str:
    """A value of a fact in words, where it is one of Earnest's own; else as it is."""
    return WORDS[known(lang)].get(f"value.{typed}", typed)


def number(lang: str, count: int) -> str:
    """A count with its thousands parted as the language does (Spanish parts from five digits on)."""
    if known(lang) == "es":
        return f"{count:,}".replace(",", "\u00a0") if count >= 10_000 else str(count)
    return f"{count:,}"
