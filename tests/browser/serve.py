"""A desk of its own for the browser's tests: `python -m tests.browser.serve HOME fill|arrive [N]`."""

import os
import sys
from pathlib import Path


def main(home: Path, what: str, number: int) -> None:
    os.environ["EARNEST_HOME"] = str(home)
    from earnest.cli import setup

    setup.django(home)
    from tests.web import sample

    if what == "fill":
        sample.fill()
        sample.work()
    else:
        for one in range(number):
            sample.arrive(number=one)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 1)
