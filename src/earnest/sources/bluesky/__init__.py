"""Bluesky: what is said there in public about a programme, as it is said or by search.

Why it exists: Bluesky tells everything to everybody in one stream; what is not about the programme is dropped
unread at once, and whoever asked not to be shown outside is not heard. Promises: no account is watched (words
decide, never who says them); deletions and accounts that went are passed on at once; an account whose wish
cannot be known is out.

`source.py` is read first; `words.py` decides what is about the programme, `events.py` makes posts,
`jetstream.py` and `firehose.py` read the two streams, `profiles.py` asks who wishes not to be shown,
`search.py` searches, `told.py` names what went wrong.
"""
