"""Files as people have them: whose columns mean what, what dates say, and going on after a stop."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from arro3.core import Array, DataType, Table
from arro3.io import write_parquet
from hypothesis import given
from hypothesis import strategies as st

from earnest.record.errors import BadSetting, InputError
from earnest.record.raw import Page, RawPost
from earnest.sources.dates import DateError, Order, when
from earnest.sources.file.columns import from_words
from earnest.sources.registry import TYPES, open_source

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SAMPLES = Path(__file__).parents[2] / "src/earnest/sources/file/samples"


def pages(path: Path, cursor: str | None = None, **settings: Any) -> list[Page]:
    return list(open_source("file", {"path": str(path), **settings}).read(cursor))


def posts(path: Path, **settings: Any) -> list[RawPost]:
    return [post for page in pages(path, **settings) for post in page.posts]


def made(folder: Path, content: str | bytes) -> Path:
    path = folder / "posts"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("sample", sorted(path.name for path in SAMPLES.iterdir()))
def test_every_sample_gives_three_posts(sample: str) -> None:
    found = pages(SAMPLES / sample)
    assert [len(page.posts) for page in found] == [3]
    assert not found[0].refused
    assert all(post.created and post.text for post in found[0].posts)


def test_the_usual_column_names_are_known(tmp_path: Path) -> None:
    path = made(
        tmp_path,
        "Review ID,userName,Title,Content,At,City,Language,permalink\n"
        "r1,someone,Late,Two hours,2026-11-20 18:00:00,Lyon,en_GB,https://example.org/1\n",
    )
    assert posts(path) == [
        RawPost(
            "r1",
            "Late\n\nTwo hours",
            datetime(2026, 11, 20, 18, tzinfo=UTC),
            "someone",
            "en",
            "Lyon",
            "https://example.org/1",
            version=datetime.fromtimestamp(path.stat().st_mtime, UTC),
        )
    ]


@pytest.mark.parametrize(
    "content",
    [
        "key,head,body,said\n7,Late,Two hours,2026-11-20\n",
        '{"key":7,"head":"Late","body":"Two hours","said":"2026-11-20"}\n',
    ],
)
def test_columns_can_be_named(tmp_path: Path, content: str) -> None:
    path = made(tmp_path, content)
    (post,) = posts(path, columns={"text": ["head", "body"], "id": "key", "created": "said"})
    assert (post.id, post.text, post.created) == (
        "7",
        "Late\n\nTwo hours",
        datetime(2026, 11, 20, tzinfo=UTC),
    )
    assert posts(path, columns={"text": "head+body", "id": "key"})[0].text == post.text


def test_a_file_without_names_is_read_by_the_numbers_of_its_columns(tmp_path: Path) -> None:
    path = made(tmp_path, '1\t2.7\t"Lucky" they said\n2\t-1\t"never closed\n3\t0\tplain\n')
    found = pages(path, columns={"id": "1", "text": "3"})
    assert [(post.id, post.text) for post in found[0].posts] == [
        ("1", "Lucky they said"),
        ("2", '"never closed'),
        ("3", "plain"),
    ]
    assert not found[0].refused


def test_quotes_in_a_tab_separated_file_never_swallow_rows(tmp_path: Path) -> None:
    path = made(tmp_path, 'id\ttext\n1\t"never closed\n2\tin the middle\n3\t"closed"\n4\t"two\nlines"\n')
    found = pages(path)
    assert [post.text for post in found[0].posts] == [
        '"never closed',
        "in the middle",
        "closed",
        "two\nlines",
    ]
    assert not found[0].refused


def test_columns_are_written_as_words_at_the_command_line() -> None:
    assert from_words(["text=title+body", "id=key"]) == {"text": ["title", "body"], "id": ["key"]}
    for wrong in ("text", "text=", "colour=x", "=x"):
        with pytest.raises(BadSetting, match="what=name"):
            from_words([wrong])


def test_a_name_is_never_taken_for_an_id(tmp_path: Path) -> None:
    first, second = posts(made(tmp_path, "name,text\nAnna,one\nAnna,two\n"))
    assert first.id != second.id
    assert "Anna" not in repr(first)


def test_reddit_archive_lines_are_read_and_deletions_are_deletions(tmp_path: Path) -> None:
    lines: list[dict[str, Any]] = [
        {
            "id": "a",
            "title": "Blocks gone",
            "selftext": "None since Monday",
            "created_utc": 1_763_000_000,
            "author": "x",
            "subreddit": "s",
        },
        {
            "id": "b",
            "title": "Only a title",
            "selftext": "",
            "created_utc": "1763000001",
            "author": "[deleted]",
            "subreddit": "s",
        },
        {
            "id": "c",
            "title": "Was here",
            "selftext": "[removed]",
            "created_utc": 1_763_000_002,
            "subreddit": "s",
        },
        {
            "id": "a",
            "body": "Same here",
            "created_utc": 1_763_000_003.0,
            "link_id": "t3_a",
            "subreddit": "s",
            "author": "y",
        },
        {"id": "d", "body": "[deleted]", "created_utc": 1_763_000_004, "link_id": "t3_a", "subreddit": "s"},
    ]
    found = posts(made(tmp_path, "".join(json.dumps(line) + "\n" for line in lines)))
    assert [(post.id, post.text, post.author, post.change) for post in found] == [
        ("t3_a", "Blocks gone\n\nNone since Monday", "x", "said"),
        ("t3_b", "Only a title", None, "said"),
        ("t3_c", "", None, "deleted"),
        ("t1_a", "Same here", "y", "said"),
        ("t1_d", "", None, "deleted"),
    ]
    assert found[0].created == datetime.fromtimestamp(1_763_000_000, UTC)


@pytest.mark.parametrize(
    ("value", "order", "moment"),
    [
        ("2026-11-20", None, "2026-11-20T00:00"),
        ("2026-11-20T18:05:00Z", None, "2026-11-20T18:05"),
        ("2026-11-20 18:05:00.123 UTC", None, "2026-11-20T18:05:00.123"),
        ("2026-11-20T18:05:00+02:00", None, "2026-11-20T16:05"),
        ("20261120", None, "2026-11-20T00:00"),
        ("2026/11/20 18:05", None, "2026-11-20T18:05"),
        ("Fri, 20 Nov 2026 18:05:00 +0000", None, "2026-11-20T18:05"),
        ("20 Nov 2026", None, "2026-11-20T00:00"),
        ("November 20, 2026", None, "2026-11-20T00:00"),
        ("20/11/2026", None, "2026-11-20T00:00"),
        ("11/20/2026 6:05 PM", None, "2026-11-20T18:05"),
        ("3/4/2026", "day-first", "2026-04-03T00:00"),
        ("3/4/2026", "month-first", "2026-03-04T00:00"),
        ("04/04/2026", None, "2026-04-04T00:00"),
        ("20.11.2026", None, "2026-11-20T00:00"),
        (1_763_661_900, None, "2025-11-20T18:05"),
        (1_763_661_900_000, None, "2025-11-20T18:05"),
        (1_763_661_900_000_000, None, "2025-11-20T18:05"),
        (1.7636619e18, None, "2025-11-20T18:05"),
        ("1763661900", None, "2025-11-20T18:05"),
        ("1763661900.0", None, "2025-11-20T18:05"),
        (datetime(2026, 11, 20), None, "2026-11-20T00:00"),  # noqa: DTZ001 - without a zone on purpose
        ("", None, None),
        (None, None, None),
        ("NaN", None, None),
    ],
)
def test_dates_are_read_as_exports_write_them(value: object, order: Order | None, moment: str | None) -> None:
    assert when(value, NOW, order) == (datetime.fromisoformat(moment).replace(tzinfo=UTC) if moment else None)


@pytest.mark.parametrize(
    "value",
    [
        "9999-12-31",
        "0000-01-01",
        "0001-01-01",
        "1900-01-01",
        "2026-13-01",
        "tomorrow",
        "3/4/2026",
        "13/13/2026",
        "2026-12-31",
        "1" * 100,
        1e300,
        float("nan"),
        float("inf"),
        -1e18,
        10**40,
        True,
        [],
        {},
        5,
        "5",
    ],
)
def test_a_date_nobody_can_have_meant_is_refused_without_repeating_it(value: object) -> None:
    with pytest.raises(DateError) as caught:
        when(value, NOW)
    assert "date" in str(caught.value)
    assert not isinstance(value, str) or len(value) < 2 or value not in str(caught.value)


@given(
    st.one_of(
        st.text(),
        st.integers(),
        st.floats(),
        st.datetimes(),
        st.from_regex(r"[0-9/:. TZ+-]{1,30}", fullmatch=True),
    )
)
def test_no_date_crashes(value: object) -> None:
    try:
        found = when(value, NOW)
    except DateError:
        return
    assert found is None or found.tzinfo is UTC


def test_rows_without_ids_keep_their_names_when_the_file_grows(tmp_path: Path) -> None:
    before = posts(made(tmp_path, "text\nok\nlate\nok\n"))
    after = posts(made(tmp_path, "text\nok\nlate\nok\nok\nnew\n"))
    assert [post.id for post in after][:3] == [post.id for post in before]
    assert len({post.id for post in after}) == 5


def test_an_unchanged_file_is_not_read_again_and_a_changed_one_from_its_start(tmp_path: Path) -> None:
    path = made(tmp_path, "id,text\n1,a\n2,b\n")
    last = pages(path)[-1].cursor
    assert not pages(path, last)[0].posts
    path.write_text("id,text\n0,new\n1,a\n2,b\n")
    os.utime(path, (2_000_000_000, 2_000_000_000))
    assert [post.id for post in pages(path, last)[0].posts] == ["0", "1", "2"]


def test_a_line_number_stays_right_after_a_stop(tmp_path: Path) -> None:
    rows = "".join(f'{n},"said\non two lines"\n' for n in range(1_500)) + "bad\n"
    found = pages(made(tmp_path, "id,text\n" + rows))
    assert len(found) == 2
    (bad,) = found[1].refused
    assert bad.place == "line 3002"
    assert pages(tmp_path / "posts", found[0].cursor)[0].refused == (bad,)


def test_parquet_types_are_read(tmp_path: Path) -> None:
    micro = Array([1_763_661_900_000_000, None], DataType.int64())
    table = Table.from_pydict(
        {
            "other": Array([1.5, 2.5], DataType.float64()),
            "text": Array(["a", "b"], DataType.large_utf8()),
            "id": Array([1, 2], DataType.int32()),
            "created_at": micro.cast(DataType.timestamp("us", tz="UTC")),
            "author": Array(["x", None], DataType.string()),
        }
    )
    path = tmp_path / "p.parquet"
    write_parquet(table, path)
    first, second = posts(path)
    assert (first.id, first.text, first.author, second.author, second.created) == ("1", "a", "x", None, None)
    assert first.created == datetime(2025, 11, 20, 18, 5, tzinfo=UTC)


def test_a_cursor_out_of_range_is_refused(tmp_path: Path) -> None:
    path = made(tmp_path, "id,text\n1,a\n")
    cursor = json.loads(pages(path)[0].cursor)
    for wrong in ({"at": -1}, {"line": -5}, {"at": 1 << 70}, {"at": 1.5}):
        with pytest.raises(InputError):
            pages(path, json.dumps(cursor | wrong))
    assert pages(path, json.dumps(cursor | {"at": 1 << 40}))[-1].done


def test_an_unknown_type_of_source_is_an_error_that_names_the_known() -> None:
    with pytest.raises(BadSetting, match="no source type 'telepathy'") as caught:
        open_source("telepathy", {})
    assert all(name in caught.value.advice for name in TYPES)


def test_every_source_type_can_be_listed() -> None:
    for name, kind in TYPES.items():
        assert name == kind.type
        assert kind.kinds
        assert set(kind.kinds) <= {"addressed", "open", "closed"}
        assert kind.title
        assert kind.tested_against


@pytest.mark.parametrize(
    ("row", "change", "version"),
    [
        ('{"id": "1", "text": "a", "edited": 1763661900}', "said", "2025-11-20T18:05"),
        ('{"id": "1", "text": "a", "updated_at": "2025-11-20T18:05Z"}', "said", "2025-11-20T18:05"),
        ('{"id": "1", "text": "a", "created_utc": 1763661900, "edited": false}', "said", "2025-11-20T18:05"),
        ('{"id": "1", "text": "a", "change": "edited", "edited": 1763661900}', "edited", "2025-11-20T18:05"),
        (
            '{"id": "1", "text": "a", "change": "of address", "edited": 1763661900}',
            "said",
            "2025-11-20T18:05",
        ),
        ('{"id": "1", "change": "deleted"}', "deleted", None),
    ],
    ids=["edited", "updated", "never edited", "said to be edited", "another column of that name", "deleted"],
)
def test_a_row_may_say_what_happened_and_when(
    tmp_path: Path, row: str, change: str, version: str | None
) -> None:
    (post,) = posts(made(tmp_path, f"{row}\n"))
    assert post.change == change
    assert (post.version.isoformat()[:16] if post.version else None) == version
