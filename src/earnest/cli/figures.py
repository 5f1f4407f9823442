"""How measured figures are shown: a short page for a person, JSON for a machine."""

import os
from collections.abc import Sequence

import msgspec
from rich.console import Console
from rich.table import Table

from earnest.understand.evaluate import Quality, Share


class Screen(Console):
    """Standard output. Whoever reads it may stop early (`| head`): that is no failure."""

    def __init__(self) -> None:
        super().__init__(soft_wrap=True, highlight=False)

    def on_broken_pipe(self) -> None:
        """Say nothing more, and end well."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        raise SystemExit(0)


def share(figure: Share | None) -> str:
    """ "83.1 % (80.2 to 85.6)" """
    if figure is None or figure.value is None:
        return "not measured"
    return f"{figure.value:.1%} ({figure.low:.1%} to {figure.high:.1%})".replace("%", " %")


def show(quality: Quality, title: str, confused: Sequence[tuple[str, str, int]] = ()) -> None:
    """Print the figures: the whole, then label by label, weakest last."""
    console = Screen()
    console.print(f"[bold]{title}[/bold]: {quality.posts:,} posts; 95 % intervals in brackets")
    _whole(console, quality)
    if quality.natural:
        console.print(f"Of these, posts in natural proportions: {quality.natural.posts:,}")
        _whole(console, quality.natural)
    table = Table("label", "precision", "recall", "F1", "examples", box=None, pad_edge=False)
    for label in sorted(quality.labels, key=lambda one: (-one.f1, one.id)):
        if label.support or label.precision.of:
            table.add_row(
                label.id, share(label.precision), share(label.recall), f"{label.f1:.3f}", str(label.support)
            )
    console.print(table)
    weakest = ", ".join(f"{label.id} ({label.f1:.2f})" for label in quality.weakest(8))
    console.print(f"Weakest: {weakest}")
    if confused:
        console.print("Most often taken for another (true → answered):")
        for truth, given, count in confused[:20]:
            console.print(f"  {truth} → {given}: {count}")


def _whole(console: Console, quality: Quality) -> None:
    rows = [
        ("main label right", share(quality.accuracy)),
        ("its category right", share(quality.category)),
        ("labels, macro F1 and micro F1", f"{quality.macro_f1:.3f} and {quality.micro_f1:.3f}"),
        ("unsure, a person is asked", share(quality.unsure)),
        ("category right where sure", share(quality.sure)),
        ("scores off by (calibration)", f"{quality.error:.3f}"),
        ("kind right", share(quality.kind)),
        ("sentiment right", share(quality.sentiment)),
        ("language right", share(quality.language)),
    ]
    for name, figure in rows:
        if figure != "not measured":
            console.print(f"  {name:<32}{figure}")


def as_bytes(quality: Quality, confused: Sequence[tuple[str, str, int]] = ()) -> bytes:
    """The same as JSON."""
    found = msgspec.to_builtins(quality)
    found["weakest"] = [label.id for label in quality.weakest(8)]
    if confused:
        found["confusion"] = [{"truth": truth, "given": given, "posts": n} for truth, given, n in confused]
    return msgspec.json.format(msgspec.json.encode(found), indent=1)
