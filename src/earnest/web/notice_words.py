"""The short texts of the public notice, in its languages; the long ones are in its templates."""

from typing import Any

from earnest.store.read import Programme

LEAVE_WORDS = ("#noearnest", "#nobot", "#noescuchen")
"""Words that make a post pass by unread; the gate knows them."""

WORDS: dict[str, dict[str, Any]] = {
    "en": {
        "notice": "public notice",
        "kinds": {"addressed": "said to us", "open": "said in public", "closed": "invited, notice pinned"},
        "no_consent": "invitation ended: not read",
        "states": {
            "observed": "heard",
            "empty": "heard, nobody spoke",
            "unknown": "unknown since",
            "never": "not heard yet",
            "paused": "paused",
        },
    },
    "es": {
        "notice": "aviso público",
        "kinds": {
            "addressed": "dicho a nosotros",
            "open": "dicho en público",
            "closed": "por invitación, aviso fijado",
        },
        "no_consent": "invitación terminada: no se lee",
        "states": {
            "observed": "se oye",
            "empty": "se oye, nadie habló",
            "unknown": "sin saber desde",
            "never": "aún no se ha oído",
            "paused": "en pausa",
        },
    },
}

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
