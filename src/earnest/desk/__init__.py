"""Act: what people do about posts, and who may.

Why it exists: pages, the programming interface and commands must keep the same rules, so each makes one call
here and decides nothing. Promises: `access.py` is the only place that says who may see and do what; every
change by a person is a link in the audit chain (`audit.py`), in the transaction of the change; nobody is
counted or ranked by how much they did.

`access.py` is read first, then `cases.py` (what belongs together), `escalate.py` (whom it is told to),
`actions.py` and `outcome.py` (what was done, and whether it helped).
"""
