"""Lighthouse over the desk's pages, signed in: performance, accessibility, best practices.

    npm install --prefix DIR lighthouse@12
    python bench/lighthouse.py http://127.0.0.1:8000 --cookie sessionid=… \\
        --lighthouse DIR/node_modules/.bin/lighthouse

Needs Node 18 or later and Chromium (CHROME_PATH, /usr/bin/chromium). The session cookie is that of somebody
who signed in; pages that need none are asked for with it all the same. Ends with 1 where a score is under 95.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

CATEGORIES = ("performance", "accessibility", "best-practices")
LEAST = 95
ROOMS = ("today", "inbox", "cases", "cases/1", "posts", "overview", "live")


def measure(lighthouse: str, url: str, cookie: str, preset: str) -> dict[str, object]:
    """One page's report, as Lighthouse writes it."""
    with tempfile.TemporaryDirectory() as folder:
        out, headers = Path(folder, "out.json"), Path(folder, "headers.json")
        headers.write_text(json.dumps({"Cookie": cookie}))
        command = [
            lighthouse, url, "--quiet", "--output=json", f"--output-path={out}",
            f"--only-categories={','.join(CATEGORIES)}", f"--extra-headers={headers}",
            "--disable-storage-reset", "--max-wait-for-load=20000",
            "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
        ]  # fmt: skip
        if preset == "desktop":
            command.append("--preset=desktop")
        environment = {"CHROME_PATH": "/usr/bin/chromium", **os.environ}
        subprocess.run(command, check=True, env=environment, timeout=180)
        found: dict[str, object] = json.loads(out.read_text())
        return found


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("desk", help="where the pages are served")
    parser.add_argument("--cookie", default="", help="sessionid=…")
    parser.add_argument("--programme", default="ternway-couriers")
    parser.add_argument("--lighthouse", default="lighthouse", help="the command")
    parser.add_argument("--preset", choices=("mobile", "desktop"), default="mobile")
    parser.add_argument("--pages", nargs="*", help="paths, in place of the usual ones")
    asked = parser.parse_args()
    pages = asked.pages or [
        *(f"/{asked.programme}/{room}" for room in ROOMS),
        f"/notice/{asked.programme}",
    ]
    under = 0
    for page in pages:
        report = measure(asked.lighthouse, asked.desk.rstrip("/") + page, asked.cookie, asked.preset)
        scores = [round(100 * (report["categories"][name]["score"] or 0)) for name in CATEGORIES]  # type: ignore[index]
        weak = [
            f"{id} {audit.get('displayValue', '')}".strip()
            for id, audit in report["audits"].items()  # type: ignore[attr-defined]
            if audit["scoreDisplayMode"] not in ("informative", "notApplicable", "manual")
            and (1 if audit["score"] is None else audit["score"]) < 0.9
        ]
        print(f"{page:34} " + " ".join(f"{score:4}" for score in scores), "; ".join(weak), flush=True)
        under += min(scores) < LEAST
    return 1 if under else 0


if __name__ == "__main__":
    sys.exit(main())
