"""Opting out: by a word in the post, or by a flag of the platform.

The words are for people and are documented in `docs/trust.md`; they work anywhere in a post and in any case.
Where a post says one, it passes by unread like any other withheld post.
"""

from earnest.gate.words import read

WORDS = read("optout")["words"]
"""In the lists' shorthand, on folded text."""

FLAGS = frozenset(read("optout")["flags"])
"""Platform flags that mean "out", in lower case."""


def flagged_out(flags: frozenset[str]) -> bool:
    """Does the platform say, in the author's name, that they are not to be heard?"""
    return not FLAGS.isdisjoint(flag.lower() for flag in flags)
