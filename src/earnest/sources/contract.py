"""The promises of a source as tests that any source runs.

Subclass `SourceContract` in a test file, say how to make the source, and pytest runs every promise:

    class TestMine(SourceContract):
        def source(self, folder): return MySource(...)      # the same content each time it is called
        def empty(self, folder): return MySource(...)       # nothing in it

`damaged` is optional: a source with bad items among good ones. Needs hypothesis, which the tests bring. A
source of invited communities subclasses `HandshakeContract` too.
Nothing here knows pytest: a promise that is not kept is an AssertionError with a sentence.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Protocol

from earnest.record.errors import InputError
from earnest.record.raw import Page, RawPost
from earnest.sources.base import EARLIEST, Reaches, Relists, Source
from earnest.sources.handshake import WHY, Handshake, Invitation, NotProved, Proof, digest


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

    def test_what_can_be_listed_again_is_listed_whole_and_within_its_span(self, tmp_path: Path) -> None:
        source = self.source(tmp_path)
        if not isinstance(source, Relists):
            return
        there = {post.id for post in _posts(source) if post.change != "deleted"}
        begin = source.reaches() if isinstance(source, Reaches) else EARLIEST
        end = datetime.now(UTC) + timedelta(days=3)
        listed = [post for page in source.still_there(begin, end) for post in page.posts]
        _promise({post.id for post in listed if post.change != "deleted"} == there, "nothing is left out")
        dated = sorted(post.created for post in listed if post.created is not None)
        if not dated:
            return
        middle = dated[len(dated) // 2]
        early = [post for page in source.still_there(begin, middle) for post in page.posts]
        late = [post for page in source.still_there(middle, end) for post in page.posts]
        now = datetime.now(UTC)
        _promise(
            all(post.created is None or post.created < middle or post.created > now for post in early)
            and all(post.created is None or post.created >= middle for post in late),
            "a span has its own posts",
        )
        _promise({post.id for post in early + late} == {post.id for post in listed}, "spans miss nothing")

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


class Community(Protocol):
    """One community, new each time it is asked for, and what people do in it."""

    def place(self, settled: Mapping[str, str]) -> Handshake:
        """The place as Earnest opens it, with the settings that a proof settled."""
        ...

    def publish(self, notice: str) -> None:
        """An administrator publishes the notice."""
        ...

    def publish_without_power(self, notice: str) -> None:
        """Somebody who is no administrator does the same, where they can."""
        ...

    def endings(self) -> Mapping[str, Callable[[], object]]:
        """Every way in which the community ends an invitation that stands, by a name for people."""
        ...


class HandshakeContract:
    """Every promise of `Handshake`."""

    NOTICE = "Earnest listens here from now on. Invitation earnest-abcdef-ghjkmn-pqrstu-vwxyz2"

    def community(self) -> Community:
        """A community that was not asked yet."""
        raise NotImplementedError

    def test_what_nobody_published_is_not_proved(self) -> None:
        self._refused(self.community(), "nothing is proved before the notice is published")

    def test_what_an_administrator_published_is_proved(self) -> None:
        community = self.community()
        community.publish(self.NOTICE)
        proof = self._prove(community)
        _promise(isinstance(proof, Proof), "a published notice is proved")
        if isinstance(proof, Proof):
            json.loads(proof.start)
            again = self._prove(community, proof)
            _promise(isinstance(again, Proof), "and is proved again as long as it stands")
            _promise(isinstance(again, Proof) and again.settle == proof.settle, "with the same settings")

    def test_a_notice_with_another_word_is_not_proved(self) -> None:
        community = self.community()
        community.publish(self.NOTICE.replace("from now on", "since last year"))
        self._refused(community, "only the notice as Earnest wrote it opens a place")

    def test_a_notice_with_another_token_is_not_proved(self) -> None:
        community = self.community()
        community.publish(self.NOTICE.replace("abcdef", "abcdeg"))
        self._refused(community, "only the token of this invitation opens a place")

    def test_what_somebody_without_power_published_is_not_proved(self) -> None:
        community = self.community()
        community.publish_without_power(self.NOTICE)
        self._refused(community, "only an administrator opens a place")

    def test_every_ending_is_seen_at_the_next_look(self) -> None:
        for name in self.community().endings():
            community = self.community()
            community.publish(self.NOTICE)
            proof = self._prove(community)
            if not isinstance(proof, Proof):
                raise AssertionError(f"The source contract asks: '{name}' is tried on an open place.")
            community.endings()[name]()
            answer = self._prove(community, proof)
            _promise(isinstance(answer, NotProved), f"an invitation ends when it is {name}")

    def _prove(self, community: Community, proof: Proof | None = None) -> Proof | NotProved:
        place = community.place({} if proof is None else proof.settle)
        return place.prove(Invitation(digest(self.NOTICE), opened=proof is not None))

    def _refused(self, community: Community, promise: str) -> None:
        answer = self._prove(community)
        _promise(isinstance(answer, NotProved), promise)
        _promise(isinstance(answer, NotProved) and answer.why in WHY, "a refusal is one of the known reasons")


def _posts(source: Source) -> list[RawPost]:
    return [post for page in source.read(None) for post in page.posts]


def _ids(pages: list[Page]) -> list[str]:
    return [post.id for page in pages for post in page.posts]


def _promise(kept: bool, promise: str) -> None:
    if not kept:
        raise AssertionError(f"The source contract asks: {promise}.")
