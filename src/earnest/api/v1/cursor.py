"""Where a list goes on: a sealed word that says nothing, good only for the same question.

    cursor.write("posts", question, "81273")  ->  "eyJ…"
    cursor.read("posts", question, word)      ->  "81273", or Problem 400

A list goes on after a *value* (keyset), never after a number of rows: what comes or goes meanwhile makes
nothing appear twice and nothing that stayed be left out.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping

import msgspec
from django.conf import settings

from earnest.api.v1.problems import Problem

_SEAL = 9
LONGEST = 200


def write(list_name: str, question: Mapping[str, object], value: str) -> str:
    """The word for `value` in a list that was asked for with `question`."""
    body = value.encode()
    sealed = _seal(list_name, question, body) + body
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def read(list_name: str, question: Mapping[str, object], word: str) -> str:
    """The value that a word stands for. Raises Problem (400) for one that was not given out for this."""
    try:
        sealed = base64.urlsafe_b64decode(word.encode("ascii") + b"=" * (-len(word) % 4))
        body = sealed[_SEAL:]
        good = len(word) <= LONGEST and hmac.compare_digest(sealed[:_SEAL], _seal(list_name, question, body))
        if good and write(list_name, question, body.decode()) == word:
            return body.decode()
    except (UnicodeError, binascii.Error, ValueError):
        pass
    raise Problem(
        400,
        "bad-cursor",
        "The cursor is not one that was given out for this question. Begin anew without it.",
        where="query.cursor",
    )


def _seal(list_name: str, question: Mapping[str, object], body: bytes) -> bytes:
    asked = msgspec.json.encode(sorted((name, value) for name, value in question.items()))
    key = hashlib.blake2b(settings.SECRET_KEY.encode(), person=b"earnest.cursor").digest()
    text = b"\0".join((list_name.encode(), asked, body))
    return hashlib.blake2b(text, key=key, digest_size=_SEAL).digest()
