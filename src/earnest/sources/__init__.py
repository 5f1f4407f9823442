"""Hear: one folder a kind of place, each behind the same small protocol.

Why it exists: whatever a place speaks (a file's rows, a feed's entries, a signed request) leaves here as
`RawPost`s in pages, so that the rest of Earnest never learns the difference.

Promises: at least once, in order, resumable from every cursor; one bad item never costs its neighbours; no
error repeats what somebody wrote; nothing is fetched except through `earnest.egress`. `contract.py` is these
promises as tests, and `docs/add-a-source.md` shows how to add a place.
"""
