"""Posts on X that hold given words, by its official recent search.

Why it exists: customers speak to companies there. Promises: customers' programmes alone, as X is an open
place; nothing is read before the operator said that X's developer policy was read and is kept; only words are
searched for, never a person; what cannot be looked at again in time is hidden.

`source.py` is read first; `query.py` says what may be searched for, `wire.py` asks, `tweets.py` makes posts.
"""
