"""Join the stages: hear, admit, understand, keep; and what is done beside that, one file a job.

Read `listen.py` first: it is the way of a post in one page of code. `digest.py` is what happens between a
page of a source and the store, `schedule.py` is one place's turn, `supervise.py` gives turns to many places
at once, `bulk.py` is the same way in two processes for a whole file. `docs/architecture.md` names what runs
beside listening. Promise: posts and cursor are kept together or not at all, and where the gate cannot run
nothing is kept.
"""
