"""One page, one transaction: what is kept, what is a duplicate, what an edit or a deletion changes."""

from datetime import timedelta

import pytest

from earnest.record.errors import StoreBusy, StoreError
from earnest.store import erase, read, write
from tests.store.build import NOW, desk, item, keep, key

pytestmark = pytest.mark.django_db

SINCE, UNTIL = NOW - timedelta(days=28), NOW + timedelta(days=1)


def figures(programme="riders"):
    """Every figure the store tells, so that two states can be compared."""
    dates = (SINCE.date(), UNTIL.date())
    return (
        read.facet_counts(programme, SINCE, UNTIL),
        read.weekly(programme, *dates, ("label", "kind", "place", "sentiment")),
        read.weekly(programme, *dates, ("label", "kind", "place", "sentiment", "lang", "region")),
        read.voices(programme, *dates),
        [row.text for row in read.posts(programme, read.Filters()).rows],
    )


def test_a_page_is_kept_with_everything_beside_it():
    place = desk()
    outcome = keep(
        place,
        item(
            "1", "tips are gone", labels=("pay.tips", "pay.missing"), voice="ana", lang="en", region="Leeds"
        ),
        item("2", "crash", voice="ana"),
        cursor='{"line": 2}',
    )
    assert outcome == write.Outcome(admitted=2)
    rows = read.posts("riders", read.Filters(q="tips")).rows
    assert [row.text for row in rows] == ["tips are gone"]
    assert [label.id for label in rows[0].labels] == ["pay.tips", "pay.missing"]
    assert (rows[0].region, rows[0].place, rows[0].domain) == ("Leeds", "reviews", "example.org")
    assert read.listening_place("riders", "reviews").cursor == '{"line": 2}'
    assert read.place("riders", "reviews").last_post == NOW - timedelta(hours=1)
    counts = read.facet_counts("riders", SINCE, UNTIL)
    assert counts["category"] == {"pay": 1, "app": 1}
    assert counts["place"] == {"reviews": 2}


def test_the_same_page_again_changes_nothing():
    place = desk()
    page = [item(str(n), f"post {n}", voice=f"v{n}") for n in range(20)]
    assert keep(place, *page) == write.Outcome(admitted=20)
    before = figures()
    assert keep(place, *page) == write.Outcome(duplicates=20)
    assert figures() == before


def test_a_post_twice_in_one_page_is_kept_once():
    place = desk()
    assert keep(place, item("1"), item("1"), item("2")) == write.Outcome(admitted=2, duplicates=1)


def test_the_same_id_at_another_place_is_another_post():
    first, second = desk(), desk(place="survey")
    keep(first, item("1"))
    assert keep(second, item("1")).admitted == 1


def test_an_edit_changes_words_labels_counts_and_voices_in_place():
    place = desk()
    keep(place, item("1", "the tips vanished", labels=("pay.tips",), voice="ana"))
    before = read.posts("riders", read.Filters()).rows[0]
    edited = item("1", "the app froze", labels=("app.crash",), kind="report", voice="ana", change="edited")
    assert keep(place, edited) == write.Outcome(edited=1)
    (after,) = read.posts("riders", read.Filters()).rows
    assert (after.id, after.arrival, after.created) == (before.id, before.arrival, before.created)
    assert (after.text, after.kind) == ("the app froze", "report")
    assert read.posts("riders", read.Filters(q="tips")).rows == ()
    assert read.posts("riders", read.Filters(q="froze")).rows == (after,)
    assert read.facet_counts("riders", SINCE, UNTIL)["label"] == {"app.crash": 1}
    assert list(read.voices("riders", SINCE.date(), UNTIL.date()).items()) == [
        ((after.created.date() - timedelta(days=after.created.weekday()), "app.crash"), 1)
    ]


def test_an_old_wording_that_is_replayed_does_not_undo_an_edit():
    place = desk()
    keep(place, item("1", "first wording"))
    keep(place, item("1", "second wording", change="edited"))
    assert keep(place, item("1", "first wording")).duplicates == 1
    assert read.posts("riders", read.Filters()).rows[0].text == "second wording"


def test_a_deletion_leaves_no_trace_in_any_figure_and_the_post_never_comes_back():
    place = desk()
    keep(place, item("stays", "other words", voice="ben"))
    before = figures()
    keep(place, item("1", "secret words", labels=("pay.tips", "pay.wrong"), voice="ana", region="Leeds"))
    assert keep(place, erased=[key("1")]) == write.Outcome(erased=1)
    assert figures() == before
    assert read.posts("riders", read.Filters(q="secret")).rows == ()
    assert keep(place, item("1", "secret words", change="edited")) == write.Outcome(duplicates=1)
    assert keep(place, item("1", "secret words")) == write.Outcome(duplicates=1)
    assert figures() == before


@pytest.mark.parametrize("order", ["said before", "said in the same page", "said after"])
def test_a_deleted_post_is_gone_whatever_the_order(order):
    place = desk()
    if order == "said before":
        keep(place, item("1"))
    keep(place, *([item("1")] if order == "said in the same page" else []), erased=[key("1")])
    if order == "said after":
        keep(place, item("1"))
    assert read.posts("riders", read.Filters()).rows == ()


def test_two_posts_of_one_voice_count_once_and_leave_one_by_one():
    place = desk()
    keep(place, item("1", voice="ana"), item("2", voice="ana"), item("3", voice="ben"))
    assert list(read.voices("riders", SINCE.date(), UNTIL.date()).values()) == [2]
    erase.erase_posts(place, [key("1")])
    assert list(read.voices("riders", SINCE.date(), UNTIL.date()).values()) == [2]
    erase.erase_posts(place, [key("2")])
    assert list(read.voices("riders", SINCE.date(), UNTIL.date()).values()) == [1]


def test_a_page_that_fails_keeps_nothing_and_does_not_move_the_cursor():
    place = desk()
    keep(place, item("1"), cursor="before")
    broken = item("3")
    object.__setattr__(broken.verdict, "labels", ())
    with pytest.raises(IndexError):
        keep(place, item("2"), broken, withheld=30, cursor="after")
    assert len(read.posts("riders", read.Filters()).rows) == 1
    assert read.listening_place("riders", "reviews").cursor == "before"
    assert read.withheld(NOW.date()) is None


def test_a_page_is_kept_only_where_its_reader_went_on_from_and_another_reader_has_not_been():
    place = desk()
    keep(place, item("1"), cursor="a", after=None)
    keep(place, item("2"), cursor="b", after="a")
    with pytest.raises(StoreBusy, match="another process"):
        keep(place, item("3"), withheld=30, cursor="b", after="a")
    assert len(read.posts("riders", read.Filters()).rows) == 2
    assert read.withheld(NOW.date()) is None


def test_a_place_that_is_gone_is_said_so():
    with pytest.raises(StoreError, match="removed"):
        keep(999_999, item("1"))


def test_a_post_from_the_future_counts_as_said_when_it_arrived():
    place = desk()
    keep(place, item("1", ago=timedelta(days=-3_000)))
    assert read.posts("riders", read.Filters()).rows[0].created == NOW


def test_nul_bytes_are_dropped():
    place = desk()
    keep(place, item("1", "before\x00after"))
    assert read.posts("riders", read.Filters()).rows[0].text == "beforeafter"


def test_dead_letters_keep_place_and_class_once_and_no_content():
    class Refusal:
        place, error, problem = "line 7", "BadLine", "a sentence that might quote"

    place = desk()
    keep(place, refused=[Refusal()])
    keep(place, refused=[Refusal()])
    (row,) = read.dead_letters("riders")
    assert (row.place, row.position, row.error) == ("reviews", "line 7", "BadLine")


@pytest.mark.parametrize(
    ("posts", "told"), [(0, None), (19, None), (20, 20), (34, 30), (36, 40)], ids=lambda value: str(value)
)
def test_withheld_posts_are_one_rounded_figure(posts, told):
    place = desk()
    keep(place, withheld=posts)
    assert read.withheld(NOW.date()) == told


def test_a_correction_changes_the_post_and_its_counts_and_is_counted():
    place = desk()
    keep(place, item("1", labels=("pay.tips",), voice="ana"), item("2", labels=("pay.tips",)))
    first, second = read.posts("riders", read.Filters()).rows
    assert write.correct("riders", first.id, ["support.noreply", "pay.tips"], "question", None)
    assert write.correct("riders", second.id, ["pay.tips"], "complaint", None)
    row = read.post("riders", first.id)
    assert ([label.id for label in row.labels], row.kind, row.corrected) == (
        ["support.noreply", "pay.tips"],
        "question",
        True,
    )
    assert read.facet_counts("riders", SINCE, UNTIL)["label"] == {"support.noreply": 1, "pay.tips": 1}
    quality = read.label_quality("riders")
    assert (quality["pay.tips"].right, quality["pay.tips"].of) == (1, 2)
    assert [row.id for row in read.posts("riders", read.Filters(q="crashed")).rows] == [first.id, second.id]
    assert not write.correct("riders", 12345, ["pay.tips"], "question", None)
