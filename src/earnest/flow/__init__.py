"""Join the stages: hear, admit, understand, keep.

Read `listen.py` first: it is the way of a post in one page of code. `digest.py` is what happens between a
page of a source and the store, `schedule.py` says which places are due, `bulk.py` is the same way in two
processes for a whole file. Promise: posts and cursor are kept together or not at all, and where the gate
cannot run nothing is kept.
"""
