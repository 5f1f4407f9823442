"""The inbox: what somebody of the desk does with posts, one by one or many at once.

    taken = inbox.take("riders", view=None, order="newest", n=10, by=me)
    done = inbox.settle("riders", taken[:3], "done", by=me)
    undo.undo("riders", done.act, by=me)

Promises: two people never hold the same post; each function is whole or not at all; what is done to a post
is done to all that repeat it; what somebody else holds or has dealt with meanwhile is left as it is, and
`Done.left` says how many posts that were. `by` is a person's number; whether they may is asked before
(`desk.access`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, get_args

from django.utils import timezone

from earnest.desk import acting, cases, tags, views
from earnest.record.errors import Refused, StoreError
from earnest.store import (
    clock,
    people_names,
    read,
    read_cases,
    read_follow,
    read_inbox,
    write,
    write_inbox,
    write_tags,
)
from earnest.store.read import Filters
from earnest.store.read_inbox import Order
from earnest.store.write_inbox import Turn

How = Literal["done", "nothing", "later"]

MOST_TAKEN = 50
"""Posts that are taken at once."""
MOST_AT_ONCE = 200
"""Posts that one thing is done to at once; those that repeat them come along."""
MOST_CORRECTED = 300
"""Posts whose label one correction changes, repeats among them."""
MOST_REPEATS = 500
"""Repeats that go into a case with their first post; later ones are in its group all the same."""
LONGEST_LATER = timedelta(days=366)
DAYS, MINUTES = range(1, 91), range(1, 121)
"""What the terms may be."""


@dataclass(frozen=True, slots=True)
class Done:
    """What was done: the act that `desk.undo` takes back, how many posts (a group is one), and how many were
    left as they are.
    """

    act: int
    posts: int
    left: int = 0


def take(
    programme: str,
    *,
    view: int | None = None,
    filters: Filters | None = None,
    order: Order = "newest",
    n: int = 10,
    by: int,
) -> list[int]:
    """Hold the next posts of the queue for a person, of a view or of filters; the posts. Empty where nothing
    waits. Raises StoreError for a view that is not there, StoreBusy.
    """
    if view is not None:
        filters = views.one(programme, view, by=by).filters
    taken = write_inbox.take(programme, filters or Filters(), order, max(1, min(n, MOST_TAKEN)), by)
    if taken:
        acting.note(by, "inbox_taken", programme, "posts", posts=len(taken))
    return taken


def give_back(programme: str, posts: Sequence[int] | None = None, *, by: int) -> int:
    """Let go of what a person holds (of these posts only); how many that were."""
    return write_inbox.give_back(programme, by, posts)


def let_go(by: int) -> int:
    """Let go of all that a person holds anywhere: they signed out."""
    return write_inbox.let_go(by)


def settle(programme: str, posts: Sequence[int], how: How, *, by: int, until: date | None = None) -> Done:
    """Posts are dealt with: done, nothing to do, or not before a day. Raises StoreError, StoreBusy."""
    if how not in get_args(How):
        raise StoreError("A post is settled as done, nothing to do, or later.")
    second = _second(until) if how == "later" else 0
    with write_inbox.turn(programme, _some(posts), by) as turn:
        act = write_inbox.begin_act(turn, "settle", how=how)
        fresh = write_inbox.settle(turn, act, turn.free, how, second)
        done = _done(turn, act, fresh)
    acting.note(by, "inbox_settled", programme, _about(turn, fresh), posts=done.posts, how=how)
    return done


def _second(until: date | None) -> int:
    today = timezone.localdate()
    if until is None or not today < until <= today + LONGEST_LATER:
        raise StoreError("A post is put off to a day to come, a year at most.")
    return clock.seconds(datetime.combine(until, time(), timezone.get_current_timezone()))


def tag(programme: str, posts: Sequence[int], name: str, *, by: int) -> Done:
    """Put a tag on posts. Raises RefusedConfiguration for a name that may not be one, StoreError."""
    number = tags.ensure(programme, name)
    with write_inbox.turn(programme, _some(posts), by) as turn:
        act = write_inbox.begin_act(turn, "tag", about=number)
        fresh = write_tags.tag(turn, act, turn.free, number)
        write_inbox.touch(act, fresh)
        done = _done(turn, act, fresh, among=turn.free)
    acting.note(by, "inbox_tagged", programme, _about(turn, fresh), posts=done.posts, tag=number)
    return done


def untag(programme: str, posts: Sequence[int], name: str, *, by: int) -> Done:
    """Take a tag off posts. Raises StoreError where there is no such tag."""
    number = tags.known(programme, name)
    with write_inbox.turn(programme, _some(posts), by) as turn:
        act = write_inbox.begin_act(turn, "untag", about=number)
        said_of = [*turn.free, *(id for head, id in turn.heads.items() if head not in turn.taken)]
        gone = write_tags.untag(said_of, number)
        write_inbox.touch(act, gone)
        done = _done(turn, act, gone, among=turn.free)
    acting.note(by, "inbox_untagged", programme, _about(turn, gone), posts=done.posts, tag=number)
    return done


def label(programme: str, posts: Sequence[int], labels: Sequence[str], kind: str, *, by: int) -> Done:
    """Say which labels and kind are right, of posts and of those that repeat them under the same label.

    An empty kind leaves each post's own. Raises StoreError, StoreBusy.
    """
    with write_inbox.turn(programme, _some(posts), by) as turn:
        act = write_inbox.begin_act(turn, "label")
        changed: list[int] = []
        for row in _alike(programme, turn):
            if len(changed) >= MOST_CORRECTED:
                break
            if write.correct(programme, row.id, labels, kind or row.kind, by):
                changed.append(row.id)
        write_inbox.touch(act, changed)
        done = Done(act, len(turn.free), len(set(posts)) - len(turn.free))
        _check(turn, turn.free)
    acting.note(by, "corrected", programme, _about(turn, turn.free), posts=len(changed))
    return done


def _alike(programme: str, turn: Turn) -> list[read.PostRow]:
    """The posts that were named, then those of their groups that have the same main label."""
    named = {turn.heads[head]: head for head in turn.free}
    rows = read_inbox.items(programme, [(id, False) for id in named])
    found = {item.post.id: item.post for item in rows}
    main = {item.head: item.post.labels[0].id for item in rows if item.post.labels}
    for item in rows:
        if item.post.copies:
            for other in read.repeats(programme, item.post.id, MOST_CORRECTED):
                if other.labels and other.labels[0].id == main.get(item.head):
                    found.setdefault(other.id, other)
    return list(found.values())


def to_case(
    programme: str, posts: Sequence[int], number: int | None = None, title: str = "", *, by: int
) -> tuple[Done, int]:
    """Put posts into a case (a new one without a number); they are dealt with, and the case's number.

    Raises StoreError for a case that is not there, RefusedConfiguration for a title.
    """
    with write_inbox.turn(programme, _some(posts), by) as turn:
        _check(turn, turn.free)
        act = write_inbox.begin_act(turn, "case", how="old" if number else "new")
        fresh = write_inbox.settle(turn, act, turn.free, "case")
        into = _group(programme, turn.free)
        if number is None:
            number = cases.open_case(programme, title, by=by, posts=into)
            change = read_inbox.opening(programme, number)
        else:
            change = cases.add(programme, number, posts=into, by=by)
        write_inbox.about(act, number, change)
        done = Done(act, len(turn.free), len(set(posts)) - len(turn.free))
    acting.note(by, "inbox_filed", programme, _about(turn, fresh), posts=done.posts, case=number)
    return done, number


def _group(programme: str, heads: Sequence[int]) -> list[int]:
    found = dict.fromkeys(heads)
    for head in heads:
        found.update(dict.fromkeys(read_follow.group(programme, head, MOST_REPEATS)))
    return list(found)


def ask(programme: str, posts: Sequence[int], *, by: int, because: str = "") -> int:
    """Ask that the case these posts are in be escalated; its number.

    Raises Refused where they are in none: an escalation is of a case.
    """
    from earnest.desk import escalate

    heads = list(read_inbox.heads_of(_some(posts)).values())
    held = read_cases.of_post(programme, [*posts, *heads])
    numbers = sorted({number for found in held.values() for number in found})
    if not numbers:
        raise Refused(
            "An escalation is asked for a case.", advice="Put the post into a case first, then ask again."
        )
    escalate.ask(programme, numbers[-1], by=by, because=because)
    return numbers[-1]


def set_terms(programme: str, *, days: int, minutes: int, by: int) -> None:
    """How far back posts wait, and for how long they are held. Raises StoreError for what may not be."""
    if days not in DAYS or minutes not in MINUTES:
        raise StoreError(
            f"Posts wait for {DAYS[0]} to {DAYS[-1]} days and are held for {MINUTES[0]} to"
            f" {MINUTES[-1]} minutes."
        )
    write_inbox.set_terms(programme, days=days, minutes=minutes)
    acting.note(by, "inbox_changed", programme, days=days, minutes=minutes)


def begin_afresh(programme: str, *, by: int) -> None:
    """Nothing that was said until now waits any more; what is put off comes all the same."""
    newest = read_inbox.newest(programme)
    write_inbox.begin_afresh(programme, newest)
    acting.note(by, "inbox_begun_afresh", programme)


def _some(posts: Sequence[int]) -> list[int]:
    chosen = list(dict.fromkeys(posts))
    if not chosen:
        raise StoreError("No post is chosen.", advice="Choose at least one.")
    if len(chosen) > MOST_AT_ONCE:
        raise StoreError(f"At most {MOST_AT_ONCE} posts are chosen at once.")
    return chosen


def _done(turn: Turn, act: int, changed: Sequence[int], among: Sequence[int] | None = None) -> Done:
    """Within a turn. Raises Refused, so that nothing is written, where nothing could be done."""
    _check(turn, changed if among is None else among)
    return Done(act, len(changed), len(turn.heads) - len(changed))


def _check(turn: Turn, changed: Sequence[int]) -> None:
    if changed:
        return
    if turn.taken:
        who = people_names.names(turn.taken.values())
        named = ", ".join(sorted(set(who.values()))) or "Somebody else"
        raise Refused(f"{named} is on it.", advice="It is free again when they give it back.")
    if turn.heads:
        raise Refused("This was dealt with meanwhile.", advice="Nothing was changed.")
    raise StoreError("These posts are not there any more.")


def _about(turn: Turn, changed: Sequence[int]) -> str:
    return f"post:{turn.heads.get(changed[0], changed[0])}" if len(changed) == 1 else "posts"
