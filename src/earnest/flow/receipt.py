"""Receipts: a short text that says what was erased or who is out of what, signed by this installation.

A receipt names nobody: no account, no post, no word of one. It is signed over its lines, so that it may be
printed, mailed or stored by anybody and still be checked here (`earnest erase verify-receipt`).
"""

from base64 import b32encode
from dataclasses import dataclass
from datetime import UTC, datetime
from hmac import compare_digest
from typing import Literal

from earnest.gate.voice import Keys

MARK = "earnest-receipt-1"
LONGEST = 20_000
"""Characters of a text that is looked at as a receipt."""

Lang = Literal["en", "es"]

_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "title": "Receipt from Earnest",
        "left": "An account is out: nothing it says is heard any more, and what it said was erased.",
        "erased": "What was found was erased and does not come in again.",
        "done": "Done",
        "posts": "Posts erased",
        "programme": "Programme",
        "places": "Places",
        "at": "When",
        "beyond": "Beyond reach",
        "names": "This receipt names nobody. Whoever runs the desk can check it:",
        "signed": "Signed",
    },
    "es": {
        "title": "Recibo de Earnest",
        "left": "Una cuenta queda fuera: ya no se oye nada de lo que diga, y lo que dijo se ha borrado.",
        "erased": "Lo que se encontró se ha borrado y no vuelve a entrar.",
        "done": "Hecho",
        "posts": "Mensajes borrados",
        "programme": "Programa",
        "places": "Lugares",
        "at": "Cuándo",
        "beyond": "Fuera de alcance",
        "names": "Este recibo no nombra a nadie. Quien lleva la mesa puede comprobarlo:",
        "signed": "Firmado",
    },
}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was done, as its receipt says it.

    what    "left": an account opted out; "erased": posts were erased
    posts   how many, where the one who asked showed that they were theirs; None: not told
    beyond  quarters whose posts no voice leads to any more ("2026Q2")
    """

    what: Literal["left", "erased"]
    programme: str
    places: tuple[str, ...]
    at: datetime
    posts: int | None = None
    beyond: tuple[str, ...] = ()


def written(keys: Keys, receipt: Receipt, lang: str = "en") -> str:
    """The signed text, ending in a line break. The same receipt always gives the same text."""
    t = _WORDS.get(lang, _WORDS["en"])
    rows = [
        (t["done"], t[receipt.what]),
        (t["posts"], None if receipt.posts is None else f"{receipt.posts}"),
        (t["programme"], receipt.programme),
        (t["places"], "; ".join(receipt.places)),
        (t["at"], f"{receipt.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"),
        (t["beyond"], ", ".join(receipt.beyond)),
    ]
    lines = [t["title"], "", *(f"{name}: {_line(value)}" for name, value in rows if value), ""]
    body = "\n".join([*lines, t["names"], "earnest erase verify-receipt FILE"])
    return f"{body}\n\n{_signed(keys, body, t['signed'])}\n"


def genuine(keys: Keys, text: str) -> bool:
    """Whether a text is a receipt that this installation wrote and nobody changed. Line ends and blanks at
    the ends of lines do not matter.
    """
    if len(text) > LONGEST:
        return False
    body, _, last = text.strip().rpartition("\n")
    given = last.encode("utf-8", "replace")
    return any(compare_digest(given, _signed(keys, body, t["signed"]).encode()) for t in _WORDS.values())


def _signed(keys: Keys, body: str, word: str) -> str:
    """The last line: it vouches for all lines before it, and for its own word."""
    plain = "\n".join([*(line.rstrip() for line in body.strip().splitlines()), word])
    letters = b32encode(keys.sealed("receipt", plain.encode("utf-8", "replace"))).decode().rstrip("=").lower()
    return f"{word}: {MARK} {' '.join(letters[at : at + 13] for at in range(0, len(letters), 13))}"


def _line(value: str) -> str:
    """One line: a title with a line break in it must not look like another line of the receipt."""
    return " ".join(value.split())
