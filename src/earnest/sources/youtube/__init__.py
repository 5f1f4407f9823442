"""Comments under the videos of a channel, or under single videos, by Google's official interface.

Why it exists: customers speak to a company under its own videos. Promises: a key of a project, never a
person's account; a quota that is used up waits for its next day and is not taken for a closed door; every day
that was kept is listed again, and what is gone there goes here.

`source.py` is read first; `wire.py` asks, `comments.py` makes posts of threads.
"""
