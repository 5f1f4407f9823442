"""Versions of a taxonomy in the store: old ids are read as they are now, before posts follow and after."""

import hashlib
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from earnest.record.errors import InputError, StoreBusy, StoreError
from earnest.record.verdict import Scored
from earnest.store import erase, read, read_taxonomy, write, write_leaving, write_taxonomy
from earnest.store.write_taxonomy import Draft, Relabelled
from tests.store.build import NOW, desk, item, keep, key
from tests.store.oracle import differences

pytestmark = pytest.mark.django_db

LABELS = ("pay.tips", "pay.late", "pay.wrong", "app.crash", "other")
FIRST = {"labels": [{"id": id} for id in LABELS]}
SINCE, UNTIL = NOW - timedelta(days=30), NOW + timedelta(days=1)
Became = dict[str, tuple[str, ...]]


def version(became: Became, *, asked: tuple[str, ...] = (), programme: str = "riders", **more: object) -> int:
    """A version that is in use: labels that are not named stay as they are."""
    before = read_taxonomy.current(programme)
    present = [label["id"] for label in (before.document if before else FIRST)["labels"]]
    whole = {**{id: (id,) for id in present}, **became}
    now = list(dict.fromkeys(new for ids in whole.values() for new in ids))
    lineage: Became = {id: (id,) for id in now}
    for old, ids in {**{id: (id,) for id in present}, **read_taxonomy.lineage(programme).became}.items():
        if old not in lineage:
            lineage[old] = tuple(dict.fromkeys(new for id in ids for new in whole.get(id, (id,))))
    draft = Draft(
        basis=before.number if before else 1,
        document={"labels": [{"id": id} for id in now]},
        steps=[],
        became=whole,
        asked=asked,
        lineage=lineage,
        history=str(more.get("history", "relabel")),
        posts={},
    )
    number = write_taxonomy.propose(programme, draft, None)
    write_taxonomy.prepare(programme, number)
    assert write_taxonomy.begin(programme, number, first=FIRST, model="")
    return number


def follow(choose=lambda post, parts: parts[0], programme: str = "riders", limit: int = 3) -> int:
    """Every stored post follows, a few at a time; `choose` among the parts of a split label."""
    now = read_taxonomy.current(programme)
    old = [id for id, new in now.became.items() if new not in ((id,), ())]
    mark = now.watermark
    while (batch := read_taxonomy.stored(programme, old, after=mark, limit=limit)).last is not None:
        changes = []
        for post in batch.posts:
            labels: dict[str, float] = {}
            for one in post.labels:
                ids = now.became.get(one.id, (one.id,)) or (one.id,)
                new = ids[0] if len(ids) == 1 else choose(post, ids)
                labels[new] = min(1.0, labels.get(new, 0) + one.score)
            changes.append(Relabelled(post.id, post.labels, tuple(Scored(*one) for one in labels.items())))
        write_taxonomy.relabel(now.id, mark, batch.last, changes)
        mark = batch.last
    return read_taxonomy.current(programme).done


def labels() -> dict[str, int]:
    return read.facet_counts("riders", SINCE, UNTIL)["label"]


def weekly() -> Counter[str]:
    found: Counter[str] = Counter()
    for cell in read.weekly("riders", SINCE.date(), UNTIL.date(), ("label",)):
        found[cell.key[0]] += cell.posts
    return found


def listed(*wanted: str) -> int:
    return len(read.posts("riders", read.Filters(labels=wanted), limit=1_000).rows)


def filled() -> int:
    place = desk()
    keep(
        place,
        *(item(f"tips {n}", labels=("pay.tips",), voice=f"v{n % 4}") for n in range(8)),
        *(item(f"late {n}", labels=("pay.late", "pay.wrong"), voice=f"v{n}") for n in range(6)),
        *(item(f"wrong {n}", labels=("pay.wrong",), voice=f"v{n}") for n in range(5)),
        *(item(f"crash {n}", labels=("app.crash",), ago=timedelta(days=8)) for n in range(3)),
    )
    return place


MERGED: Became = {"pay.late": ("pay.late",), "pay.wrong": ("pay.late",)}


@pytest.mark.parametrize("followed", [False, True], ids=["at once", "when the posts followed"])
def test_a_merge_sums_exactly(followed):
    filled()
    version(MERGED)
    if followed:
        assert follow() == 11
    assert labels() == {"pay.late": 11, "pay.tips": 8, "app.crash": 3}
    assert weekly() == {"pay.late": 11, "pay.tips": 8, "app.crash": 3}
    assert listed("pay.late") == listed("pay.wrong") == 11, "an old id finds what it was merged into"
    assert listed("pay") == 19
    for row in read.posts("riders", read.Filters(labels=("pay.late",))).rows:
        assert [one.id for one in row.labels] == ["pay.late"]


@pytest.mark.parametrize("followed", [False, True], ids=["at once", "when the posts followed"])
def test_a_move_takes_the_category_along(followed):
    filled()
    version({"app.crash": ("access.crash",)})
    if followed:
        follow()
    assert labels()["access.crash"] == 3
    assert read.facet_counts("riders", SINCE, UNTIL)["category"] == {"pay": 19, "access": 3}
    assert listed("app.crash") == listed("access") == 3
    assert listed("app") == 0


def test_a_split_stands_whole_until_its_posts_followed():
    filled()
    version({"pay.tips": ("pay.gone", "pay.taxed")}, asked=("pay.tips",))
    assert labels()["pay.tips"] == 8
    assert listed("pay.tips") == 8
    follow(lambda post, parts: parts[post.id % 2])
    found = labels()
    assert "pay.tips" not in found
    assert found["pay.gone"] + found["pay.taxed"] == 8
    assert listed("pay.tips") == 8, "the old id finds all its parts"
    assert read_taxonomy.lineage("riders").parts("pay.tips") == ("pay.gone", "pay.taxed")


def test_a_retired_label_keeps_what_it_had():
    filled()
    version({"app.crash": ()})
    assert follow() == 0
    assert labels()["app.crash"] == 3
    assert listed("app.crash") == 3


def test_voices_of_merged_labels_are_a_lower_bound():
    """The same five or six people spoke on both: nobody can know, so the larger side counts."""
    filled()
    since, until = SINCE.date(), UNTIL.date()
    before = read.voices("riders", since, until, weekly=False)
    version(MERGED)
    assert (
        read.voices("riders", since, until, weekly=False)[None, "pay.late"] == before[None, "pay.late"] == 6
    )
    follow()
    assert read.voices("riders", since, until, weekly=False)[None, "pay.late"] == 6
    assert read.voices("riders", since, until, weekly=False)[None, "pay.tips"] == 4


def test_voices_of_parts_are_counted_within_each():
    filled()
    version({"pay.tips": ("pay.gone", "pay.taxed")}, asked=("pay.tips",))
    posts = sorted(row.id for row in read.posts("riders", read.Filters(labels=("pay.tips",))).rows)
    follow(lambda post, parts: parts[0 if post.id in posts[:4] else 1])
    found = read.voices("riders", SINCE.date(), UNTIL.date(), weekly=False)
    assert found[None, "pay.gone"] == found[None, "pay.taxed"] == 4
    assert (None, "pay.tips") not in found


def test_voices_left_after_a_consent_ended_agree_with_those_that_were_counted(monkeypatch):
    filled()
    version({**MERGED, "pay.tips": ("pay.gone", "pay.taxed")}, asked=("pay.tips",))
    follow(lambda post, parts: parts[post.id % 2])
    counted = read.voices("riders", SINCE.date(), UNTIL.date())
    monkeypatch.setattr("earnest.store.scope.Scope.partly", property(lambda scope: True))
    assert read.voices("riders", SINCE.date(), UNTIL.date()) == counted


def test_going_back_gives_every_voice_its_place_again():
    filled()
    since, until = SINCE.date(), UNTIL.date()
    before = read.voices("riders", since, until)
    version({"app.crash": ("access.crash",), "pay.tips": ("pay.gone", "pay.taxed")}, asked=("pay.tips",))
    follow(lambda post, parts: parts[post.id % 2])
    version({"access.crash": ("app.crash",), "pay.gone": ("pay.tips",), "pay.taxed": ("pay.tips",)})
    follow()
    assert read.voices("riders", since, until) == before
    assert labels() == {"pay.tips": 8, "pay.late": 6, "pay.wrong": 5, "app.crash": 3}


def test_erasing_a_relabelled_post_takes_everything_along():
    place = filled()
    version({**MERGED, "pay.tips": ("pay.gone", "pay.taxed")}, asked=("pay.tips",))
    follow(lambda post, parts: parts[post.id % 2])
    names = [
        *(f"tips {n}" for n in range(8)),
        *(f"late {n}" for n in range(6)),
        *(f"wrong {n}" for n in range(5)),
    ]
    assert erase.erase_posts(place, [key(name) for name in names]) == 19
    assert labels() == {"app.crash": 3}
    assert read.voices("riders", SINCE.date(), UNTIL.date()) == {}


def test_somebody_who_leaves_takes_relabelled_posts_along():
    """Their tags were made under the old label."""
    place = filled()
    version({**MERGED, "app.crash": ("access.crash",)})
    follow()

    def tags(under):
        return [hashlib.sha256(f"v2/{label}".encode()).digest()[:12] for label in under]

    account = write_leaving.Account(place, b"h" * 32, tags)
    assert write_leaving.erase_accounts([account], out=False, then=lambda posts: None) == 4
    assert labels() == {"pay.late": 9, "pay.tips": 6, "access.crash": 3}


def test_a_correction_holds_by_the_id_it_has_now():
    filled()
    wrong = read.posts("riders", read.Filters(labels=("pay.wrong",))).rows[0]
    write.correct("riders", wrong.id, [wrong.labels[0].id], "complaint", None)
    assert read.label_quality("riders")[wrong.labels[0].id].right == 1
    version(MERGED)
    quality = read.label_quality("riders")
    assert (quality["pay.late"].right, quality["pay.late"].of) == (1, 1)
    follow()
    assert read.label_quality("riders") == quality


def test_a_post_that_still_comes_under_an_old_label_is_told_under_the_new():
    place = filled()
    version(MERGED)
    follow()
    keep(place, item("wrong again", labels=("pay.wrong",)), cursor="2")
    assert labels()["pay.late"] == 12
    follow()
    assert labels()["pay.late"] == 12


def test_a_batch_is_whole_or_nothing():
    filled()
    version(MERGED)
    now = read_taxonomy.current("riders")
    batch = read_taxonomy.stored("riders", ["pay.wrong"], limit=50)
    good = [Relabelled(post.id, post.labels, (Scored("pay.late", 1.0),)) for post in batch.posts]
    wrong = [*good[:-1], Relabelled(good[-1].id, (Scored("app.crash", 1.0),), (Scored("pay.late", 1.0),))]
    with pytest.raises(StoreBusy):
        write_taxonomy.relabel(now.id, 0, batch.last, wrong)
    assert read_taxonomy.current("riders").watermark == 0
    assert write_taxonomy.relabel(now.id, 0, batch.last, good) == 11
    with pytest.raises(StoreBusy):
        write_taxonomy.relabel(now.id, 0, batch.last, good)
    assert read_taxonomy.current("riders").done == 11


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        pytest.param(lambda number: number + 1, "no proposal", id="a number that is none"),
        pytest.param(
            lambda number: write_taxonomy.prepare("riders", number) or number, "no proposal", id="twice"
        ),
        pytest.param(
            lambda number: version({"app.crash": ()}) and number, "changed since", id="an old basis"
        ),
    ],
)
def test_what_cannot_be_applied(spoil, says):
    desk()
    draft = Draft(1, FIRST, [], {"pay.late": ("pay.late",)}, (), {}, "relabel", {})
    number = write_taxonomy.propose("riders", draft, None)
    with pytest.raises(InputError, match=says):
        write_taxonomy.prepare("riders", spoil(number))


def test_one_version_at_a_time():
    filled()
    version(MERGED)
    draft = Draft(2, FIRST, [], {"pay.late": ("pay.late",)}, (), {}, "relabel", {})
    number = write_taxonomy.propose("riders", draft, None)
    with pytest.raises(InputError, match="still follow version 2"):
        write_taxonomy.prepare("riders", number)
    follow()
    write_taxonomy.prepare("riders", number)


def test_not_more_than_twenty_proposals_wait():
    desk()
    draft = Draft(1, FIRST, [], {}, (), {}, "relabel", {})
    for _ in range(write_taxonomy.MOST_DRAFTS):
        number = write_taxonomy.propose("riders", draft, None)
    with pytest.raises(StoreError, match="20 proposals"):
        write_taxonomy.propose("riders", draft, None)
    assert write_taxonomy.take_back("riders", number)
    assert not write_taxonomy.take_back("riders", number)


def test_an_example_goes_with_its_post():
    place = filled()
    post = read.posts("riders", read.Filters(labels=("pay.tips",))).rows[0]
    draft = Draft(1, FIRST, [], {}, (), {}, "relabel", {post.id: "pay.gone"})
    number = write_taxonomy.propose("riders", draft, None)
    id = read_taxonomy.version("riders", number).id
    assert read_taxonomy.examples(id, "riders") == [("pay.gone", post.text)]
    erase.erase_posts(place, [key(f"tips {n}") for n in range(8)])
    assert read_taxonomy.examples(id, "riders") == []
    assert read_taxonomy.example_posts(id) == []


def test_another_programme_is_not_touched():
    filled()
    other = desk("drivers")
    keep(other, item("d", labels=("pay.wrong",)))
    version(MERGED)
    follow()
    assert read.facet_counts("drivers", SINCE, UNTIL)["label"] == {"pay.wrong": 1}
    assert read_taxonomy.lineage("drivers") == read_taxonomy.NOTHING


STEPS = st.lists(
    st.tuples(st.sampled_from(["merge", "split", "move", "retire"]), st.integers(0, 99), st.integers(0, 99)),
    min_size=1,
    max_size=4,
)
POSTS = st.lists(
    st.tuples(st.lists(st.sampled_from(LABELS), min_size=1, max_size=3, unique=True), st.integers(0, 5)),
    min_size=1,
    max_size=12,
)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, posts=POSTS, cut=st.integers(1, 4))
def test_no_sequence_of_changes_loses_or_doubles_a_post(steps, posts, cut):
    with transaction.atomic():
        place = desk()
        keep(place, *(item(f"{n}", labels=tuple(some), voice=f"v{v}") for n, (some, v) in enumerate(posts)))
        for number, step in enumerate(steps):
            now = read_taxonomy.current("riders")
            there = [one["id"] for one in (now.document if now else FIRST)["labels"] if one["id"] != "other"]
            became = _became(there, *step, number)
            if became is None:
                continue
            asked = tuple(old for old, new in became.items() if len(new) > 1)
            version(became, asked=asked)
            _adds_up(len(posts))
            follow(lambda post, parts: parts[post.id % len(parts)], limit=cut)
            _adds_up(len(posts))
            lineage = read_taxonomy.lineage("riders")
            present = {one["id"] for one in read_taxonomy.current("riders").document["labels"]}
            assert set(LABELS) <= lineage.became.keys()
            assert all(set(ids) <= present for ids in lineage.became.values())
        transaction.set_rollback(True)


def _became(there: list[str], do: str, first: int, second: int, number: int) -> Became | None:
    if len(there) < 3:
        return None
    one, two = there[first % len(there)], there[second % len(there)]
    if do == "merge" and one != two:
        return {one: (two,), two: (two,)}
    if do == "split":
        return {one: (f"{one}-a{number}", f"{one}-b{number}")}
    if do == "move":
        return {one: (f"new{number}.{one.partition('.')[2]}",)}
    return {one: ()} if do == "retire" else None


def _adds_up(posts: int) -> None:
    with connection.cursor() as db:

        def rows(sql: str) -> list[tuple[object, ...]]:
            db.execute(sql)
            return list(db.fetchall())

        assert differences(rows) == {}
    day = NOW.date() + timedelta(days=2)
    assert sum(read.totals("riders", day - timedelta(days=60), day, ("label",)).values()) == posts
    assert sum(labels().values()) == sum(weekly().values()) == posts
    assert len(read.posts("riders", read.Filters(), limit=100).rows) == posts
    assert listed(*labels()) == posts
