"""GitHub: issues, discussions and their comments of one repository.

Why it exists: users of software say there what does not work and what they wish for. Promise: in the order of
what was changed last, so that edits come by themselves; what was deleted or moved away is noticed by listing
again; what did not change costs nothing of the hour's limit.
"""
