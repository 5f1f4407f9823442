"""Keep: the only package that touches tables.

Why: a post, its labels, its search words, the roll-ups and the source's cursor must change together or not
at all. Promises: one transaction a page (`write.keep`), the same post twice is kept once, a deleted post
never comes back, retention holds while reading, and no table knows who wrote a post.

Read `models/post.py` first, then `write.py`; what the pages may ask is `read.py`, what is taken away again is
`erase.py`. SQLite and PostgreSQL answer alike: what differs between them is in `dialect.py` alone.
"""
