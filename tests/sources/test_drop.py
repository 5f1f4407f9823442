"""Files handed in: whole ones are read once, of every shape that exports come in. Synthetic throughout."""

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from earnest.record.errors import BadSetting, InputError
from earnest.record.raw import Page
from earnest.sources.base import Source
from earnest.sources.contract import Damaged, SourceContract
from earnest.sources.drop.facebook import mended
from earnest.sources.registry import open_source
from tests.sources.hostile_payloads import SECRET, check_error, check_pages, damage, damaged_bodies, encode
from tests.sources.public_places import ids, pages

SAMPLES = Path(__file__).parents[2] / "src/earnest/sources/drop/samples"
OLD = 1_790_000_000


def put(folder: Path, name: str, body: str | bytes, at: int = OLD) -> Path:
    folder.mkdir(exist_ok=True, parents=True)
    path = folder / name
    path.write_bytes(body.encode() if isinstance(body, str) else body)
    os.utime(path, (at, at))
    return path


def drop(folder: Path, **more: Any) -> Any:  # whatever the registry opens
    return open_source("drop", {"folder": str(folder), **more})


def rows(*names: str) -> str:
    return "id,text\n" + "".join(f"{name},said {name}\n" for name in names)


class TestDrop(SourceContract):
    def source(self, folder: Path) -> Source:
        here = folder / "in"
        if not here.exists():
            put(here, "b.csv", rows(*(f"b{n}" for n in range(1_500))), OLD)
            put(
                here,
                "a.jsonl",
                "".join(json.dumps({"id": f"a{n}", "text": "x"}) + "\n" for n in range(9)),
                OLD + 5,
            )
            put(here, "c.csv", rows("c1"), OLD + 9)
        return drop(here)

    def empty(self, folder: Path) -> Source:
        (folder / "nothing").mkdir(exist_ok=True)
        return drop(folder / "nothing")

    def damaged(self, folder: Path) -> Damaged:
        here = folder / "damaged"
        put(here, "velvet.csv", "id,text\n1,fine\n2,\n3,fine\n")
        put(here, "velvet.zip", b"PK\x03\x04 velvet", OLD + 1)
        put(here, "z.csv", rows("4"), OLD + 2)
        return Damaged(drop(here), 2, ["1", "3", "4"], ["velvet"])


class TestSurveyContract(SourceContract):
    def source(self, folder: Path) -> Source:
        lines = [f'r{n},2026-10-01 10:00:00,Works {n},"Slow, often {n}"' for n in range(560)]
        head = "Response ID,Submit Date (UTC),What works?,What does not?\n"
        put(folder / "in", "survey.csv", head + "\n".join(lines) + "\n")
        return drop(folder / "in", layout="survey", questions=["What works?", "What does"])

    def empty(self, folder: Path) -> Source:
        put(folder / "none", "survey.csv", "id,What works?\n")
        return drop(folder / "none", layout="survey", questions=["What works?"])


class TestFacebookContract(SourceContract):
    def source(self, folder: Path) -> Source:
        put(folder / "in", "posts.json", json.dumps({"group_posts_v2": [fb(n) for n in range(560)]}))
        return drop(folder / "in", layout="facebook")

    def empty(self, folder: Path) -> Source:
        put(folder / "none", "posts.json", "[]")
        return drop(folder / "none", layout="facebook")


def fb(n: int, text: str = "said", **more: Any) -> dict[str, Any]:
    return {
        "timestamp": OLD + n,
        "data": [{"post": f"{text} {n}"}],
        "title": "Ann posted in Example riders.",
        **more,
    }


def texts(found: list[Page]) -> list[str]:
    return [post.text for page in found for post in page.posts]


def test_a_new_file_is_read_alone_and_one_that_grew_again(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", rows("1", "2"))
    cursor = pages(drop(tmp_path))[-1].cursor
    put(tmp_path, "old-name-newer-file.csv", rows("3"), OLD - 1_000)
    found = pages(drop(tmp_path), cursor)
    assert ids(found) == ["3"], "also where it is older than what was read"
    put(tmp_path, "a.csv", rows("1", "2", "4"), OLD + 50)
    assert ids(pages(drop(tmp_path), found[-1].cursor)) == ["1", "2", "4"]


def test_a_file_that_is_still_written_is_left_until_it_is_whole(tmp_path: Path) -> None:
    now = int(datetime.now(UTC).timestamp())
    put(tmp_path, "fresh.csv", rows("1"), now)
    put(tmp_path, "half.csv.part", rows("2"))
    put(tmp_path, ".hidden.csv", rows("3"))
    put(tmp_path, "empty.csv", "")
    (tmp_path / "link.csv").symlink_to("/etc/hostname")
    (tmp_path / "folder").mkdir()
    assert ids(pages(drop(tmp_path))) == []
    (tmp_path / "half.csv.part").rename(tmp_path / "half.csv")
    os.utime(tmp_path / "fresh.csv", (now - 60, now - 60))
    assert ids(pages(drop(tmp_path))) == ["2", "1"]


def test_the_cursor_holds_no_name_and_forgets_what_is_gone(tmp_path: Path) -> None:
    for n in range(3):
        put(tmp_path, f"export-of-ann-{n}.csv", rows(str(n)))
    cursor = pages(drop(tmp_path))[-1].cursor
    assert "ann" not in cursor
    (tmp_path / "export-of-ann-0.csv").unlink()
    assert len(pages(drop(tmp_path), cursor)[-1].cursor) < len(cursor)


def test_a_refusal_does_not_name_who_handed_the_file_in(tmp_path: Path) -> None:
    put(tmp_path, "export-of-ann.csv", "id,text\n1,\n")
    (page,) = pages(drop(tmp_path))
    assert page.refused[0].place == "the file of 2026-09-21 14:13:20 UTC, line 2"


REVIEWS = (
    "Review ID,Review Created (UTC),Review Username,Review User Email,Review Stars,Review Title,"
    "Review Content,Review Language\n"
    "5f1,2026-10-01 10:00:00,Ann E,ann@example.net,1,Never again,Two hours late,en\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_review_export_is_understood_without_a_word(tmp_path: Path, encoding: str) -> None:
    put(tmp_path, "trustpilot-like.csv", REVIEWS.replace("Two", "Café two").encode(encoding))
    (post,) = pages(drop(tmp_path))[0].posts
    assert (post.id, post.text, post.lang) == ("5f1", "Never again\n\nCafé two hours late", "en")
    assert post.author == "Ann E"
    assert post.created == datetime(2026, 10, 1, 10, tzinfo=UTC)


SURVEYS: Mapping[str, tuple[str, list[str]]] = {
    "Typeform": (
        "#,What could be better?,How old?,Anything else?,Start Date (UTC),Submit Date (UTC),Network ID\n"
        "k7x,The pin,44,,2026-10-01 09:58:00,2026-10-01 10:00:00,9f\n"
        "k7y,The bags,31,Thanks,2026-10-01 09:58:00,2026-10-01 10:00:00,9f\n",
        ["What could be better?", "Anything else?"],
    ),
    "Google Forms": (
        "Timestamp,Email Address,What could be better?,Anything else?\n"
        '"2026/10/01 10:00:00",a@example.net,The pin,\n"2026/10/01 10:05:00",b@example.net,The bags,Thanks\n',
        ["What could be better?", "Anything"],
    ),
    "Qualtrics": (
        "StartDate,EndDate,IPAddress,RecordedDate,ResponseId,RecipientLastName,UserLanguage,Q3,Q4\n"
        "Start Date,End Date,IP Address,Recorded Date,Response ID,Last Name,User Language,Better?,Else?\n"
        '"{""ImportId"":""startDate""}","{""ImportId"":""e""}",x,x,x,x,x,"{""ImportId"":""QID3""}",x\n'
        "2026-10-01 09:58:00,2026-10-01 10:00:00,192.0.2.1,2026-10-01 10:00:01,R_1,Doe,EN,The pin,\n"
        "2026-10-01 09:58:00,2026-10-01 10:00:00,192.0.2.2,2026-10-01 10:00:01,R_2,Roe,EN,The bags,Thanks\n",
        ["Q3", "Q4"],
    ),
    "SurveyMonkey": (
        "Respondent ID,Collector ID,Start Date,End Date,IP Address,Email Address,First Name,Better?,Else?\n"
        ",,,,,,,Open-Ended Response,Open-Ended Response\n"
        "118,42,10/13/2026 09:58:00 AM,10/13/2026 10:00:00 AM,192.0.2.1,a@example.net,Ann,The pin,\n"
        "119,42,10/13/2026 09:58:00 AM,10/13/2026 10:00:00 AM,192.0.2.1,b@example.net,Bo,The bags,Thanks\n",
        ["Better?", "Else?"],
    ),
}


@pytest.mark.parametrize("tool", SURVEYS)
def test_each_free_answer_of_a_survey_is_a_post_and_nothing_else_is_read(tmp_path: Path, tool: str) -> None:
    body, questions = SURVEYS[tool]
    put(tmp_path, "survey.csv", body)
    found = pages(drop(tmp_path, layout="survey", questions=questions))
    assert texts(found) == ["The pin", "The bags", "Thanks"]
    assert not [one for page in found for one in page.refused]
    posts = [post for page in found for post in page.posts]
    assert len({post.id for post in posts}) == 3
    assert all(post.created and post.created.year == 2026 and post.author is None for post in posts)


def test_a_later_export_with_other_columns_gives_the_same_ids(tmp_path: Path) -> None:
    put(tmp_path / "a", "s.csv", "Response ID,One?,Two?\nr1,x,y\n")
    put(tmp_path / "b", "s.csv", "Response ID,New?,Two?,One?\nr1,,y,x\nr2,,z,\n")
    first, second = (
        ids(pages(drop(tmp_path / one, layout="survey", questions=["One?", "Two?"]))) for one in "ab"
    )
    assert set(first) < set(second)
    assert len(second) == 3


@pytest.mark.parametrize("question", ["Where?", "What"], ids=["none of that name", "two that begin so"])
def test_a_question_that_is_not_one_column_is_refused_with_the_file(tmp_path: Path, question: str) -> None:
    put(tmp_path, "s.csv", f"Response ID,What one?,What two?\nr1,{SECRET},y\n")
    (page,) = pages(drop(tmp_path, layout="survey", questions=[question]))
    assert [one.error for one in page.refused] == ["BadFile"]
    check_pages([page])


def test_a_persons_own_export_is_read_without_a_name(tmp_path: Path) -> None:
    comment = {
        "timestamp": OLD + 5, "title": "Ann commented on Bo's post.",
        "data": [{"comment": {"comment": "Me too", "author": "Ann", "group": "Example riders"}}],
    }  # fmt: skip
    other = fb(6, title="Ann posted in Cooking.")
    said = [
        fb(1, "LlegÃ³ tarde"),
        comment,
        {"timestamp": OLD, "data": [], "title": "Ann added a photo."},
        other,
    ]
    put(tmp_path, "g.json", json.dumps(said))
    posts = [
        post
        for page in pages(drop(tmp_path, layout="facebook", group="example riders"))
        for post in page.posts
    ]
    assert [post.text for post in posts] == ["Llegó tarde 1", "Me too"]
    assert "Ann" not in repr(posts)
    assert mended("já certo") == "já certo"


def test_a_damaged_entry_of_an_export_costs_only_itself(tmp_path: Path) -> None:
    for number, (name, bad) in enumerate(damage(fb(7))):
        folder = tmp_path / str(number)
        put(folder, "p.json", encode([fb(1), bad, fb(2)]))
        found = pages(drop(folder, layout="facebook"))
        check_pages(found)
        assert name.startswith("body: ") or {"said 1", "said 2"} <= set(texts(found)), name


@pytest.mark.parametrize("layout", ["posts", "survey", "facebook"])
def test_a_damaged_file_costs_only_itself(tmp_path: Path, layout: str) -> None:
    good = json.dumps([fb(1)]) if layout == "facebook" else "id,text\n1,said 1\n"
    for number, (_, body) in enumerate(damaged_bodies(f"id,text\n5,{SECRET}\n6,x{SECRET}\n".encode())):
        put(tmp_path, f"{number}.csv", body, OLD + number)
    put(tmp_path, "good.csv", good, OLD + 99)
    found = pages(drop(tmp_path, layout=layout, questions=["text"] if layout == "survey" else []))
    check_pages(found)
    assert texts(found)[-1:] == ["said 1"]


def test_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be opened") as told:
        pages(drop(tmp_path / "nowhere"))
    check_error(told.value)
    with pytest.raises(BadSetting, match="questions"):
        drop(tmp_path, layout="survey")


@pytest.mark.parametrize("name", sorted(one.name for one in SAMPLES.glob("*.*")))
def test_the_samples_are_read(tmp_path: Path, name: str) -> None:
    layout = name.split(".")[0].split("-")[0]
    put(tmp_path, name, (SAMPLES / name).read_bytes())
    how = {"layout": "survey", "questions": ["What could be better?"]} if layout == "survey" else {}
    found = pages(drop(tmp_path, **(how or {"layout": "facebook" if layout == "facebook" else "posts"})))
    assert texts(found)
    assert not [one for page in found for one in page.refused]


del SourceContract
