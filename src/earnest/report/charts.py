"""The report's charts. A gap is a gap: no bar, no line across, and the words "not seen" where there is room.

Ochre (class 2) is complaints and nothing else; petrol (class 1) is the series; grey (class 0) is what came
before.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from earnest.report import svg, version_words
from earnest.report.shapes import Change, Week
from earnest.report.svg import Drawing
from earnest.report.wording import Wording

TOP, STRIP = 34.0, 6.0


@dataclass(frozen=True, slots=True)
class _Plane:
    """Where weeks and values lie on one drawing."""

    wide: bool
    weeks: int
    most: float
    left: float = 34.0
    height: float = 260.0

    @property
    def width(self) -> float:
        return svg.WIDE if self.wide else svg.NARROW

    @property
    def right(self) -> float:
        return self.width - (96.0 if self.wide else 6.0)

    @property
    def base(self) -> float:
        return self.height - 44.0

    @property
    def step(self) -> float:
        return (self.right - self.left) / max(1, self.weeks)

    def x(self, at: float) -> float:
        """The middle of a week."""
        return self.left + (at + 0.5) * self.step

    def y(self, value: float) -> float:
        return self.base - (self.base - TOP) * value / self.most


def volume(before: Sequence[Week], weeks: Sequence[Week], say: Wording) -> Drawing:
    """Posts by week as bars; grey before the range, petrol in it."""
    shown = [*before, *weeks]
    scale = svg.ticks(max((week.posts or 0 for week in shown), default=0))
    described = say.volume_described(weeks)

    def draw(plane: _Plane) -> list[str]:
        parts = _grid(plane, scale, say.whole)
        for at, week in enumerate(shown):
            if week.hidden:
                parts.append(svg.text(plane.x(at), plane.base - 5, "·", "t-quiet", "middle"))
            elif week.posts:
                wide = plane.step * 0.84
                whole = week.days == 7
                cls = ("b1" if whole else "band1") if at >= len(before) else "b0"
                parts.append(
                    svg.rect(
                        plane.x(at) - wide / 2,
                        plane.y(week.posts),
                        wide,
                        plane.base - plane.y(week.posts),
                        cls,
                    )
                )
        known = [at for at, week in enumerate(shown) if week.posts and at >= len(before)]
        if known:
            at = known[-1]
            posts = shown[at].posts or 0
            if plane.wide:
                parts.append(svg.text(plane.right + 8, plane.y(posts) + 4, say.posts(posts), "t-c1"))
            elif len(say.whole(posts)) * 7 <= plane.step + 4:
                parts.append(svg.text(plane.x(at), plane.y(posts) - 6, say.whole(posts), "t-c1", "middle"))
        return parts + _around(plane, before, shown, say)

    return _both("volume", say.volume_title, described, len(shown), scale[-1], draw)


def complaints(before: Sequence[Week], weeks: Sequence[Week], say: Wording) -> Drawing:
    """The share of complaints by week, with its likely range."""
    shown = [*before, *weeks]
    most = max((100 * (week.complaints.high or 0) for week in shown), default=0)
    scale = svg.ticks(min(100.0, max(most, 10.0)))

    def draw(plane: _Plane) -> list[str]:
        parts = _grid(plane, scale, say.percent)
        for known, group in groupby(enumerate(shown), key=lambda pair: pair[1].complaints.value is not None):
            run = list(group)
            if not known:
                parts += [
                    svg.text(plane.x(at), plane.base - 5, "·", "t-quiet", "middle")
                    for at, week in run
                    if week.complaints.hidden
                ]
                continue
            low = [(plane.x(at), plane.y(100 * (week.complaints.low or 0))) for at, week in run]
            high = [(plane.x(at), plane.y(100 * (week.complaints.high or 0))) for at, week in run]
            mid = [(plane.x(at), plane.y(100 * (week.complaints.value or 0))) for at, week in run]
            if len(run) == 1:
                parts.append(svg.line(low[0][0], low[0][1], high[0][0], high[0][1], "ci2"))
            else:
                parts += [svg.path(high + low[::-1], "band2", closed=True), svg.path(mid, "l2")]
            parts += [svg.circle(x, y, 3, "b2") for x, y in mid]
        last = next(
            (at for at in range(len(shown) - 1, -1, -1) if shown[at].complaints.value is not None), None
        )
        if last is not None:
            value = shown[last].complaints.value or 0.0
            x, y = plane.x(last), plane.y(100 * value)
            if plane.wide:
                parts.append(svg.text(x + 10, y + 4, say.in_100(value), "t-c2"))
            else:
                near = [100 * (week.complaints.high or 0) for week in shown[max(0, last - 2) : last + 1]]
                parts.append(
                    svg.text(x + plane.step / 2, plane.y(max(near)) - 6, say.in_100(value), "t-c2", "end")
                )
        return parts + _around(plane, before, shown, say)

    return _both("share", say.share_title, say.share_described(weeks), len(shown), scale[-1], draw)


def moods(before: Sequence[Week], weeks: Sequence[Week], say: Wording) -> Drawing:
    """How customers' posts sounded: three parts of every bar."""
    shown = [*before, *weeks]
    kinds = (("negative", "b1"), ("neutral", "band1"), ("positive", "b0"))

    def draw(plane: _Plane) -> list[str]:
        parts = _grid(plane, [0, 25, 50, 75, 100], say.percent)
        ends: list[tuple[float, str]] = []
        for at, week in enumerate(shown):
            if week.moods is None:
                if week.posts:
                    parts.append(svg.text(plane.x(at), plane.base - 5, "·", "t-quiet", "middle"))
                continue
            low, ends = 0.0, []
            wide = plane.step * 0.84
            for mood, cls in kinds:
                high = low + 100 * getattr(week.moods, mood)
                parts.append(
                    svg.rect(plane.x(at) - wide / 2, plane.y(high), wide, plane.y(low) - plane.y(high), cls)
                )
                ends.append((plane.y((low + high) / 2), say.moods[mood]))
                low = high
        if plane.wide:
            parts += [svg.text(plane.right + 6, y + 4, says, "t-strong") for y, says in ends]
        return parts + _around(plane, before, shown, say)

    return _both("moods", say.moods_title, say.moods_described(weeks), len(shown), 100.0, draw)


LETTER = 6.5
"""Units of a drawing that a letter of a quiet text takes at most, on average."""


def changes(shown: Sequence[Change], say: Wording) -> Drawing:
    """Before (hollow) and now (filled), one line a label; ochre where what rose is mostly complaints."""
    most = max((max(change.now or 0, change.before or 0) for change in shown), default=0)
    scale = svg.ticks(most, 3)
    described = say.changes_described(shown)

    def draw(wide: bool) -> str:
        width = svg.WIDE if wide else svg.NARROW
        # A wide label has a column of its own; a narrow one stands above its line.
        left, right = (236.0, width - 96.0) if wide else (8.0, width - 40.0)
        row, first = (36.0, 44.0) if wide else (54.0, 58.0)
        bottom = first + row * (len(shown) - 1) + 20
        per = (right - left) / scale[-1]
        parts = []
        for tick in scale:
            x = left + tick * per
            parts += [
                svg.line(x, 20, x, bottom),
                svg.text(x, bottom + 16, say.whole(tick), "t-quiet", "middle"),
            ]
        for at, change in enumerate(shown):
            y = first + row * at
            tone = "2" if change.rising and (change.complaints or 0) >= 0.5 else "1"
            parts.append(svg.text(0, y + 4.5 if wide else y - 14, change.name, "t-strong"))
            now = None if change.now is None else left + change.now * per
            old = None if change.before is None else left + change.before * per
            if now is not None and old is not None:
                parts.append(svg.line(old, y, now, y, f"l{tone}"))
            parts += _end(
                old,
                y,
                change.before,
                right_of=not change.rising,
                ring=f"ring r{tone}",
                cls="t-quiet",
                say=say,
            )
            parts += _end(
                now, y, change.now, right_of=change.rising, ring=f"b{tone}", cls=f"t-c{tone}", say=say
            )
            if now is None or old is None:
                says, x = say.few_then if old is None else say.few_now, now or old or left
                # The number stands right of its dot; words that do not fit behind it go before the dot.
                fits = x + 46 + LETTER * len(says) <= width
                parts.append(
                    svg.text(x + (46 if fits else -12), y + 4.5, says, "t-quiet", "" if fits else "end")
                )
        if wide and shown:
            parts.append(svg.text(left, 12, say.changes_unit, "t-quiet"))
        return svg.picture(
            "changes", "wide" if wide else "narrow", (width, bottom + 24), say.changes_title, described, parts
        )

    return Drawing(draw(True), draw(False))


def _end(
    x: float | None, y: float, value: int | None, *, right_of: bool, ring: str, cls: str, say: Wording
) -> list[str]:
    if x is None or value is None:
        return []
    place, anchor = (x + 10, "") if right_of else (x - 10, "end")
    return [
        svg.circle(x, y, 4 if "ring" in ring else 5, ring),
        svg.text(place, y + 4.5, say.whole(value), cls, anchor),
    ]


def _both(
    id: str, title: str, described: str, weeks: int, most: float, draw: Callable[[_Plane], list[str]]
) -> Drawing:
    drawn = []
    for wide in (True, False):
        plane = _Plane(wide, weeks, most)
        size = (plane.width, plane.height)
        drawn.append(svg.picture(id, "wide" if wide else "narrow", size, title, described, draw(plane)))
    return Drawing(*drawn)


def _grid(plane: _Plane, scale: Sequence[float], write: Callable[[float], str]) -> list[str]:
    parts = []
    for value in scale:
        y = plane.y(value)
        parts.append(svg.line(plane.left, y, plane.right, y, "rule" if value else "base"))
        parts.append(svg.text(plane.left - 6, y + 4, write(value), "t-quiet", "end"))
    return parts


def _around(plane: _Plane, before: Sequence[Week], shown: Sequence[Week], say: Wording) -> list[str]:
    """What every chart by week has: the range's beginning, gaps, the strip of coverage, the weeks' names."""
    parts = []
    if before and len(before) < len(shown):
        x = plane.left + len(before) * plane.step
        parts += [
            svg.line(x, 14, x, plane.base, "lead-line"),
            svg.text(x + 6, 24, say.this_range, "t-strong"),
        ]
        if len(before) * plane.step > 60:
            parts.append(svg.text(x - 6, 24, say.before, "t-quiet", "end"))
    for at, week in enumerate(shown):
        if week.version is not None:
            x = plane.left + at * plane.step
            parts += [
                svg.line(x, 26, x, plane.base, "lead-line"),
                svg.text(x + 4, 36, version_words.mark(week.version, say.lang), "t-quiet"),
            ]
    for state, group in groupby(enumerate(shown), key=lambda pair: pair[1].state):
        run = [at for at, _ in group]
        left, wide = plane.left + run[0] * plane.step, len(run) * plane.step
        if state == "unknown":
            if wide >= 52:
                parts.append(svg.text(left + wide / 2, plane.base - 40, say.not_seen, "t-strong", "middle"))
            elif wide >= 14:
                parts.append(_upright(left + wide / 2 + 4, plane.base - 12, say.not_seen))
            continue
        parts.append(
            svg.rect(left + 1, plane.base + STRIP, wide - 2, 3, "seen" if state == "observed" else "empty")
        )
    every = max(1, -(-len(shown) // (8 if plane.wide else 4)))
    for at in range(0, len(shown), every):
        x = plane.x(at)
        parts.append(svg.line(x, plane.base + 13, x, plane.base + 17, "tick"))
        name = say.short_day(shown[at].week)
        # The first name begins at the edge, so that it does not run out of the drawing.
        half = len(name) * 3.2
        x = min(max(x, plane.left - 30 + half), plane.width - half)
        parts.append(svg.text(x, plane.base + 31, name, "t-quiet", "middle"))
    return parts


def _upright(x: float, y: float, says: str) -> str:
    return (
        f'<text x="{svg.number(x)}" y="{svg.number(y)}" class="t-quiet" '
        f'transform="rotate(-90 {svg.number(x)} {svg.number(y)})">{svg.escape(says)}</text>'
    )
