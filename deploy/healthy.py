"""Does the server in this container answer? Exit code 0 or 1, for HEALTHCHECK.

It asks as the proxy would: by a name that the server serves, and as if by HTTPS. /healthz/live only says
that the process answers; a database that restarts is no reason to end it.
"""

import os
import sys
import urllib.error
import urllib.request


def main() -> int:
    name = os.environ.get("EARNEST_HOSTS", "127.0.0.1").split(",")[0].strip()
    ask = urllib.request.Request(
        f"http://127.0.0.1:{os.environ.get('EARNEST_PORT', '8000')}/healthz/live",
        headers={"Host": name, "X-Forwarded-Proto": "https"},
    )
    try:
        with urllib.request.urlopen(ask, timeout=4) as answer:  # noqa: S310 - always this machine
            return 0 if answer.status == 200 else 1
    except OSError:
        return 1


if __name__ == "__main__":
    sys.exit(main())
