"""The promises of a source as tests that any source runs.

Subclass `SourceContract` in a test file, say how to make the source, and pytest runs every promise:

    class TestMine(SourceContract):
        def source(self, folder): return MySource(...)      # the same content each time it is called
        def empty(self, folder): return MySource(...)       # nothing in it

`damaged` is optional: a source with bad items among good ones. Needs hypothesis, which the tests bring.
Nothing here knows pytest: a promise that is not kept is an AssertionError with a sentence.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from earnest.record.errors import InputError
from earnest.record.raw import Page, RawPost
from earnest.sources.base import Source


@dataclass(frozen=True, slots=True)
class Damaged:
    """A source with bad items, how many are bad, which ids stay, and words of the bad nobody may see."""

    source: Source
    bad: int
    ids: Sequence[str]
    words: Sequence[str]


class SourceContract:
    """Every promise of `Source.read`."""

    def source(self, folder: Path) -> Source:
        """A source with something in it; called twice for one folder it has the same content."""
        raise NotImplementedError

    def empty(self, folder: Path) -> Source:
        """A source that works and has nothing to give."""
        raise NotImplementedError

    def damaged(self, folder: Path) -> Damaged | None:
        """A source with bad items among good ones, or None where items cannot be bad one by one."""
        return None

    def test_there_is_a_page_and_only_the_last_is_done(self, tmp_path: Path) -> None:
        pages = list(self.source(tmp_path).read(None))
        _promise(bool(pages), "at least one page")
        _promise(
            [page.done for page in pages] == [False] * (len(pages) - 1) + [True], "only the last page is done"
        )
        _promise(any(page.posts for page in pages), "a source with something in it gives something")

    def test_posts_have_an_id_and_aware_dates(self, tmp_path: Path) -> None:
        for post in _posts(self.source(tmp_path)):
            _promise(bool(post.id), "every post has an id")
            _promise(post.created is None or post.created.tzinfo is not None, "every date has a zone")
            _promise(bool(post.text.strip()) or post.change == "deleted", "only a deletion has no text")
            _promise("\0" not in post.text, "no text holds a NUL character")

    def test_ids_are_unique_and_the_same_on_every_read(self, tmp_path: Path) -> None:
        first, second = (_ids(list(self.source(tmp_path).read(None))) for _ in range(2))
        _promise(len(set(first)) == len(first), "no id comes twice in one read")
        _promise(first == second, "a second read gives the same ids in the same order")

    def test_every_cursor_is_json(self, tmp_path: Path) -> None:
        for page in self.source(tmp_path).read(None):
            json.loads(page.cursor)

    def test_the_same_cursor_gives_the_same_page(self, tmp_path: Path) -> None:
        pages = list(self.source(tmp_path).read(None))
        for before, after in pairwise(pages):
            again = next(iter(self.source(tmp_path).read(before.cursor)))
            _promise(again == after, "a cursor always gives the page that came after it")

    def test_after_the_last_cursor_nothing_is_repeated(self, tmp_path: Path) -> None:
        last = list(self.source(tmp_path).read(None))[-1]
        pages = list(self.source(tmp_path).read(last.cursor))
        _promise(not _ids(pages), "nothing is given twice")
        _promise(bool(pages) and pages[-1].done, "a read with nothing new still ends with a done page")

    def test_killed_anywhere_and_resumed_nothing_is_lost_or_repeated(self, tmp_path: Path) -> None:
        from hypothesis import given, settings
        from hypothesis import strategies as st

        whole = _ids(list(self.source(tmp_path).read(None)))

        @settings(max_examples=10, deadline=None, database=None)
        @given(st.lists(st.integers(min_value=1, max_value=4), max_size=12))
        def resumed(kept_each_time: list[int]) -> None:
            cursor: str | None = None
            got: list[str] = []
            for keep in [*kept_each_time, 1_000_000]:
                for number, page in enumerate(self.source(tmp_path).read(cursor), 1):
                    if number > keep:
                        break  # killed after this page came and before it was kept
                    got += [post.id for post in page.posts]
                    cursor = page.cursor
            _promise(got == whole, "resuming from any cursor gives every post once, in order")

        resumed()

    def test_an_empty_source_gives_one_done_page(self, tmp_path: Path) -> None:
        pages = list(self.empty(tmp_path).read(None))
        _promise(len(pages) == 1 and pages[0].done and not pages[0].posts, "one empty page that is done")

    def test_a_cursor_from_elsewhere_is_a_clear_error(self, tmp_path: Path) -> None:
        for nonsense in ("", "nonsense", "[]", '{"someone": "else"}', '"\\ud800"', "[" * 5_000, "null"):
            try:
                list(self.source(tmp_path).read(nonsense))
            except InputError as error:
                _promise(bool(error.sentence()), "the error says what to do")
            else:
                raise AssertionError("a cursor of another source is refused")

    def test_bad_items_are_refused_and_their_neighbours_stay(self, tmp_path: Path) -> None:
        case = self.damaged(tmp_path)
        if case is None:
            return
        pages = list(case.source.read(None))
        refused = [refusal for page in pages for refusal in page.refused]
        _promise(len(refused) == case.bad, f"{case.bad} items are refused, not {len(refused)}")
        _promise(_ids(pages) == list(case.ids), "every good item stays")
        for refusal in refused:
            said = f"{refusal.place} {refusal.problem}"
            _promise(
                bool(refusal.place and refusal.problem and refusal.error), "a refusal says where and what"
            )
            _promise(not any(word in said for word in case.words), "a refusal never repeats what was said")


def _posts(source: Source) -> list[RawPost]:
    return [post for page in source.read(None) for post in page.posts]


def _ids(pages: list[Page]) -> list[str]:
    return [post.id for page in pages for post in page.posts]


def _promise(kept: bool, promise: str) -> None:
    if not kept:
        raise AssertionError(f"The source contract asks: {promise}.")
