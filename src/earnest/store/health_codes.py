"""The classes of what may be wrong with a place: what `record.errors` calls `why`, and the page explains."""

CODES = (
    "key_refused",  # 401: the key is not taken
    "forbidden",  # 402, 403: Earnest is not let in
    "gone",  # 404, 410, 451: nothing there
    "moved",  # it reads, and says that its address has changed for good
    "banned",  # the app or bot was suspended or sent away
    "limited",  # 429: asked too often
    "down",  # 5xx, reset, not reachable
    "slow",  # no whole answer in time
    "certificate",  # not trusted
    "dns",  # no such name
    "too_large",  # more than is read
    "bad_content",  # damaged, or not what it should be
    "not_allowed",  # an address that Earnest does not go to
    "setup",  # Earnest itself lacks something
    "consent",  # the community has ended its invitation, or waits
    "gate",  # the gate could not run
    "unexpected",
)
EMPTY = "empty"
"""It reads well, and has brought nothing for long though it used to: told by `read_health`, never stored."""
