"""Personal data goes, what only looks like it stays."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earnest.gate.personal import domain_of
from earnest.gate.protected import is_protected
from earnest.gate.redact import redact

GOES = [
    ("mail ann.b@example.org today", "mail [email] today"),
    ("ann (at) gmail (dot) com", "[email]"),
    ("ann at gmail dot com", "[email]"),
    ("call 415-555-2671 now", "call [phone] now"),
    ("(415) 555-2671", "[phone]"),
    ("+34 612 345 678", "[phone]"),
    ("llámame al 612345678", "llámame al [phone]"),
    ("my cell is 4155552671", "my cell is [phone]"),
    ("thanks @bob_the_rider and u/some_one", "thanks [handle] and [handle]"),
    ("discord is coolguy#1234", "discord is [handle]"),
    ("my snap is bob_99", "my snap is [handle]"),
    ("@ann:matrix.example.org", "[handle]"),
    ("see https://ann.example.co.uk/p?q=1).", "see example.co.uk)."),
    ("t.me/annslist", "t.me"),
    ("http://10.0.0.7/x", "[link]"),
    ("card 4111 1111 1111 1111 ok", "card [card] ok"),
    ("iban DE89 3704 0044 0532 0130 00 please", "iban [iban] please"),
    ("SSN 460-89-9847", "SSN [id]"),
    ("DNI 12345678Z", "DNI [id]"),
    ("cpf 529.982.247-25", "cpf [id]"),
    ("driver id 88231947", "driver id [id]"),
    ("from 192.168.1.20", "from [ip]"),
    ("2001:db8::8a2e:370:7334 again", "[ip] again"),
    ("at 33.44839, -112.07404", "at [coordinates]"),
    ("123 Main St Apt 4B", "[address]"),
    ("6750 N Elm Avenue", "[address]"),
    ("at 1204 oak street", "at [address]"),
    ("Calle Mayor 12", "[address]"),
    ("12 rue de la Paix", "[address]"),
    ("Hauptstraße 12a", "[address]"),
    ("order #112-1234567-1234567", "order #[order]"),
    ("TBA303123456789 missing", "[order] missing"),
    ("order number 4F2A9C", "order number [order]"),
    ("plate 7ABC123", "plate [plate]"),
    ("(415) 555-2671 (415) 555-2671", "[phone] [phone]"),
    ("4111 1111 1111 1111 415-555-2671", "[card] [phone]"),
    ("2026-11-02 415-555-2671", "2026-11-02 [phone]"),
    ("$18 4155552671", "$18 [phone]"),
    ("stop 12 at 1204 oak street", "stop 12 at [address]"),
]
STAYS = (
    """
5:30-8:30 | $18.50 | 4.97 rating | route CX142 | v3.58.1 | 3-6pm block | 54/3h | 1099 | $72 for 4
hours | 100% | 2026-11-02 | 11/02/2026 | 2026-11-02 14:30:05 | 0530-0830 block | 2023-2024 | iPhone
15 Pro Max | Galaxy S23 Ultra | 54 72 90 108 | 1.234.567 pesos | 1,234,567 | 3 miles out of the way
| 4 hours drive | 2 people in line | @ 5pm | @everyone | version 1.2.3.4 | stop 45 of 52 | VAZ1
station | order 12 of 30 | 36 packages 14 stops | 18.50 20.25 19.75 | A1234 road | $1200000 | 10x10
| 24/7 | 8h-12h | 12.50€ | row 3 seat 12 | unit#1204 | user interface 2 | Samsung A54 5G | 7-Eleven
| 3rd street light | Ford Transit 350 | Error 500 | ETA 7:05 | 500-600 a week | 1000-1200 pesos |
section 8.2 | 5 stars
""".replace("\n", " ")
    .strip()
    .split(" | ")
)


@pytest.mark.parametrize(("text", "after"), GOES, ids=[text for text, _ in GOES])
def test_personal_data_goes(text: str, after: str) -> None:
    assert redact(text).text == after


@pytest.mark.parametrize("text", STAYS, ids=STAYS)
def test_what_looks_like_it_stays(text: str) -> None:
    assert redact(text).text == text
    assert redact(f"So {text} again").text == f"So {text} again"


@pytest.mark.parametrize(
    ("link", "domain"),
    [
        ("https://www.example.org/a", "example.org"),
        ("https://ann.blog.example.com.br/x", "example.com.br"),
        ("http://user:pass@example.org:8080/", "example.org"),
        ("https://localhost/x", None),
        ("https://[::1]/", None),
        ("nonsense", None),
    ],
)
def test_of_a_link_only_the_domain_stays(link: str, domain: str | None) -> None:
    assert domain_of(link) == domain


PIECES = st.sampled_from(
    [text for text, _ in GOES] + STAYS + ["é", "🚲", "日本", "\n", "@", "#", ".", "1", "+", "(", "[phone]"]
)
TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(PIECES, max_size=8).map(" ".join),
    st.lists(PIECES, max_size=8).map("".join),
)


@given(TEXTS.filter(lambda text: not re.search("[\ud800-\udfff]", text)))
def test_spans_are_in_order_apart_and_rebuild_the_text(text: str) -> None:
    done = redact(text)
    at, rest = 0, done.text
    for span in done.spans:
        assert at <= span.start < span.end <= len(text)
        between = text[at : span.start]
        assert rest.startswith(between)
        rest = rest[len(between) :]
        instead = f"[{span.kind}]"
        if span.kind == "link":
            instead = domain_of(text[span.start : span.end]) or "[link]"
        assert rest.startswith(instead)
        rest = rest[len(instead) :]
        at = span.end
    assert rest == text[at:]


@given(st.lists(PIECES, max_size=8).map(" ".join))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once = redact(text).text
    assert redact(once).text == once


@pytest.mark.parametrize(
    "piece", ["1 ", "(1", "u/ab ", "http://a.b/ ", "GB12 ABCD ", "a@", "12 a at ", "1:", "+1 "]
)
def test_a_hostile_text_costs_little(piece: str) -> None:
    text = (piece * 20_000)[:20_000]
    start = time.process_time()
    redact(text)
    is_protected(text)
    assert time.process_time() - start < 4
