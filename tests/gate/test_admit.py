"""The gate as a whole: order of steps, limits, and that it never fails open."""

import logging
import traceback
from datetime import UTC, datetime, timedelta, timezone

import pytest
import re2

from earnest.gate import admit
from earnest.gate.admit import Gate
from earnest.gate.audience import check
from earnest.gate.automaton import GateDownError, options, present
from earnest.gate.consent import Consent, live
from earnest.gate.voice import Keys
from earnest.record.cleared import ClearedPost, Erasure
from earnest.record.errors import GateFailed, RefusedAudience
from earnest.record.raw import RawPost

NOW = datetime.now(UTC)
PROTECTED = "Everyone log off friday noon, union meeting after"


def gate(**changes: object) -> Gate:
    chosen = {"audience": "customers", "kind": "addressed", "source": "shop/reviews"} | changes
    return Gate(Keys.passing(), **chosen)


def one(text: str = "The app crashes.", **changes: object) -> RawPost:
    return RawPost("1", text, **({"created": NOW} | changes))


def cleared(raw: RawPost, **changes: object) -> ClearedPost:
    (post,) = gate(**changes).admit([raw]).cleared
    assert isinstance(post, ClearedPost)
    return post


@pytest.mark.parametrize(
    ("audience", "kind", "allowed"),
    [
        ("customers", "addressed", True),
        ("customers", "open", True),
        ("customers", "closed", True),
        ("workforce", "addressed", True),
        ("workforce", "closed", True),
        ("workforce", "open", False),
        ("everybody", "open", False),
        ("customers", "secret", False),
    ],
)
def test_audience_and_kind_of_place(audience: str, kind: str, allowed: bool) -> None:
    if allowed:
        check(audience, kind)
        return
    with pytest.raises(RefusedAudience) as refused:
        gate(audience=audience, kind=kind)
    assert refused.value.advice


def test_an_admitted_post_names_nobody() -> None:
    raw = one(
        "Ask ann@example.org", author="ann-the-author", url="https://ann.example.org/ann/1", lang="en-US"
    )
    post = cleared(raw, region="Denver")
    assert post.text == "Ask [email]"
    assert (post.domain, post.lang, post.region, post.created) == ("example.org", "en", "Denver", NOW)
    assert len(post.key) == 16
    assert post.voice is not None
    assert len(post.voice) == 32
    assert "ann" not in repr(post)
    assert "voice" not in repr(post)


def test_order_is_kept_and_every_reason_is_one_number() -> None:
    raws = [
        RawPost("a", "First", NOW),
        RawPost("b", PROTECTED, NOW),
        RawPost("c", "", change="deleted"),
        RawPost("d", "Fine but #nobot", NOW),
        RawPost("e", "Fine too", NOW, flags=frozenset({"NoIndex"})),
        RawPost("f", "Last", NOW, change="edited"),
    ]
    admitted = gate().admit(raws)
    kinds = [type(item).__name__ for item in admitted.cleared]
    assert kinds == ["ClearedPost", "Erasure", "ClearedPost"]
    assert admitted.withheld == 3
    assert admitted.refused == []
    assert isinstance(admitted.cleared[2], ClearedPost)
    assert admitted.cleared[2].change == "edited"


def test_a_deletion_finds_its_post_again() -> None:
    keys = Keys.passing()
    place = Gate(keys, audience="customers", kind="open", source="x")
    (said,) = place.admit([RawPost("42", "Hello there", NOW)]).cleared
    (gone,) = place.admit([RawPost("42", "", change="deleted")]).cleared
    assert isinstance(gone, Erasure)
    assert gone.key == said.key


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (one("x" * 20_001), "TooLong"),
        (one(" \u200b\n\0 "), "NoText"),
        (one(created=datetime(1989, 12, 31, tzinfo=UTC)), "BadDate"),
        (one(created=datetime(9999, 12, 31, tzinfo=timezone(timedelta(hours=-12)))), "BadDate"),
        (one(created=NOW + timedelta(days=2)), "BadDate"),
        (one(created=datetime(2026, 1, 1)), "BadDate"),  # noqa: DTZ001 - a date without a zone is the case
    ],
    ids=["too long", "nothing left", "before 1990", "year 9999", "after tomorrow", "no time zone"],
)
def test_what_cannot_be_read_is_refused_and_its_neighbours_go_on(raw: RawPost, error: str) -> None:
    admitted = gate().admit([one("Before"), raw, one("After")])
    assert [post.text for post in admitted.cleared if isinstance(post, ClearedPost)] == ["Before", "After"]
    assert [(refusal.place, refusal.error) for refusal in admitted.refused] == [("item 2", error)]


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        (one(text="a\u0301 caf\u00e9\r\nnow"), "\u00e1 caf\u00e9\nnow"),
        (one(text="ze\u200bro \u202ewidth\0 \x07bell"), "zero width bell"),
        (one(text="lone \ud800 surrogate"), "lone  surrogate"),
        (one(text="\ttabs\tand spaces  "), "tabs and spaces"),
    ],
    ids=["composed", "unseen characters", "lone surrogate", "tabs"],
)
def test_text_is_kept_plain(raw: RawPost, kept: str) -> None:
    assert cleared(raw).text == kept


def test_a_post_without_a_date_was_said_now() -> None:
    assert abs(cleared(one(created=None)).created - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize("region", ["ann@example.org", "x" * 81, "+1 415 555 2671"])
def test_a_region_that_leads_to_somebody_is_not_kept(region: str) -> None:
    assert cleared(one(region=region)).region is None


CONSENT = Consent(NOW - timedelta(days=2), NOW + timedelta(days=1))


@pytest.mark.parametrize(
    "consent",
    [
        None,
        Consent(NOW - timedelta(days=2), NOW - timedelta(days=1)),
        Consent(NOW + timedelta(days=1), NOW + timedelta(days=2)),
        Consent(NOW - timedelta(days=2), NOW + timedelta(days=1), "paused"),
        Consent(NOW - timedelta(days=2), NOW + timedelta(days=1), "closed"),
    ],
    ids=["none", "expired", "not yet open", "paused", "closed"],
)
def test_a_closed_place_without_live_consent_gives_nothing(consent: Consent | None) -> None:
    assert not live(consent, NOW)
    with pytest.raises(GateFailed):
        gate(kind="closed", consent=consent).admit([one()])


def test_nothing_said_before_the_consent_is_heard() -> None:
    old, new = one("Before", created=NOW - timedelta(days=3)), one("After", created=NOW)
    admitted = gate(audience="workforce", kind="closed", consent=CONSENT).admit([old, new])
    assert [post.text for post in admitted.cleared if isinstance(post, ClearedPost)] == ["After"]
    assert admitted.withheld == 1


@pytest.mark.parametrize("step", ["hear_all", "clean", "redact_all", "domain_of"])
def test_where_a_step_fails_nothing_is_admitted_and_nothing_is_told(
    step: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(text: object) -> object:
        if "secret" in str(text):
            raise ValueError(f"cannot read {text}")
        return real(text)

    real = getattr(admit, step)
    monkeypatch.setattr(admit, step, fail)
    raws = [one("Fine"), one("My secret words", url="https://secret.example.org")]
    with caplog.at_level(logging.DEBUG), pytest.raises(GateFailed) as failed:
        gate().admit(raws)
    error = failed.value
    assert error.retry
    assert error.__cause__ is None
    assert error.__context__ is None
    told = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    gate_told = told[told.index("admit.py") :]
    assert "secret" not in error.sentence() + caplog.text + gate_told


@pytest.mark.parametrize("memory", [1_000, 20_000, 60_000, 200_000, 1_000_000])
def test_a_pattern_set_short_of_memory_raises_and_never_answers_nothing(memory: int) -> None:
    starved = options()
    starved.max_mem = memory
    text = " ".join(f"some {n} words alpha and {n} others then delta {n}" for n in range(500)).encode()
    patterns = [rb"\b(?:alpha|beta) (?:\w+ ){0,9}(?:delta|epsilon)\b", rb"\bomega\b"]
    try:
        found = present(patterns, starved)(text)
    except (GateDownError, re2.error):
        return
    assert found == 0b01


@pytest.mark.parametrize(
    "text",
    [
        "Earnest opt out",
        "earnest, stop please",
        "late again #nobot",
        "late again #NoIndex",
        "No me escuchen, la app falla",
        "não me escutem: o app trava",
        "ne m'écoutez pas, ça plante",
        "Nicht mitlesen! App stürzt ab",
        "don't listen to me, Earnest",
    ],
)
def test_opt_out_words(text: str) -> None:
    assert gate().admit([one(text)]).withheld == 1


@pytest.mark.parametrize(
    "text",
    [
        "I am an earnest person, it stops",
        "opt out of emails",
        "no me escucha nadie en soporte",
        "no bots here",
    ],
)
def test_words_like_opting_out(text: str) -> None:
    assert gate().admit([one(text)]).withheld == 0
