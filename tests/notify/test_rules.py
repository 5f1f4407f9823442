"""What a message says: whatever is put in, nothing of an author, a closed place or another site comes out."""

import email
import email.policy
import json
import re
from datetime import UTC, datetime
from email.headerregistry import Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earnest.gate.redact import redact
from earnest.notify import render, webhook
from earnest.notify.base import WHY, Notice, Quote
from earnest.notify.rules import Rules, clean, settle, whole
from earnest.web import channel_words

DESK = "https://desk.example.org"
AT = datetime(2026, 11, 22, tzinfo=UTC)
CLOSED = (
    "the new rota in Leeds steals our breaks kestrelnine7 and nobody answers",
    "handed back my thermal bag yesterday evening",
)
QUOTE = "my order came without the soup again"


def rules(**more):
    return Rules(address=DESK, scrub=lambda text: redact(text).text, **more)


def every(shown):
    """The message as each channel gives it, headers and all, as somebody reads it."""
    raw = render.mail(
        shown, sender=Address("Earnest", "desk", "example.org"), to="ops@example.org", key="k" * 64, at=AT
    )
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    parts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
    title, body = render.issue(shown, key="k" * 64)
    return {
        "mail": "\n".join([str(mail["Subject"]), *parts]),
        "messenger": f"{render.inert(shown.subject)}\n{render.text(shown, ref='kkkk', made_inert=True)}",
        "webhook": webhook.body("escalation", shown, 12, AT).decode(),
        "issue": f"{title}\n{body}",
    }


NASTY = st.sampled_from(
    [
        "@channel",
        "@everyone",
        "<!here>",
        "<!channel>",
        "<@U012AB3CD>",
        "@kestrel_ana",
        "u/kestrel_ana",
        "kestrel.ana@example.org",
        "https://forum.example.org/t/99",
        "HTTPS://forum.example.org/t/99",
        "www.forum.example.org/t/99",
        "forum.example.org/t/99",
        "javascript:alert(1)",
        "data:text/html,x",
        "tg://resolve?domain=x",
        "\r\nBcc: spy@example.org",
        "\nX-Evil: 1",
        "\u2028Bcc: spy@example.org",
        "<img src=x onerror=alert(1)>",
        "<script>alert(1)</script>",
        "![x](https://evil.example/p.png)",
        "[click](https://evil.example/x)",
        "`code`",
        "*bold*",
        "{noformat}",
        "!picture.png!",
        "\u202egnp.exe",
        "\u200b@\u200bchannel",
        "@\u200bchannel",
        "＠channel",
        "fixes #3",
        "\x00\x07",
        CLOSED[0],
        CLOSED[1],
        "steals our breaks kestrelnine7",
        "my thermal bag yesterday",
        QUOTE,
    ]
)
TEXT = st.lists(st.one_of(NASTY, st.text(max_size=20)), max_size=4).map(" ".join)
FACTS = st.dictionaries(
    st.one_of(st.sampled_from(["voices", "posts", "label", "team"]), TEXT),
    st.one_of(TEXT, st.integers(-5, 10**6)),
    max_size=5,
)
NOTICES = st.builds(
    Notice,
    subject=TEXT,
    lines=st.lists(TEXT, max_size=4).map(tuple),
    link=st.one_of(TEXT, st.just("/riders/cases/12")),
    facts=FACTS,
    title=TEXT,
    acts=st.lists(st.tuples(TEXT, st.one_of(TEXT, st.just("/acknowledge/abc"))), max_size=2).map(tuple),
    quotes=st.lists(st.builds(Quote, st.integers(1, 5), TEXT), max_size=3).map(tuple),
)

CANARIES = re.compile(
    r"kestrel.ana|spy@|forum\.example\.org/|evil\.example/|javascript:|@channel|@everyone|<!here|<!channel|<@U",
    re.IGNORECASE,
)


@settings(max_examples=30)
@given(NOTICES)
def test_whatever_is_put_in_no_canary_of_an_author_or_another_site_comes_out(notice):
    shown = settle(notice, rules(typed=True, quotable=frozenset(range(9)), closed=CLOSED))
    for channel, said in every(shown).items():
        assert not CANARIES.search(said.replace(DESK, "")), channel
        folded = re.sub(r"\W+", " ", said.casefold())
        for words in ("kestrelnine7", "in leeds steals our", "steals our breaks", "my thermal bag yesterday"):
            assert words not in folded, channel


@settings(max_examples=30)
@given(NOTICES)
def test_in_a_closed_programme_nothing_that_people_typed_or_posted_comes_out(notice):
    shown = settle(notice, rules())
    assert shown.title == ""
    assert shown.quotes == ()


@settings(max_examples=30)
@given(NOTICES)
def test_every_link_is_the_desks_own(notice):
    shown = settle(notice, rules(typed=True))
    for said in every(shown).values():
        for link in re.findall(r"https?://[^\s\"<>\\]+", said):
            assert link.startswith(DESK)


@settings(max_examples=30)
@given(NOTICES)
def test_one_line_stays_one_line_and_mail_has_only_our_headers(notice):
    shown = settle(notice, rules(typed=True))
    for text in (shown.subject, shown.title, *shown.lines, *(value for _, value in shown.facts)):
        assert text.isprintable()
    raw = render.mail(
        shown, sender=Address("Earnest", "desk", "example.org"), to="ops@example.org", key="k", at=AT
    )
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert {name.lower() for name in mail.keys()} == {  # noqa: SIM118 - a mail is no mapping
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "auto-submitted",
        "x-auto-response-suppress",
        "mime-version",
        "content-type",
    }


@settings(max_examples=30)
@given(NOTICES)
def test_a_page_holds_no_tag_but_ours(notice):
    page = render.page(settle(notice, rules(typed=True)))
    tags = set(re.findall(r"<\s*/?\s*([a-zA-Z!][\w]*)", page))
    ours = "!doctype html head meta title body p strong blockquote table tr td a small"
    assert tags <= set(ours.split(" "))


@settings(max_examples=30)
@given(NOTICES)
def test_text_for_messengers_and_trackers_has_no_sign_with_a_meaning(notice):
    shown = settle(notice, rules(typed=True, quotable=frozenset(range(9))))
    links = {shown.link, *(url for _, url in shown.acts)} - {""}
    said = render.text(shown, made_inert=True)
    for link in links:
        said = said.replace(link, "")
    assert not set("@<>`*_~|#[]{}!\\^$") & set(said)


@settings(max_examples=30)
@given(NOTICES)
def test_a_notice_survives_being_queued(notice):
    assert Notice.of(json.loads(json.dumps(notice.plain()))) == notice


@settings(max_examples=30)
@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda x: st.lists(x) | st.dictionaries(st.text(max_size=8), x),
    )
)
def test_a_payload_of_any_shape_is_read_without_an_error(value):
    Notice.of(
        {"subject": value, "lines": value, "facts": value, "quotes": value, "acts": value, "about": value}
    )


@pytest.mark.parametrize(
    ("value", "name", "shown"),
    [
        (4, "voices", "fewer than 10"),
        (0, "posts", "fewer than 10"),
        (9, "voices", "fewer than 10"),
        (10, "voices", "10"),
        (41, "voices", "41"),
        (123, "posts", "about 120"),
        (12, "case", "12"),
    ],
)
def test_small_numbers_are_hidden_and_posts_rounded(value, name, shown):
    facts = settle(Notice("x", facts={name: value}), rules()).facts
    assert [said for _, said in facts] == [shown]


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/",
        "//evil.example/",
        "/../etc",
        "/a/../b",
        "/a?b=c",
        "/a b",
        "/a\nb",
        "javascript:x",
        "",
        "relative",
        "/a//b",
        "/\\evil",
    ],
)
def test_what_is_no_plain_path_of_the_desk_is_no_link(path):
    assert whole(path, DESK) == ""


@pytest.mark.parametrize("path", ["/riders/cases/12", "/acknowledge/aB-_9", "/riders/cases/12#tickets", "/"])
def test_a_path_of_the_desk_is_made_whole(path):
    assert whole(path, DESK) == DESK + path


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("a\r\nb", "a b"),
        ("see http://x.example/1 now", "see [link] now"),
        ("ask @ana", "ask [handle]"),
        ("tips and pay.tips", "tips and pay.tips"),
        ("half a point, 3/4 done", "half a point, 3/4 done"),
        ("and/or", "and/or"),
        ("a@b.example", "[e-mail]"),
        ("\u202eabc", "abc"),
    ],
)
def test_a_line_is_cleaned_and_ordinary_words_stay(typed, left):
    assert clean(typed, 100) == left


def test_a_quote_goes_only_where_it_may():
    notice = Notice("x", quotes=(Quote(1, QUOTE), Quote(2, "another one")))
    assert settle(notice, rules(quotable=frozenset({1}))).quotes == (QUOTE,)
    assert settle(notice, rules()).quotes == ()


def test_the_pages_have_words_for_every_result():
    assert set(channel_words.RESULTS) == set(WHY)
