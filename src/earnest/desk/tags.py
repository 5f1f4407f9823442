"""Tags: words that the desk puts on posts and cases, so that they are found again.

A tag's name is judged like every wish for a collection (door `tag`): none aims at people or protected speech.
"""

from collections.abc import Sequence

from earnest.desk import acting
from earnest.gate.refusals import judge
from earnest.record.errors import RefusedConfiguration, StoreError
from earnest.store import read_tags, write_tags
from earnest.store.read_tags import TagRow

LONGEST = 40
MOST = read_tags.MOST
"""Tags of a programme."""


def clean(name: str) -> str:
    """A tag's name as it is kept. Raises RefusedConfiguration with a sentence where it may not be one."""
    name = _shaped(name)
    reason = judge("tag", name)
    if reason:
        raise RefusedConfiguration(reason)
    return name


def _shaped(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST or not name.isprintable():
        raise RefusedConfiguration(f"A tag is 1 to {LONGEST} printable characters.")
    return name


def known(programme: str, name: str) -> int:
    """The tag of that name. Raises RefusedConfiguration, or StoreError where there is none."""
    found = read_tags.by_name(programme, _shaped(name))
    if found is None:
        raise StoreError("There is no tag of that name.")
    return found


def ensure(programme: str, name: str) -> int:
    """The tag of that name, made where there is none; case does not matter.

    Raises RefusedConfiguration for a name that is refused, StoreError where there are too many.
    """
    there = read_tags.by_name(programme, _shaped(name))
    if there is not None:
        return there
    name = clean(name)
    if len(read_tags.tags(programme)) >= MOST:
        raise StoreError(f"There are {MOST} tags already.", advice="Merge or remove some.")
    return write_tags.ensure(programme, name)


def names(programme: str, ids: Sequence[int]) -> dict[int, str]:
    """The names of these tags, of those that are there."""
    return read_tags.names(programme, ids)


def of(programme: str, *, counted: bool = False) -> list[TagRow]:
    """The tags of a programme by name; `counted` also on how many posts each is."""
    return read_tags.tags(programme, counted=counted)


def rename(programme: str, tag: int, name: str, *, by: int) -> None:
    """Another name for a tag. Raises RefusedConfiguration, StoreError."""
    write_tags.rename(programme, tag, clean(name))
    acting.note(by, "tag_renamed", programme, f"tag:{tag}")


def merge(programme: str, into: int, other: int, *, by: int) -> int:
    """What has one tag has another from now on; how many posts. Raises StoreError."""
    posts = write_tags.merge(programme, into, other)
    acting.note(by, "tag_merged", programme, f"tag:{into}", other=other, posts=posts)
    return posts


def remove(programme: str, tag: int, *, by: int) -> int:
    """A tag goes, off every post and case; how many posts it was on. Raises StoreError."""
    posts = write_tags.remove(programme, tag)
    acting.note(by, "tag_removed", programme, f"tag:{tag}", posts=posts)
    return posts
