"""Public timelines of one Mastodon instance: a hashtag, the local or the federated timeline.

Why it exists: people say in public what they think of a service, and the interface is open. Promises: only
posts whose author lets them be searched are kept (unknown means out); only public posts, never a boost; an
edit or a deletion arrives by the stream or by the daily look at what is still listed.

`source.py` is read first; `wire.py` asks the instance, `statuses.py` makes posts of statuses, `stream.py`
hears what the instance pushes.
"""
