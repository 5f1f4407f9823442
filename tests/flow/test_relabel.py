"""A taxonomy is changed: proposed, looked at, applied, gone back from. Posts are synthetic; models are real,
of the smallest pack.
"""

import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from earnest.flow import learn, preview, relabel, versions
from earnest.gate.voice import Keys
from earnest.record.errors import InputError, RefusedConfiguration, TaxonomyError
from earnest.report import figures, names, taxonomies
from earnest.report.document import Lines
from earnest.report.story import tell
from earnest.store import erase, read, read_taxonomy, write, write_taxonomy
from earnest.understand import relabel as teaching
from earnest.understand.proposal import parse
from earnest.understand.versions import document
from tests import programmes
from tests.faults.homes import Home
from tests.store.build import NOW, item, keep, key
from tests.store.oracle import differences

P = "gadget"
SINCE, UNTIL = NOW - timedelta(days=80), NOW + timedelta(days=1)

FREEZES = (
    "The screen froze on the map again",
    "It froze twice and I had to restart the phone",
    "Frozen on the loading wheel all morning",
    "Everything freezes when I open a photo",
    "The app hangs and nothing reacts",
    "It hangs for a minute after every tap",
)
FROZEN = ("froz", "freez", "hang")
CLOSES = (
    "It closes by itself when I save",
    "The app crashed as soon as I opened it",
    "Crash after crash since yesterday",
    "It keeps shutting down by itself",
    "It quits whenever I take a picture",
    "Crashed to the home screen three times",
)


def examples(texts: tuple[str, ...]) -> str:
    return "[" + ", ".join(f'"{text}"' for text in texts) + "]"


SPLIT = f"""changes:
  - split: quality.crash
    into:
      - {{id: quality.freeze, name: Freezes, examples: {examples(FREEZES)}}}
      - {{id: quality.close, name: Closes, examples: {examples(CLOSES)}}}
"""
MERGE = "changes:\n  - merge: [money.price, money.billing]\n    into: money.billing\n"
MOVE = "changes:\n  - {move: money.ads, to: whole}\n"


@pytest.fixture
def desk(db: None, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A customers' programme of the smallest pack, with posts of twelve weeks."""
    Keys.make(home / "keys" / "voices.key")
    monkeypatch.setattr(teaching, "teach_parts", taught_once)
    fill()
    return home


TAUGHT: dict[str, Any] = {}
teach_parts = teaching.teach_parts


def taught_once(parts: Any, examples: Any, lexicon: Any = None) -> Any:
    """The same parts and examples always give the same model: it is made once for all tests."""
    key = repr(([part.id for part in parts], sorted((one.labels[0], one.text) for one in examples)))
    if key not in TAUGHT:
        TAUGHT[key] = teach_parts(parts, examples, lexicon)
    return TAUGHT[key]


def fill() -> int:
    programmes.live(P, taxonomy="product")
    place = write.add_place(P, "reviews", title="Reviews", type="file", kind="addressed")
    posts = []
    for n in range(24):
        text = f"{(FREEZES if n % 2 else CLOSES)[n % 6]}, number {n}."
        ago = timedelta(days=3 * n + 1)
        voice = f"v{n % 14} {((NOW - ago).month - 1) // 3}"
        posts.append(item(f"crash {n}", text, labels=("quality.crash",), ago=ago, voice=voice))
    for n in range(14):
        posts.append(item(f"price {n}", f"Too dear {n}", labels=("money.price",), voice=f"v{n}"))
        posts.append(item(f"bill {n}", f"Billed twice {n}", labels=("money.billing",), voice=f"v{n}"))
    for n in range(12):
        posts.append(item(f"ads {n}", f"Ads everywhere {n}", labels=("money.ads",), voice=f"v{n}"))
    for n in range(80):
        posts.append(
            item(f"other {n}", f"Hello {n}", labels=("other",), ago=timedelta(days=n), voice=f"v{n}")
        )
    keep(place, *posts)
    return place


def propose(text: str, home: Path, **more: Any) -> int:
    return versions.propose(P, parse(text, "c.yaml", taxonomies.of(P)), home, actor="cli", **more)


def begin(number: int) -> None:
    """Apply a version without making its model: the pack's own answers meanwhile."""
    versions.apply(P, number, actor="cli")
    start(P, number)


def start(programme: str, number: int) -> None:
    """The version is in use, with the pack's own model."""
    if read_taxonomy.waiting(programme) is None:
        versions.apply(programme, number, actor="cli")
    first = taxonomies.at(programme, 1)
    assert first is not None
    assert write_taxonomy.begin(programme, number, first=document(first), model="")


def labels() -> dict[str, int]:
    return read.facet_counts(P, SINCE, UNTIL)["label"]


def right() -> dict[str, Any]:
    from django.db import connection

    def rows(sql: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as db:
            db.execute(sql)
            return list(db.fetchall())

    return differences(rows)


def test_nothing_changes_by_proposing_or_looking(desk):
    before = labels()
    number = propose(SPLIT, desk)
    found = preview.preview(P, number, desk)
    assert (number, labels(), read_taxonomy.current(P)) == (2, before, None)
    assert taxonomies.of(P).get("quality.crash") is not None
    assert found.posts == 24


def test_a_split_is_told_before_it_is_made(desk):
    found = preview.preview(P, propose(SPLIT, desk), desk)
    (part,) = found.parts
    assert not part.exact
    (old,) = part.before
    assert (old.posts, sum(old.weeks)) == (24, 24 - sum(1 for n in range(24) if (3 * n + 1) < day_of_week()))
    assert sum(row.posts for row in part.after) == 24
    assert {row.id: row.posts for row in part.after} == {"quality.freeze": 12, "quality.close": 12}
    assert all(len(row.quotes) >= 5 for row in part.after)
    assert all(any(word in text.lower() for word in FROZEN) for text in part.after[0].quotes)


def day_of_week() -> int:
    return datetime.now(UTC).weekday() + 1


def test_what_was_told_is_what_is_made(desk):
    number = propose(SPLIT, desk)
    told = {row.id: row.posts for row in preview.preview(P, number, desk).parts[0].after}
    begin(number)
    assert relabel.follow(P, desk) == 24
    found = labels()
    assert {id: found[id] for id in told} == told
    assert right() == {}


def test_a_merge_is_told_exactly(desk):
    found = preview.preview(P, propose(MERGE, desk), desk)
    (part,) = found.parts
    assert part.exact
    assert [row.posts for row in part.before] == [14, 14]
    assert [row.posts for row in part.after] == [28]
    assert part.after[0].voices == 14, "the same fourteen may have spoken on both"


def test_no_quotes_where_a_programme_allows_none(desk):
    write.change_programme(P, quotes=False)
    for text in (SPLIT, MERGE):
        for part in preview.preview(P, propose(text, desk), desk).parts:
            assert not any(row.quotes for row in part.after)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param(
            "changes:\n  - add: {id: whole.union, name: Organising a union, examples: [a, b, c, d, e]}\n",
            "protected speech",
            id="a label for organising",
        ),
        pytest.param(
            "changes:\n  - {describe: quality.bug, name: Strike plans}\n",
            "protected speech",
            id="a new name",
        ),
        pytest.param(
            "changes:\n  - {describe: quality.bug, description: What john@example.org says}\n",
            "lead to a person",
            id="a person",
        ),
        pytest.param("changes:\n  - {move: quality.bug, to: union}\n", "protected speech", id="a category"),
        pytest.param(
            "changes:\n  - category: money\n    name: Who talks to the press\n",
            "protected speech",
            id="a category's name",
        ),
        pytest.param(
            "changes:\n  - add: {id: whole.news, name: News, examples: ["
            "Let us all join the union and strike on Friday, b, c, d, e]}\n",
            "protected speech",
            id="an example",
        ),
    ],
)
def test_what_may_not_be_asked_for(desk, text, says):
    with pytest.raises(RefusedConfiguration, match=says) as found:
        propose(text, desk)
    assert "c.yaml:2" in found.value.problem
    assert read_taxonomy.drafts(P) == []


def test_a_new_label_needs_five_examples(desk):
    with pytest.raises(TaxonomyError, match="has 2 examples") as found:
        propose("changes:\n  - add: {id: whole.news, name: News, examples: [one, two, two]}\n", desk)
    assert found.value.place == "c.yaml:2"


def test_personal_data_is_taken_out_of_examples(desk):
    given = "[ring me on 0161 496 0999, new feature, new colours, it is new, the news]"
    number = propose(f"changes:\n  - add: {{id: whole.news, name: News, examples: {given}}}\n", desk)
    assert "0161" not in str(read_taxonomy.version(P, number).document)
    assert "ring me on [phone]" in str(read_taxonomy.version(P, number).document)


def test_stored_posts_teach_and_go(desk):
    """Posts that were chosen as examples stay where they are; erased, they teach no more."""
    posts = read.posts(P, read.Filters(labels=("quality.crash",)), limit=30).rows
    frozen = [row.id for row in posts if any(word in row.text.lower() for word in ("froz", "freez", "hang"))]
    closed = [row.id for row in posts if row.id not in frozen]
    bare = "changes:\n  - split: quality.crash\n    into:\n"
    bare += "      - {id: quality.freeze, name: Freezes}\n      - {id: quality.close, name: Closes}\n"
    chosen = dict.fromkeys(frozen[:5], "quality.freeze") | dict.fromkeys(closed[:5], "quality.close")
    number = propose(bare, desk, posts=chosen)
    version = read_taxonomy.version(P, number)
    assert version is not None
    assert len(read_taxonomy.examples(version.id, P)) == 10
    erase.erase_posts(read.listening_place(P, "reviews").id, [key(f"crash {n}") for n in range(24)])
    assert read_taxonomy.examples(version.id, P) == []


def test_new_posts_come_under_the_new_label_and_late_ones_follow(desk):
    place = read.listening_place(P, "reviews").id
    number = propose(MERGE, desk)
    begin(number)
    relabel.follow(P, desk)
    keep(place, item("late", "Too dear again", labels=("money.price",), voice="v99"), cursor="2")
    assert relabel.waiting()
    assert relabel.follow(P, desk) == 1
    assert not relabel.waiting()
    assert labels()["money.billing"] == 29
    assert right() == {}


def test_going_back_is_exact_where_it_can_be(desk):
    before = labels()
    begin(propose(SPLIT + MOVE.removeprefix("changes:\n"), desk))
    relabel.follow(P, desk)
    number = versions.propose_back(P, 1, actor="cli")
    assert [part.exact for part in preview.preview(P, number, desk).parts] == [True, True]
    versions.apply(P, number, actor="cli")
    assert relabel.work(desk) == 24 + 12
    assert labels() == before
    assert taxonomies.of(P).labels == taxonomies.at(P, 1).labels
    assert learn.current(P, desk) == "product"
    assert right() == {}


def test_going_back_from_a_merge_asks_but_what_people_said_holds(desk):
    said = read.posts(P, read.Filters(labels=("money.price",)), limit=3).rows
    for row in said:
        write.correct(P, row.id, ["money.price"], "complaint", None)
    begin(propose(MERGE, desk))
    relabel.follow(P, desk)
    number = versions.propose_back(P, 1, actor="cli")
    (part,) = preview.preview(P, number, desk).parts
    assert not part.exact
    versions.apply(P, number, actor="cli")
    relabel.work(desk)
    found = labels()
    assert found["money.price"] + found["money.billing"] == 28
    for row in said:
        assert read.post(P, row.id).labels[0].id == "money.price"
    assert right() == {}


def test_another_pack_cannot_take_the_place_of_a_changed_one(desk):
    propose(MERGE, desk)
    with pytest.raises(InputError, match="was changed here"):
        write.change_programme(P, taxonomy="airline")


def test_only_one_step_back(desk):
    begin(propose(MERGE, desk))
    relabel.follow(P, desk)
    begin(propose(MOVE, desk))
    relabel.follow(P, desk)
    with pytest.raises(InputError, match="not the one before"):
        versions.propose_back(P, 1, actor="cli")


def test_kept_history_is_told_as_a_family(desk):
    """From now on only: old posts stand under the old label, and both periods are told by it."""
    programme = read.programme(P)
    begin(propose(SPLIT + "history: keep\n", desk))
    assert relabel.follow(P, desk) == 0
    place = read.listening_place(P, "reviews").id
    keep(
        place,
        *(item(f"new {n}", "It froze", labels=("quality.freeze",), voice=f"n{n}") for n in range(12)),
        cursor="3",
    )
    found = figures.measure(programme, SINCE.date(), UNTIL.date())
    problems = {problem.label: problem for problem in found.problems}
    assert "quality.freeze" not in problems
    assert "(now Freezes, Closes)" in problems["quality.crash"].name
    assert problems["quality.crash"].posts >= 30
    assert found.version == 2
    assert [mark.number for mark in found.versions] == [2]
    assert [week.version for week in found.weeks if week.version] == [2]


def test_a_report_says_which_version_it_tells(desk):
    programme = read.programme(P)
    plain = tell(programme, figures.measure(programme, SINCE.date(), UNTIL.date()), made=NOW.date())
    begin(propose(MERGE, desk))
    relabel.follow(P, desk)
    found = figures.measure(programme, SINCE.date(), UNTIL.date())
    for lang, version, mark in (
        ("en", "version 2", "Version 2 began"),
        ("es", "versión 2", "La versión 2 empezó"),
    ):
        story = tell(programme, found, made=NOW.date(), lang=lang)
        (made,) = [section for section in story.sections if section.id == "made"]
        said = " ".join(line for block in made.blocks if isinstance(block, Lines) for line in block.lines)
        said += " ".join(made.prose)
        assert version in said
        assert mark in said
        (volume,) = [section for section in story.sections if section.id == "volume"]
        assert version in volume.blocks[0].drawing.wide
    assert "version" not in str(plain.sections[-1]).lower()
    assert names.of(programme).label("money.price").startswith("Price")
    assert "until" in names.of(programme).label("money.price")


def test_a_version_whose_model_cannot_be_made_is_a_draft_again(desk, monkeypatch):
    number = propose(MERGE, desk)
    versions.apply(P, number, actor="cli")

    def no_examples(*some: object) -> object:
        raise TaxonomyError("holds no examples", place="a.jsonl")

    monkeypatch.setattr(versions, "lessons", no_examples)
    assert relabel.work(desk) == 0
    version = read_taxonomy.version(P, number)
    assert (version.state, "no examples" in version.problem) == ("draft", True)
    assert read_taxonomy.current(P) is None


@pytest.mark.slow
def test_the_whole_way_with_a_model_that_is_learned(desk):
    """New posts are labelled by a model that knows the new labels; it was made before the version began."""
    number = propose(SPLIT + MERGE.removeprefix("changes:\n"), desk)
    versions.apply(P, number, actor="cli")
    assert relabel.work(desk) == 24 + 14
    version = read_taxonomy.current(P)
    assert version.settled
    where = learn.current(P, desk)
    assert isinstance(where, Path)
    assert where.parent == desk / "models" / P
    model = learn.model_of(P, desk)
    assert {"quality.freeze", "quality.close", "money.billing"} <= set(model.labels)
    assert not {"quality.crash", "money.price"} & set(model.labels)
    (verdict,) = model.classify(["The app froze again and nothing reacts"], sentiment=False)
    assert verdict.labels[0].id == "quality.freeze"


def test_nothing_is_begun_beside_where_nothing_waits(desk):
    beside = relabel.Beside(desk)
    beside.look()
    beside.stop()
    assert not relabel.waiting()
    propose(MERGE, desk)
    assert not relabel.waiting(), "a proposal that nobody applied waits for a person"


@pytest.mark.slow
def test_every_post_asked_anew_is_told_first_and_then_made(desk):
    """A new label takes posts from others; what a person said of a post stays."""
    row = read.posts(P, read.Filters(labels=("money.ads",)), limit=1).rows[0]
    write.correct(P, row.id, ["money.ads"], "complaint", None)
    given = examples(tuple(f"Advertising covers everything, day {n}, ads everywhere" for n in range(8)))
    text = f"changes:\n  - add: {{id: whole.banner, name: Banners, examples: {given}}}\nhistory: all\n"
    number = propose(text, desk)
    assert preview.preview(P, number, desk).waits
    relabel.teach(P, desk)
    found = preview.preview(P, number, desk)
    assert not found.waits
    assert sum(row.posts for row in found.whole) == 143
    told = {row.id: row.posts for row in found.whole}
    versions.apply(P, number, actor="cli")
    assert relabel.work(desk) >= found.posts
    made = labels()
    assert made["whole.banner"] == told["whole.banner"] >= 8
    assert read.post(P, row.id).labels[0].id == "money.ads"
    assert right() == {}


KILLED = """
import os, signal, sys
from pathlib import Path
from earnest.cli import setup
home = setup.django(Path(sys.argv[1]))
from earnest.flow import relabel
relabel.BATCH = int(sys.argv[3])
left = int(sys.argv[2])
def progress(what, share):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
relabel.follow("gadget", home, progress=progress)
"""

PREPARED = """
import sys
from pathlib import Path
from earnest.cli import setup
home = setup.django(Path(sys.argv[1]))
setup.prepare(home)
from tests.flow import test_relabel as t
t.fill()
t.begin(t.propose(t.SPLIT + t.MERGE.removeprefix("changes:\\n"), home))
"""


@pytest.mark.slow
def test_killed_in_the_middle_it_goes_on(tmp_path):
    """A real process, killed after a batch or two, again and again; on both databases."""
    home = Home(tmp_path / "home")
    try:
        python(home, PREPARED)
        assert len(home.rows("SELECT id FROM store_post")) == 144
        kills = 0
        for after in (1, 2, 1, 3, 2, 0):
            if after:
                code = python(home, KILLED, str(after), "6", check=False)
                kills += code == -signal.SIGKILL
            else:
                home.run("taxonomy", "work")
            assert differences(home.rows) == {}
            posts = Counter(label for (label,) in home.rows("SELECT label FROM store_post"))
            assert posts.total() == 144
        assert kills >= 3
        assert posts["quality.crash"] == posts["money.price"] == 0
        assert posts["quality.freeze"] + posts["quality.close"] == 24
        ((done,),) = home.rows("SELECT done FROM store_taxonomyversion WHERE state = 'current'")
        assert done == 24 + 14, "no post is counted twice"
    finally:
        home.drop()


def python(home: Home, program: str, *words: str, check: bool = True) -> int:
    root = Path(__file__).resolve().parents[2]
    environment = {**home.environment, "PYTHONPATH": str(root)}
    done = subprocess.run(
        [sys.executable, "-c", program, str(home.folder), *words],
        env=environment,
        cwd=root,
        capture_output=True,
        check=False,
    )
    if check:
        assert done.returncode == 0, done.stderr.decode()
    return done.returncode
