"""Messages of a queue: posts, or an error class without a word of what they said."""

import pytest

from earnest.flow.messages import Message, read

PLAIN = Message("7", "tips", None, None)

MESSAGES = [
    ("a post", b'{"id":"7","text":"tips"}', PLAIN),
    ("a number for an id", b'{"id":7,"text":"tips"}', PLAIN),
    ("no id: its place", b'{"text":"tips"}', Message("posts/0/3", "tips", None, None)),
    ("an author goes no further", b'{"id":"7","text":"tips","author":"ann"}', PLAIN),
    ("when and where", b'{"id":"7","text":"tips","created":"2026-11-01","region":"Leeds"}',
     Message("7", "tips", "2026-11-01", "Leeds")),
    ("a date that is a number is left out", b'{"id":"7","text":"tips","created":5}', PLAIN),
    ("an empty text is a post", b'{"id":"7","text":""}', Message("7", "", None, None)),
    ("nothing", b"", "Empty"),
    ("a tombstone", None, "Empty"),
    ("no JSON", b"nope", "NotJSON"),
    ("half a post", b'{"id":"7","te', "NotJSON"),
    ("no UTF-8", b'{"id":"7","text":"\xff\xfe"}', "NotJSON"),
    ("brackets", b"[" * 100_000, "NotJSON"),
    ("a list", b'["tips"]', "NotAnObject"),
    ("a word", b'"tips"', "NotAnObject"),
    ("no text", b'{"id":"7"}', "NoText"),
    ("null for a text", b'{"id":"7","text":null}', "NoText"),
    ("a number for a text", b'{"id":"7","text":5}', "BadText"),
    ("true for an id", b'{"id":true,"text":"tips"}', "BadId"),
    ("two megabytes", b'{"text":"' + b"a" * (2 << 20) + b'"}', "TooBig"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "found"), [row[1:] for row in MESSAGES], ids=[row[0] for row in MESSAGES])
def test_a_message_is_a_post_or_an_error_class(said: bytes | None, found: object) -> None:
    assert read(said, "posts/0/3") == found
