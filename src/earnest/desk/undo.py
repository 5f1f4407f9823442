"""Taking back what one did in the inbox: any of one's last acts, whole, as far as nobody said otherwise
since.
"""

from dataclasses import dataclass
from datetime import timedelta

from earnest.desk import acting, cases
from earnest.record.errors import StoreError
from earnest.store import write, write_inbox, write_tags
from earnest.store.write_inbox import Done, Turn

LATELY = timedelta(hours=8)
"""How long the last act is offered to be taken back on the page."""


@dataclass(frozen=True, slots=True)
class Undone:
    """How many posts are as they were before, and how many somebody changed since or are gone."""

    posts: int
    left: int


def last(programme: str, *, by: int) -> Done | None:
    """The last thing this person did lately that is not taken back."""
    return write_inbox.last_act(programme, by, LATELY)


def undo(programme: str, act: int, *, by: int) -> Undone:
    """Take an act of one's own back. Raises StoreError where there is none such, or it was taken back."""
    done = write_inbox.act(programme, act, by)
    if done is None or done.undone:
        raise StoreError("There is nothing to take back: it was taken back already, or is too long ago.")
    with write_inbox.turn(programme, done.posts, by) as turn:
        again = write_inbox.act(programme, act, by)
        if again is None or again.undone:
            raise StoreError("It was taken back already.")
        posts = _back(programme, turn, done)
        write_inbox.undone(act)
    acting.note(by, "inbox_undone", programme, posts=posts, what=done.what)
    return Undone(posts, max(0, len(done.posts) - posts))


def _back(programme: str, turn: Turn, done: Done) -> int:
    if done.what == "tag":
        return write_tags.take_off(done.id, done.about)
    if done.what == "untag":
        return write_tags.put_again(done.posts, done.about)
    if done.what == "label":
        return sum(write.undo(programme, post, turn.by) for post in done.posts)
    if done.what == "case" and done.change:
        cases.undo(programme, done.change, by=turn.by)
    return write_inbox.unsettle(turn, done.id)
