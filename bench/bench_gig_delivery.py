"""How good is the shipped gig-delivery model? The cross-validated figures kept in its folder, all of them.

With a file of real labelled posts as first argument ({"text", "labels"} lines; never part of the
repository), the model is measured on those too.
"""

import subprocess
import sys
from pathlib import Path

from earnest.cli.figures import show
from earnest.understand.classify import Model

COMMAND = Path(sys.executable).with_name("earnest")


def main() -> None:
    """Print the figures."""
    model = Model.shipped("gig-delivery")
    assert model.quality is not None
    print(f"model {model.id}, word vectors: {model.about.vectors or 'none'}, {model.about.notes}")
    show(model.quality, "gig-delivery, cross-validated on the pack's own examples")
    for path in sys.argv[1:]:
        subprocess.run([COMMAND, "evaluate", "--examples", path], check=True)


if __name__ == "__main__":
    main()
