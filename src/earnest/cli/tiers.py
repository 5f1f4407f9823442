"""Which tier labels: the fast one, the accurate one, or the fast one that asks the accurate one in doubt."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from earnest.record.errors import ModelError

if TYPE_CHECKING:
    from earnest.understand.classify import Labeller
    from earnest.understand.encoder import Encoder

TIERS = ("fast", "cascade", "accurate")

tier_option = click.option(
    "--tier",
    type=click.Choice(TIERS),
    default="fast",
    show_default=True,
    help="cascade: the least certain fifth is asked of the accurate tier; accurate: everything is.",
)


def labeller(folder: Path | None, tier: str, home: Path | None) -> "Labeller":
    """The model in a folder, or the home's own or shipped gig-delivery model, as one tier or two.

    Raises MissingExtra or ModelError, saying how to get what is missing.
    """
    from earnest.understand import accurate
    from earnest.understand.cascade import SHARE, Cascade
    from earnest.understand.classify import SHIPPED, Model

    if tier == "fast":
        return Model.load(folder) if folder else Model.shipped("gig-delivery")
    where = folder or own(home) / "models" / "gig-delivery"
    if folder is None and not accurate.there(where):
        where = SHIPPED / "gig-delivery"
    if not accurate.there(where):
        make = "earnest train --accurate" if folder else "earnest models build gig-delivery --accurate"
        raise ModelError(f"The model in {where} has no accurate tier.", advice=f"Make it once: {make}")
    share = 1.0 if tier == "accurate" else SHARE
    return Cascade.load(where, encoder(home), share)


def encoder(home: Path | None) -> "Encoder":
    """The accurate tier's encoder, on all cores of this process. Raises MissingExtra or ModelError."""
    from earnest.understand import fetch
    from earnest.understand.encoder import Encoder

    return Encoder.load(fetch.home_of(own(home)), threads=len(os.sched_getaffinity(0)))


def own(home: Path | None) -> Path:
    """The home folder, which need not be there."""
    return Path(home or os.environ.get("EARNEST_HOME") or "~/.earnest").expanduser().absolute()
