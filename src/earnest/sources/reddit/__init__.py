"""Public subreddits: new posts and comments, by an approved application or, less, by Reddit's own feeds.

Why it exists: people compare and complain there in public. Promises: application-only access, never a
person's account; what Reddit or its author took away goes here as well, and days that cannot be looked at
again in time are hidden; where Reddit lists no further back, the stretch is told as missed.

`source.py` is read first; `wire.py` asks Reddit's interface, `rss.py` its feeds, `items.py` makes posts.
"""
