"""Plain lower-case ASCII for the protected-speech filter, so that disguises do not help or harm.

"Ünïon", "UNI0N", "u-n-i-o-n", "ｕｎｉｏｎ" and "uniоn" (with a Cyrillic о) should all read as "union".
Folding is for deciding only: what is kept is never the folded text.
"""

import re
import unicodedata
from collections.abc import Sequence
from string import ascii_lowercase, ascii_uppercase

# Read as Latin letters by a person, whatever their block.
_LOOKALIKES = dict(
    zip("абвгеёзийкмнорстухьѕіјԁһӏɑɡıοαβεηικνρτυχω", "abbreeeijkmhopctyxbsijdhlagioabenikvptuxw", strict=True)
)
_WORDS = {
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d",
    "✊": " zfist ", "🪧": " zplacard ", "📢": " loudspeaker ", "…": ".", "。": ".", "¡": " ", "¿": " ",
}  # fmt: skip


class _Fold(dict[int, str]):
    """A character that is not named here becomes a space: emoji part words, they do not glue them."""

    def __missing__(self, code: int) -> str:
        answer = chr(code) if code < 128 else " "
        self[code] = answer
        return answer


_OTHERS = _Fold({ord(k): v for k, v in (_LOOKALIKES | _WORDS).items()})
_OTHERS.update(dict.fromkeys((173, 8203, 8204, 8205, 8288, 65279, 65039), ""))
_OTHERS.update(dict.fromkeys(range(127995, 128000), ""))
_CONTROLS = bytes((*range(9), 11, 12, *range(14, 32), 127))
_OTHER_CONTROLS = _CONTROLS[1:]
"""All but NUL, which parts the texts of a stretch."""
_ASCII = bytes.maketrans(
    b"-_'`\"/\\()[]{}<>\t\r" + ascii_uppercase.encode("ascii"), b" " * 17 + ascii_lowercase.encode("ascii")
)
# What makes a folded text worth undisguising, for RE2 (which has no back references).
DISGUISE = (
    r"[a-z][0134578$@!|+*]+[a-z]",
    r"(?:^|[^a-z0-9$.,])[5$|!][a-z]{3}",
    r"\b[a-z0-9$](?:[ .*,:~|]{1,3}[a-z0-9$!]\b){3}",
    *(letter + "{3}" for letter in "abcdefghijklmnopqrstuvwxyz"),
)

_MARKS = re.compile("[\u0300-\u036f]+")

_LEET = str.maketrans("01345$@!|7+8", "oieassaiittb")
_LEET_WORD = re.compile(r"[a-z0-9$@!|+*]{2,40}")
_SPACED = re.compile(r"(?<![a-z0-9])[a-z0-9$](?:[ .*,:~|]{1,3}[a-z0-9$!]){3,}(?![a-z0-9])")
_GAPS = re.compile(r"[^a-z0-9$!]+")
_LONG = re.compile(r"([a-z])\1{2,}")


def fold(text: str) -> bytes:
    """The text as plain lower-case ASCII; apostrophes, hyphens and brackets become spaces, controls go."""
    if not text.isascii():
        text = text.lower()
        text = _MARKS.sub("", unicodedata.normalize("NFKD", text))
        if not text.isascii():
            text = text.translate(_OTHERS)
    return text.encode("ascii").translate(_ASCII, _CONTROLS)


def fold_all(texts: Sequence[str]) -> list[bytes]:
    """`fold` of each text; plain ones are folded in one stretch."""
    plain = [text for text in texts if text.isascii()]
    joined = "\0".join(plain)
    if not plain or joined.count("\0") != len(plain) - 1:
        return [fold(text) for text in texts]
    folded = joined.encode("ascii").translate(_ASCII, _OTHER_CONTROLS).split(b"\0")
    if len(plain) == len(texts):
        return folded
    rest = iter(folded)
    return [next(rest) if text.isascii() else fold(text) for text in texts]


def undisguise(folded: str) -> str:
    """Folded text with spaced words closed up, digits read as letters and stretched letters shortened."""
    plain = _SPACED.sub(lambda run: _GAPS.sub(_closed, run[0]), folded)
    plain = _LEET_WORD.sub(_letters, plain)
    return _LONG.sub(r"\1", plain)


def _closed(gap: re.Match[str]) -> str:
    """Between letters that stand apart, two blanks part words and anything else parts nothing."""
    return " " if len(gap[0]) > 1 and gap[0].isspace() else ""


def _letters(word: re.Match[str]) -> str:
    """A word with letters in it, its digits and signs read as letters; a number stays one."""
    return word[0] if word[0].isdigit() else word[0].translate(_LEET)
