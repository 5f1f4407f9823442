"""The short texts of the public notice, in its languages; the long ones are in its templates."""

from typing import Any

from django.utils.translation import get_language

from earnest.store.read import Programme

LEAVE_WORDS = ("#noearnest", "#nobot", "#noescuchen")
"""Words that make a post pass by unread; the gate knows them."""

_TYPES_EN = {
    "file": "file", "feed": "feed", "submit": "form", "sample": "sample", "matrix": "Matrix room",
    "reddit": "Reddit", "bluesky": "Bluesky", "mastodon": "Mastodon", "discord": "Discord",
    "telegram": "Telegram", "discourse": "Discourse forum", "mail": "mailbox", "mailing_list": "mailing list",
    "x": "X", "youtube": "YouTube", "slack": "Slack", "github": "GitHub", "hackernews": "Hacker News",
    "stackexchange": "Stack Exchange", "app_store": "App Store reviews", "google_play": "Google Play reviews",
    "drop": "files handed in", "archive": "files handed in", "s3": "files handed in", "singer": "Singer tap",
}  # fmt: skip
_TYPES_ES = _TYPES_EN | {
    "file": "archivo", "feed": "canal web", "submit": "formulario", "sample": "muestra",
    "matrix": "sala de Matrix", "mail": "buzón de correo", "mailing_list": "lista de correo",
    "discourse": "foro Discourse", "app_store": "reseñas de App Store",
    "google_play": "reseñas de Google Play", "drop": "archivos entregados", "archive": "archivos entregados",
    "s3": "archivos entregados", "singer": "tap de Singer",
}  # fmt: skip


def place_type(type: str) -> str:
    """What a sort of place is called, in the language of the page."""
    spoken = get_language() or ""
    said: str = WORDS[spoken if spoken in WORDS else "en"]["types"].get(type, type)
    return said


WORDS: dict[str, dict[str, Any]] = {
    "en": {
        "notice": "public notice",
        "kinds": {"addressed": "said to us", "open": "said in public", "closed": "invited, notice pinned"},
        "types": _TYPES_EN,
        "no_consent": "invitation ended: not read",
        "waiting": "asked, not invited yet: not read",
        "states": {
            "observed": "heard",
            "empty": "heard, nobody spoke",
            "unknown": "unknown since",
            "never": "not heard yet",
            "paused": "paused",
            "paused_by_delegate": "paused by the community’s delegate",
            "waiting": "waiting for the pin",
        },
        "events": {
            "invited": "was asked",
            "opened": "opened",
            "renewed": "opened again",
            "paused": "paused",
            "closed": "closed",
        },
        "why": {
            "unpublished": "notice unpinned",
            "changed": "notice changed",
            "removed": "notice deleted",
            "not_administrator": "pinned by nobody who is an administrator",
            "sent_away": "Earnest was sent away",
            "unreadable": "the community encrypts what it says",
            "opted_out": "the community asks programs to stay out",
            "expired": "its time was over",
            "not_proved": "it could not be proved for a while",
            "delegate": "by the delegate",
            "steward": "by the operator",
            "operator": "by the operator",
        },
    },
    "es": {
        "notice": "aviso público",
        "kinds": {
            "addressed": "dicho a nosotros",
            "open": "dicho en público",
            "closed": "por invitación, aviso fijado",
        },
        "types": _TYPES_ES,
        "no_consent": "invitación terminada: no se lee",
        "waiting": "preguntada, aún sin invitación: no se lee",
        "states": {
            "observed": "se oye",
            "empty": "se oye, nadie habló",
            "unknown": "sin saber desde",
            "never": "aún no se ha oído",
            "paused": "en pausa",
            "paused_by_delegate": "en pausa por la persona delegada",
            "waiting": "a la espera de que fijen el aviso",
        },
        "events": {
            "invited": "recibió la pregunta",
            "opened": "abrió",
            "renewed": "abrió de nuevo",
            "paused": "en pausa",
            "closed": "cerró",
        },
        "why": {
            "unpublished": "quitaron el aviso",
            "changed": "cambiaron el aviso",
            "removed": "borraron el aviso",
            "not_administrator": "no lo fijó nadie que administre",
            "sent_away": "echaron a Earnest",
            "unreadable": "la comunidad cifra lo que dice",
            "opted_out": "la comunidad pide a los programas que no entren",
            "expired": "se acabó su plazo",
            "not_proved": "no se pudo comprobar durante un tiempo",
            "delegate": "por la persona delegada",
            "steward": "por la empresa",
            "operator": "por la empresa",
        },
    },
}

RIGHTS: dict[str, tuple[str, ...]] = {
    "en": (
        "Ask what is kept that could be about you, and get a copy (GDPR 15). Nothing is kept under a name, so"
        " it is found by what you said and where.",
        "Have it corrected or erased (16, 17), or have its use limited (18).",
        "Object at any time (21): leaving, above, is the short way.",
        "Take back a consent that you gave (7). What was done before stays lawful.",
        "Complain to a supervisory authority (77).",
    ),
    "es": (
        "Preguntar qué se guarda que pueda tratar de ti y recibir una copia (RGPD 15). Nada se guarda con un"
        " nombre, así que se busca por lo que dijiste y dónde.",
        "Pedir que se corrija o se borre (16, 17), o que se limite su uso (18).",
        "Oponerte cuando quieras (21): irse, más arriba, es el camino corto.",
        "Retirar un consentimiento que diste (7). Lo hecho antes sigue siendo lícito.",
        "Reclamar ante una autoridad de control (77).",
    ),
}
"""What anybody may ask of the operator."""

REFUSED: dict[str, tuple[str, ...]] = {
    "en": (
        "Reading a group that did not invite it.",
        "Knowing, counting, ranking or searching who wrote a post.",
        "Keeping what is said about organising, being represented, or talking to the press, researchers,"
        " regulators or lawyers. A filter drops such posts in memory and nothing is stored. It can miss one:"
        " tell us and it is erased.",
        "Guessing anyone’s health, beliefs or plans, or, where people’s pay depends on the reader,"
        " their mood.",
        "Linking a post to anyone’s account, pay or offers.",
    ),
    "es": (
        "Leer un grupo que no lo invitó.",
        "Saber, contar, ordenar o buscar quién escribió un mensaje.",
        "Guardar lo que se dice sobre organizarse, ser representado o hablar con la prensa, con"
        " investigadores, con autoridades o con abogados. Un filtro descarta esos mensajes en memoria y no se"
        " guarda nada. Puede escaparse uno: dínoslo y se borra.",
        "Adivinar la salud, las creencias o los planes de nadie ni, donde la paga depende de quien lee,"
        " su ánimo.",
        "Unir un mensaje a la cuenta, la paga o las ofertas de nadie.",
    ),
}

_NUMBERS = {
    "en": (
        "no",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
    ),
    "es": (
        "ningún",
        "un",
        "dos",
        "tres",
        "cuatro",
        "cinco",
        "seis",
        "siete",
        "ocho",
        "nueve",
        "diez",
        "once",
        "doce",
    ),
}


def title(lang: str, programme: Programme, places: int) -> str:
    """Who reads whom, in one line."""
    number = _NUMBERS[lang][places] if places < len(_NUMBERS[lang]) else f"{places:,}"
    if lang == "es":
        if not places:
            return f"{programme.name}: todavía no se escucha en ningún lugar"
        where = "este lugar" if places == 1 else f"estos {number} lugares"
        return f"{programme.name}: leemos lo que se dice en {where}"
    if not places:
        return f"{programme.name}: no place is listened to yet"
    where = "this place" if places == 1 else f"these {number} places"
    return f"{programme.name}: we read what is said in {where}"
