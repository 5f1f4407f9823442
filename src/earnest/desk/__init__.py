"""Act: what people do about posts, and who may.

`access.py` is the only place that says who may see and do what; a page or a command asks it and never decides
for itself. Cases, escalations, actions and outcomes have their room here too.
"""
