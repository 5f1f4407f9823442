"""The one guarded way out to the network.

Why it exists: addresses come from people, and a page or feed can answer with anything. Every request Earnest
makes goes through `Egress`, so that what may be reached and what may come back is decided in one place.

Promises: an honest User-Agent; http and https only; a name is resolved once, every address it has is checked
and the connection is made to a checked address, while certificate and Host stay those of the name; private,
loopback, link-local and metadata addresses are refused in every spelling, and again at every redirect;
headers, decoded size and total time are capped while reading, so an answer is never held beyond its cap; no
proxy or credential is taken from the environment. Foreign errors never leave: see `translate.py`.

`client.py` is read first; `guard.py` decides what may be reached, `own.py` the one exception, `decode.py`
what is unpacked, `translate.py` what a foreign error is called.

    EgressRefused   not allowed: address, redirect, size or time
    SourceBusy      later: 429, 5xx, no connection; `.after` seconds where the server said
    SourceGone      a person must look: 401, 403, 404, 410, a certificate that is not trusted
"""

from earnest.egress.client import Answer, Egress, user_agent
from earnest.egress.guard import is_public
from earnest.egress.own import Own, is_own
from earnest.egress.translate import retry_after, translate

__all__ = ["Answer", "Egress", "Own", "is_own", "is_public", "retry_after", "translate", "user_agent"]
