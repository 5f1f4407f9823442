"""A Discourse forum: its public categories, or a private one whose staff invited Earnest.

Promises: of a private category nothing is read before the notice was seen pinned there, written by staff;
every proof asks the forum anew; an API key that the forum's administrator made is the only credential and
goes to that forum alone. Private messages are never asked for.

`source.py` is read first; `proof.py` looks whether the invitation stands, `posts.py` makes posts of the
forum's, `wire.py` asks the forum through `earnest.egress`.
"""
