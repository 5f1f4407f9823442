"""Does the interval hold the truth, and how often is "it helped" said where nothing changed?

    python bench/bench_outcome.py [--runs 2000] [--json]

Synthetic programmes with a known effect: three places, eight weeks before, two to eight after. Days scatter
beyond chance (negative binomial, and a level that wanders from day to day), weekends differ, places fall
silent for days, and in some everything falls or swells for reasons of its own. Each is judged by
`understand.effect` and, in the same run, by what most dashboards do: complaints a day after against before,
with a Poisson interval. The method of `effect` was chosen with these in view: `--seed` changes the draw.
"""

import argparse
import json
import math
from dataclasses import dataclass

import numpy as np

from earnest.understand import effect

PLACES = 3
DAYS = 56 + 1 + 56
ACTED = 56
COMPLAINTS, SAID = 0.25, 0.7
"""Other complaints, and posts that are none, of the posts of a day."""


@dataclass(frozen=True)
class Heard:
    """Days as `understand.effect` takes them."""

    first: int
    about: np.ndarray
    others: np.ndarray
    rest: np.ndarray
    known: np.ndarray


@dataclass(frozen=True)
class World:
    """One kind of programme.

    a_day    complaints on the matter that come on a usual day, all places together
    scatter  variance of a day's rate over its square: 0 is chance alone
    drift    how much of a day's surprise is there the day after (0 to 1)
    weekend  what a Saturday and Sunday have of the rate of other days
    silent   share of place-days that were not heard, in runs of some days
    volume   how much of what was said is said after (1: as much)
    general  what becomes of all complaints after, the matter's among them
    swap     the places' volumes change after: one that complains much grows silent
    """

    name: str
    a_day: float = 12.0
    scatter: float = 0.0
    drift: float = 0.0
    weekend: float = 1.0
    silent: float = 0.0
    volume: float = 1.0
    general: float = 1.0
    swap: bool = False


WORLDS = (
    World("chance alone"),
    World("days scatter", scatter=0.15),
    World("days scatter, few posts", a_day=2.0, scatter=0.15),
    World("days scatter and stick together", scatter=0.15, drift=0.5),
    World("weekends, gaps, days scatter", scatter=0.15, weekend=0.6, silent=0.25),
    World("all of it, few posts", a_day=2.5, scatter=0.2, drift=0.3, weekend=0.6, silent=0.25),
    World("half as much is said after", scatter=0.1, volume=0.5),
    World("the loudest place falls silent", scatter=0.1, swap=True),
    World("all complaints fall by a third", scatter=0.1, general=0.67),
)


def draw(rng: np.random.Generator, world: World, truth: float) -> Heard:
    """One programme's days."""
    weekday = np.arange(DAYS) % 7
    after = np.arange(DAYS) > ACTED
    share = np.array([0.5, 0.3, 0.2])
    volume = np.outer(np.where(weekday >= 5, 0.7, 1.0), share) * 400
    volume[after] *= world.volume
    if world.swap:
        volume[after, 0] *= 0.1
    rate = np.array([1.6, 0.7, 0.4]) if world.swap else np.array([1.2, 0.9, 0.7])
    rate = rate * world.a_day / (volume[:ACTED] * rate).sum(1).mean()
    wave = _wave(rng, world)[:, None] * np.where(weekday >= 5, world.weekend, 1.0)[:, None]
    common = np.where(after, world.general, 1.0)[:, None]
    known = _known(rng, world.silent)
    about = rng.poisson(volume * rate * wave * common * np.where(after, truth, 1.0)[:, None] * known)
    others = rng.poisson(volume * COMPLAINTS * _wave(rng, world)[:, None] * common * known)
    said = rng.poisson(volume * SAID * known)
    return Heard(0, about, others, others + said, known.astype(float))


def _wave(rng: np.random.Generator, world: World) -> np.ndarray:
    """A day's level around 1, gamma distributed, sticking to the day before by `drift`."""
    if not world.scatter:
        return np.ones(DAYS)
    normal = rng.standard_normal(DAYS)
    for day in range(1, DAYS):
        normal[day] = world.drift * normal[day - 1] + math.sqrt(1 - world.drift**2) * normal[day]
    width = math.sqrt(math.log(1 + world.scatter))
    return np.exp(width * normal - width**2 / 2)


def _known(rng: np.random.Generator, silent: float) -> np.ndarray:
    """Which places were heard on which day: silences begin at random and last four days."""
    begins = rng.random((DAYS, PLACES)) < silent / 4 / max(0.05, 1 - silent)
    known = np.ones((DAYS, PLACES), bool)
    for day, place in zip(*np.nonzero(begins), strict=True):
        known[day : day + 4, place] = False
    return known


def naive(heard: Heard, days: int) -> tuple[float, float, float]:
    """Complaints a day after against before, Poisson interval on the logarithm."""
    before = heard.about[:ACTED].sum() + 0.5
    after = heard.about[ACTED + 1 : ACTED + 1 + days].sum() + 0.5
    value = (after / days) / (before / ACTED)
    half = 1.645 * math.sqrt(1 / before + 1 / after)
    return value, value * math.exp(-half), value * math.exp(half)


def measure(world: World, truth: float, weeks: int, runs: int, seed: int) -> dict[str, float]:
    """Of `runs` programmes, how often the interval held the truth and how often it is said that it helped."""
    rng = np.random.default_rng(seed)
    told = held = helped = likely = naive_held = naive_helped = 0
    # Other complaints are a quarter of what else is said: when they fall too, so does what lies underneath.
    target = truth * world.general / ((COMPLAINTS * world.general + SAID) / (COMPLAINTS + SAID))
    for _ in range(runs):
        heard = draw(rng, world, truth)
        found = effect.judge(heard, acted=(ACTED, ACTED), today=ACTED + 1 + 7 * weeks)
        value = naive(heard, 7 * weeks)
        naive_held += value[1] <= target <= value[2]
        naive_helped += value[2] < 1
        if found.own is None:
            continue
        told += 1
        held += found.own.low <= target <= found.own.high
        helped += found.verdict == "down"
        likely += found.verdict == "likely_down"
    return {
        "told": told / runs,
        "held": held / told if told else math.nan,
        "down": helped / told if told else math.nan,
        "likely": likely / told if told else math.nan,
        "naive_held": naive_held / runs,
        "naive_down": naive_helped / runs,
    }


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--runs", type=int, default=1000)
    asked.add_argument("--seed", type=int, default=5)
    asked.add_argument("--json", action="store_true")
    given = asked.parse_args()
    rows = []
    for world in WORLDS:
        for truth in (1.0, 0.5):
            for weeks in (2, 4, 8):
                found = measure(world, truth, weeks, given.runs, given.seed)
                rows.append({"world": world.name, "truth": truth, "weeks": weeks, **found})
    if given.json:
        print(json.dumps(rows, indent=2))
        return
    print(f"{given.runs} programmes a line; a 90 % interval is to hold the truth in 88 of 100 or more")
    heads = f"{'truth':>6}{'weeks':>6}{'told':>7}{'held':>7}{'down':>7}{'likely':>7}"
    print(f"{'':34}{heads}   naive: {'held':>6}{'down':>7}")
    for row in rows:
        print(
            f"{row['world']:34}{row['truth']:6.1f}{row['weeks']:6d}{row['told']:7.2f}{row['held']:7.3f}"
            f"{row['down']:7.3f}{row['likely']:7.3f}         {row['naive_held']:6.3f}{row['naive_down']:7.3f}"
        )


if __name__ == "__main__":
    main()
