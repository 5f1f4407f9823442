"""Hacker News: stories and comments that a search finds.

Why it exists: products are discussed there in public. Promise: every hit of every second once, however many
there are in an hour; what its author deleted, or moderators took away, goes here too, as what was kept
is looked up at the place itself again.
"""
