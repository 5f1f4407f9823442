"""Feeds: what is asked, what is refused before parsing, and what text is left of markup."""

import json
import re
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earnest.egress import Egress
from earnest.record.errors import BadFile, BadSetting
from earnest.record.raw import RawPost
from earnest.sources.feed.parse import Parsed, parse
from earnest.sources.feed.plain import plain
from earnest.sources.registry import open_source

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
RECORDED = Path(__file__).parents[2].parent / "shared/data/payloads/feeds"
SAMPLES = Path(__file__).parents[2] / "src/earnest/sources/feed/samples"


def posts(body: str | bytes, headers: dict[str, str] | None = None) -> Parsed:
    raw = body.encode() if isinstance(body, str) else body
    return parse(raw, headers or {}, NOW, None, "Lyon")


def rss(*items: str, before: str = "", about: str = "") -> str:
    inside = "".join(f"<item>{item}</item>" for item in items)
    channel = f"<channel><title>t</title>{about}{inside}</channel>"
    return f'<?xml version="1.0"?>{before}<rss version="2.0">{channel}</rss>'


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("plain", "plain"),
        ("a < b & c > d <3", "a < b & c > d <3"),
        ("a &lt; b &amp; c", "a < b & c"),
        ("<p>one</p><p>two<br/>three</p>", "one\n\ntwo\nthree"),
        ("<ul><li>a</li><li>b</li></ul>", "a\n\nb"),
        ("x<script>alert(1)</script>y<style>p{}</style>z", "xyz"),
        ('<a href="javascript:alert(1)">link</a>', "link"),
        ('<img src="https://tracker.example/x.gif" onerror="alert(1)">seen', "seen"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;safe", "safe"),
        ("&amp;lt;b&amp;gt;bold&amp;lt;/b&amp;gt;", "bold"),
        ("<form action=x><input name=y>words</form>", "words"),
        ("<!-- hidden -->shown<![CDATA[ too ]]>", "shown"),
        ("tab\tnbsp\xa0\xa0end\x00\x07", "tab nbsp end"),
        ("<iframe src=//evil.example></iframe>", ""),
        ("I waited &gt;2h, pay was &lt;$3", "I waited >2h, pay was <$3"),
        ("¿Por qué? 🚲 &eacute;", "¿Por qué? 🚲 é"),
    ],
)
def test_markup_becomes_what_a_reader_would_see(markup: str, text: str) -> None:
    assert plain(markup) == text


@settings(deadline=None, max_examples=200)
@given(
    st.lists(
        st.sampled_from(
            ["<", ">", "&lt;", "&amp;", "lt;", "b", "script", "/", "!--", "x ", '"', "=", "\n", "a"]
        )
    ).map("".join)
)
def test_no_tag_survives_however_it_was_escaped(markup: str) -> None:
    assert not re.search(r"<[A-Za-z/!][^<>]*>", plain(markup))


def test_an_entry_becomes_a_post_with_what_it_tells() -> None:
    item = (
        "<guid>g1</guid><title>Late again</title><description>&lt;p&gt;Two hours.&lt;/p&gt;</description>"
        "<author>someone@example.org (Someone)</author><link>https://example.org/1</link>"
        "<pubDate>Sat, 21 Nov 2026 10:00:00 +0100</pubDate>"
    )
    found = posts(rss(item, about="<language>es-MX</language>"))
    assert found.posts == (
        RawPost(
            "g1",
            "Late again\n\nTwo hours.",
            datetime(2026, 11, 21, 9, 0, tzinfo=UTC),
            found.posts[0].author,
            "es",
            "Lyon",
            "https://example.org/1",
            version=datetime(2026, 11, 21, 9, 0, tzinfo=UTC),
        ),
    )
    assert found.posts[0].author
    assert not found.refused


@pytest.mark.parametrize(
    ("item", "name", "text"),
    [
        ("<link>https://example.org/2</link><description>x</description>", "https://example.org/2", "x"),
        ("<title>only this</title>", None, "only this"),
        (
            "<guid>g</guid><title>It was the…</title><description>It was the app that failed</description>",
            "g",
            "It was the app that failed",
        ),
        ("<guid>" + "g" * 600 + "</guid><title>x</title>", None, "x"),
    ],
)
def test_every_entry_has_a_stable_name(item: str, name: str | None, text: str) -> None:
    (first,), (second,) = posts(rss(item)).posts, posts(rss(item)).posts
    assert first.id == second.id
    assert first.text == text
    assert first.id == name if name else len(first.id) == 64


@pytest.mark.parametrize(
    ("item", "says"),
    [
        ("<guid>g</guid>", "has no text"),
        ("<guid>g</guid><title>velvet</title><pubDate>Fri, 01 Jan 9999 00:00:00 GMT</pubDate>", "future"),
        ("<guid>g</guid><title>" + "velvet " * 20_000 + "</title>", "the most is 100,000"),
    ],
)
def test_a_bad_entry_costs_only_itself(item: str, says: str) -> None:
    fine = "<guid>fine</guid><title>fine</title>"
    found = posts(rss(fine, item, fine.replace("fine", "also")))
    assert [post.id for post in found.posts] == ["fine", "also"]
    assert [(one.place, one.error) for one in found.refused] == [("entry 2", "BadLine")]
    assert says in found.refused[0].problem
    assert "velvet" not in found.refused[0].problem


BOMB = '<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("body", "says"),
    [
        pytest.param(rss("<title>&b;</title>", before=BOMB), "XML bomb", id="an XML bomb"),
        pytest.param(rss("<title>&b;</title>", before=BOMB).encode("utf-16"), "XML bomb", id="one in UTF-16"),
        pytest.param(
            rss("<title>&b;</title>", before=BOMB.lower()), "XML bomb|not a feed", id="one in lower case"
        ),
        pytest.param(
            rss("<title>x</title>", before='<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'),
            "XML bomb",
            id="a file as an entity",
        ),
        pytest.param(rss("<d>" * 5_000), "nests deeper", id="deep tags"),
        pytest.param('{"items":' + "[" * 5_000, "nests deeper", id="deep brackets"),
        pytest.param(b"<rss>" + b" " * 5_000_001, "larger than 5 MB", id="too large"),
        pytest.param(
            "<!doctype html><html><body>Not found</body></html>", "it is a web page", id="a web page"
        ),
        pytest.param("hello", "not a feed", id="words"),
        pytest.param(b"\x89PNG\r\n\x1a\n", "not a feed", id="a picture"),
        pytest.param('{"hello": 1}', "no JSON Feed", id="other JSON"),
        pytest.param(
            '{"version": "https://jsonfeed.org/version/1.1"}', "no JSON Feed", id="JSON Feed without items"
        ),
    ],
)
def test_what_is_no_feed_or_a_bomb_is_refused_at_once(body: str | bytes, says: str) -> None:
    start = time.process_time()
    with pytest.raises(BadFile, match=says) as caught:
        posts(body)
    assert caught.value.place == "feed"
    assert caught.value.advice
    assert time.process_time() - start < 1


def test_a_post_about_entities_is_not_a_bomb() -> None:
    assert posts(rss("<guid>g</guid><description><![CDATA[write <!ENTITY x> so]]></description>")).posts


def test_a_json_feed_keeps_its_good_items() -> None:
    items: list[Any] = [
        {
            "id": 1,
            "content_html": "<p>a</p>",
            "date_published": "2026-11-01T10:00:00+01:00",
            "authors": [{"name": "n"}],
        },
        {"id": "2", "content_text": "1 < 2\n& <b>", "language": "pt-BR", "url": "https://example.org/2"},
        {"id": "3", "title": ["velvet"]},
        "velvet",
        {"id": "5", "date_published": "9999-01-01", "title": "velvet"},
    ]
    found = posts(
        json.dumps({"version": "https://jsonfeed.org/version/1.1", "language": "en", "items": items})
    )
    assert [(post.id, post.text, post.lang) for post in found.posts] == [
        ("1", "a", "en"),
        ("2", "1 < 2\n&", "pt"),
    ]
    assert [one.place for one in found.refused] == ["entry 3", "entry 4", "entry 5"]
    assert "velvet" not in str(found.refused)


@pytest.mark.parametrize(
    ("about", "headers"),
    [
        ("", {"x-robots-tag": "noindex, nofollow"}),
        ('<x:meta xmlns:x="http://www.w3.org/1999/xhtml" name="robots" content="noindex"/>', {}),
    ],
)
def test_noindex_is_handed_on_to_the_gate(about: str, headers: dict[str, str]) -> None:
    assert posts(rss("<title>x</title>", about=about), headers).posts[0].flags == {"noindex"}
    assert not posts(rss("<title>x</title>")).posts[0].flags


@settings(deadline=None, max_examples=150)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.lists(
            st.sampled_from(
                [
                    b"<rss>",
                    b"<channel>",
                    b"<item>",
                    b"</item>",
                    b"<title>",
                    b"</title>",
                    b"x",
                    b"<![CDATA[",
                    b"]]>",
                    b"&amp;",
                    b"&#0;",
                    b"&#x110000;",
                    b"<pubDate>",
                    b"</pubDate>",
                    b"<feed xmlns='http://www.w3.org/2005/Atom'>",
                    b"<entry>",
                    b"\xff",
                    b"<!--",
                    b"<?xml encoding='utf-7'?>",
                    b"{",
                    b'"items":[',
                    b"<id>",
                ]
            )
        ).map(b"".join),
    )
)
def test_no_bytes_crash_the_parser(body: bytes) -> None:
    try:
        found = posts(body)
    except BadFile:
        return
    assert all(post.id and post.text for post in found.posts)


@pytest.mark.skipif(
    not RECORDED.is_dir(), reason="the recorded feeds (../shared/data/payloads/feeds) are not here"
)
def test_recorded_feeds_neither_crash_nor_take_long() -> None:
    """1,850 well-formed, ill-formed and oddly encoded feeds."""
    tally: Counter[str] = Counter()
    for path in sorted(RECORDED.rglob("*.xml")):
        body = path.read_bytes()
        start = time.process_time()
        try:
            found = posts(body)
        except BadFile as error:
            tally[f"refused: {error.reason.partition(':')[0]}"] += 1
        else:
            tally["read"] += 1
            tally["posts"] += len(found.posts)
            tally["bad entries"] += len(found.refused)
            for post in found.posts:
                assert not re.search(r"<(script|a|img|p|div|b)\b[^<>]*>", post.text, re.IGNORECASE), path.name
        assert time.process_time() - start < 1, path.name
    print(dict(tally))  # noqa: T201 - the counts are the result; pytest -s shows them
    assert tally["read"] + sum(n for what, n in tally.items() if what.startswith("refused")) >= 1_840
    assert tally["posts"] > 450


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"url": "ftp://example.org"}, "url"),
        ({}, "url"),
        ({"url": "https://example.org", "lang": "?"}, "lang"),
        ({"url": "https://example.org", "password": "x"}, "password"),
    ],
)
def test_a_wrong_setting_is_named(settings: dict[str, str], says: str) -> None:
    with pytest.raises(BadSetting, match=says):
        open_source("feed", settings, Egress("Earnest/test"))
    with pytest.raises(BadSetting, match="way out"):
        open_source("feed", {"url": "https://example.org"})


@pytest.mark.parametrize(
    ("dates", "version"),
    [
        ("<updated>2026-11-20T08:00:00Z</updated>", datetime(2026, 11, 20, 8, tzinfo=UTC)),
        (
            "<published>2026-11-19T08:00:00Z</published><updated>2026-11-20T08:00:00Z</updated>",
            datetime(2026, 11, 20, 8, tzinfo=UTC),
        ),
        ("", NOW),
    ],
    ids=["its edit is dated", "said and edited", "undated: as it stands now"],
)
def test_an_entry_says_how_new_its_wording_is(dates: str, version: datetime) -> None:
    feed = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>f</title>'
        f"<entry><id>1</id><title>t</title><content>words</content>{dates}</entry></feed>"
    )
    (post,) = posts(feed.encode()).posts
    assert post.version == version


@pytest.mark.parametrize(
    ("mark", "gone"),
    [
        (
            '<at:deleted-entry ref="tag:example.org,2026:1" when="2026-11-20T08:00:00Z"/>',
            ["tag:example.org,2026:1"],
        ),
        ("<at:deleted-entry when='2026-11-20T08:00:00Z' ref='a&amp;b'></at:deleted-entry>", ["a&b"]),
        ('<at:deleted-entry when="2026-11-20T08:00:00Z"/>', []),
        ("", []),
    ],
    ids=["one", "other quotes", "without a name", "none"],
)
def test_an_entry_that_a_feed_says_was_deleted_is_a_deletion(mark: str, gone: list[str]) -> None:
    feed = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0">'
        f"<title>f</title><entry><id>2</id><title>stays</title></entry>{mark}</feed>"
    )
    found = posts(feed.encode()).posts
    assert [post.id for post in found if post.change == "deleted"] == gone
    assert [post.id for post in found if post.change == "said"] == ["2"]
