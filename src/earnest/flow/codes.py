"""The opt-out page's two proofs: a one-time code that is posted, and a private link to one submission.

Nobody needs an account here. Of a code the store keeps a keyed hash for 14 days; of a link it keeps nothing.
The private address of a code cannot be found out from the code, which everybody may read where it is posted.
"""

import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from pathlib import Path

from earnest.desk import audit
from earnest.flow.asking import code_hash
from earnest.flow.receipt import Receipt, written
from earnest.gate.voice import Keys
from earnest.store import read, read_leaving, write_leaving

LIVES = timedelta(days=14)
ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
"""32 characters, as `gate.optout.CODE` knows them."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")
_LINK = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A private page. `code` is to be posted; `receipt` is there once it was heard."""

    code: str
    known: read_leaving.Code
    receipt: str | None


def keys_of(home: Path) -> Keys:
    """The keys of a home folder. Raises MissingKeys."""
    return Keys.open(home / "keys" / "voices.key")


def new_code(home: Path, programme: str) -> str | None:
    """A private token whose code waits to be posted; None when very many wait already."""
    token = secrets.token_urlsafe(24)
    keys = keys_of(home)
    hash = code_hash(keys, _code(keys, token))
    return token if write_leaving.add_code(programme, hash, datetime.now(UTC) + LIVES) else None


def look(home: Path, programme: read.Programme, token: str, lang: str) -> Waiting | None:
    """What came of a private token's code, None where there is none (any more)."""
    if not _TOKEN.fullmatch(token):
        return None
    keys = keys_of(home)
    code = _code(keys, token)
    known = read_leaving.code(programme.slug, code_hash(keys, code))
    if known is None:
        return None
    told = None
    if known.done is not None:
        what = Receipt("left", programme.name, known.places, known.done, known.posts)
        told = written(keys, what, lang)
    return Waiting(code, known, told)


def link(keys: Keys, source: str, post_id: str) -> str:
    """The private token with which one submission, and no other, can be erased."""
    key = keys.post_key(source, post_id)
    return urlsafe_b64encode(key + _seal(keys, source, key)).rstrip(b"=").decode("ascii")


def linked(home: Path, programme: str, token: str) -> tuple[int, bytes] | None:
    """The place and key of the submission of a private token; None for one that was not made here."""
    if not _LINK.fullmatch(token):
        return None
    try:
        held = urlsafe_b64decode(f"{token}=")
    except (NotBase64, ValueError):
        return None
    key, seal = held[:16], held[16:]
    keys = keys_of(home)
    for place_id, source, _ in read_leaving.places_of("submit"):
        if source.partition("/")[0] == programme and compare_digest(seal, _seal(keys, source, key)):
            return place_id, key
    return None


def erased(home: Path, programme: read.Programme, submission: tuple[int, bytes], lang: str) -> str | None:
    """The receipt of a submission that was erased, None for one that was not (yet).

    It says nothing of whether the submission had been kept: what is withheld gets the same answers.
    """
    place_id, key = submission
    at = read_leaving.erased_at(place_id, key)
    if at is None:
        return None
    done = Receipt("erased", programme.name, (read_leaving.title_of(place_id),), at)
    return written(keys_of(home), done, lang)


def erase_linked(programme: str, submission: tuple[int, bytes]) -> None:
    """Erase one submission and keep it away, whether or not it was kept."""

    def noted(posts: int) -> None:
        audit.note("visitor", "erased_on_request", programme=programme, detail={"by": "link"})

    write_leaving.erase_keys([submission], noted)


def _code(keys: Keys, token: str) -> str:
    number = int.from_bytes(keys.sealed("code of", token.encode("ascii"))[:8], "big")
    letters = "".join(ALPHABET[(number >> (5 * at)) & 31] for at in range(12))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def _seal(keys: Keys, source: str, key: bytes) -> bytes:
    return keys.sealed("link", source.encode() + b"\0" + key)[:16]
