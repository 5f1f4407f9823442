"""Pages: what people see of all this, as server-made HTML.

Why it exists: a desk that many read must open on any machine, so every page works without script; a small
script adds keys, the live stream and corrections in place.

Promises: one domain call a view decides what is shown; who may see it is asked of `desk.access` in one place
(`frame.door`); what somebody wrote is always escaped; nothing is fetched from another host (a strict
Content-Security-Policy says so to the browser); a bad address is a clear sentence, never a traceback.
"""
