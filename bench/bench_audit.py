"""What an audit link costs a page, and how long proving a chain takes.

    python bench/bench_audit.py [LINKS]

On SQLite in a home folder of its own, or on the PostgreSQL that DATABASE_URL names. Each link is its own
transaction, synced to disk, as a page writes it.
"""

import os
import statistics
import sys
import tempfile
import time

LINKS = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000

with tempfile.TemporaryDirectory(prefix="earnest-bench-") as home:
    os.environ["EARNEST_HOME"] = home
    from earnest.cli import setup

    setup.django(home)
    from django.db import connection

    from earnest.desk import audit, audit_verify

    took = []
    for n in range(LINKS):
        begun = time.perf_counter()
        audit.note("person:1", "posts_read", programme="riders", about="posts", detail={"filters": n % 5})
        took.append(time.perf_counter() - begun)
    begun = time.perf_counter()
    found = audit_verify.verify()
    proving = time.perf_counter() - begun
    took.sort()
    print(f"{connection.vendor}, {LINKS:,} links")
    most = took[int(LINKS * 0.95)]
    print(f"a link: median {statistics.median(took) * 1e3:.2f} ms, 95 in 100 under {most * 1e3:.2f} ms")
    print(f"proving: {proving / max(1, found.links) * 1e6:.1f} µs a link, whole: {found.broken is None}")
