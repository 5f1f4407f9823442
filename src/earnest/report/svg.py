"""The few shapes that charts are made of, as SVG text. Colours by class only: the page's style sheet paints
them.

Each chart is drawn twice, wide (720 units) and narrow (340), so that its words are never smaller than on the
page.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape as escape
from math import ceil, log10

WIDE, NARROW = 720.0, 340.0


@dataclass(frozen=True, slots=True)
class Drawing:
    """One chart in both widths."""

    wide: str
    narrow: str


def number(value: float) -> str:
    """A coordinate: one digit after the point is enough for the eye."""
    return f"{value:.1f}".removesuffix(".0")


def shape(name: str, cls: str = "", **places: float | str) -> str:
    """An element without content."""
    named = "".join(
        f' {key.replace("_", "-")}="{escape(value) if isinstance(value, str) else number(value)}"'
        for key, value in places.items()
    )
    return f'<{name} class="{cls}"{named}/>' if cls else f"<{name}{named}/>"


def line(x1: float, y1: float, x2: float, y2: float, cls: str = "rule") -> str:
    return shape("line", cls, x1=x1, y1=y1, x2=x2, y2=y2)


def rect(x: float, y: float, width: float, height: float, cls: str) -> str:
    return shape("rect", cls, x=x, y=y, width=max(width, 0), height=max(height, 0))


def circle(x: float, y: float, r: float, cls: str) -> str:
    return shape("circle", cls, cx=x, cy=y, r=r)


def path(points: Sequence[tuple[float, float]], cls: str, *, closed: bool = False) -> str:
    """A line through points; closed for an area."""
    steps = " ".join(f"{'L' if at else 'M'}{number(x)} {number(y)}" for at, (x, y) in enumerate(points))
    return shape("path", cls, d=steps + ("Z" if closed else ""))


def text(x: float, y: float, says: str, cls: str = "", anchor: str = "") -> str:
    """Words; `anchor` is "", "middle" or "end"."""
    named = f' class="{cls}"' if cls else ""
    placed = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text x="{number(x)}" y="{number(y)}"{named}{placed}>{escape(says)}</text>'


def picture(id: str, cls: str, size: tuple[float, float], title: str, desc: str, parts: Iterable[str]) -> str:
    """A whole drawing with its title and its description for those who do not see it."""
    width, height = size
    return (
        f'<svg class="{cls}" viewBox="0 0 {number(width)} {number(height)}" role="img" '
        f'aria-labelledby="{id}-{cls}-t {id}-{cls}-d">'
        f'<title id="{id}-{cls}-t">{escape(title)}</title><desc id="{id}-{cls}-d">{escape(desc)}</desc>'
        f"{''.join(parts)}</svg>"
    )


def ticks(most: float, about: int = 4) -> list[float]:
    """Round values from 0 to at least `most`, about so many above 0."""
    if most <= 0:
        return [0.0, 1.0]
    raw = most / about
    unit = 10.0 ** (ceil(log10(raw)) - 1)
    step = next(factor * unit for factor in (1, 2, 2.5, 5, 10) if factor * unit >= raw)
    if most >= about:
        step = max(1.0, float(ceil(step)))
    return [step * at for at in range(ceil(most / step - 1e-9) + 1)]
