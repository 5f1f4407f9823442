"""Run as a program: fills a home and prints a token, or lets posts arrive in it. Every post is synthetic.

python -m tests.api.arriving HOME fill
python -m tests.api.arriving HOME arrive 30
"""

import sys
import time
from pathlib import Path

from earnest.cli import setup


def main() -> None:
    home, what, *more = sys.argv[1:]
    setup.django(Path(home))
    from tests.api.conftest import token_of
    from tests.web import sample

    if what == "fill":
        sample.fill(posts=6)
        sys.stdout.write(f"{token_of('lead')}\n")
        return
    for number in range(int(more[0])):
        sample.arrive("riders", "form", number)
        time.sleep(0.05)


if __name__ == "__main__":
    main()
