"""How well are bursts found, by the rules of the Numenta Anomaly Benchmark (standard profile)?

    .venv/bin/python bench/bench_bursts.py [--tuned-only]

Ten series of tweets every five minutes over eight weeks, with labelled windows. The detector's constants were
chosen on five of them (TUNED); the other five (HELD) are only scored. Beside it in the same run, by the same
scorer: a negative-binomial tail on an exponentially weighted mean and variance, and the tail of a normal law
over a sliding window (NAB's own simplest detector). Then microseconds of CPU a row, median of five, and
whether scores of prefixes are the scores of the whole.

Last, alerts over the store: 400 simulated series (labels at places) over twelve weeks in which nothing
happens, by chance alone and with more than chance, and how many alerts a week the three sensitivities raise
beside what they promise; then what share of planted rises is noticed, and after how many hours.

The scorer fits one threshold to the series it is given, for every detector alike, as NAB does; the last lines
take the threshold that fits the tuned five to the held-out five. Needs the public data beside the repository.
"""

import csv
import json
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from math import erfc, lgamma, log, log1p, sqrt
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from earnest.understand.bursts import scores
from earnest.understand.bursts_panel import Cells, Panel, needed, rises

SHARED = Path(__file__).resolve().parents[2] / "shared"
DATA = SHARED / "data" / "nab" / "data" / "realTweets"
WINDOWS = SHARED / "data" / "nab" / "labels" / "combined_windows.json"
SCORER = SHARED / "bench" / "nab_score.py"

TUNED = ("AAPL", "CRM", "FB", "IBM", "PFE")
HELD = ("AMZN", "CVS", "GOOG", "KO", "UPS")

BUDGETS = {"calm": 0.1, "normal": 0.5, "keen": 2.0}
"""As in flow/alerts.py."""

Rows = list[tuple[float, float | None]]
Detector = Callable[[Iterable[tuple[float, float | None]]], Iterator[float]]


def tail_of_counts(rows: Iterable[tuple[float, float | None]]) -> Iterator[float]:
    """The improbability of a count under a negative binomial law on an EWMA of a day, with the rest of a day
    that the detector has: a bar that sinks.
    """
    mean, spread, record, told = 0.0, 1.0, 0.0, 0.0
    for number, (at, value) in enumerate(rows):
        count = value or 0.0
        surprise = 0.0
        if number > 12 and count > mean:
            surprise = -_log_tail(count, mean, max(spread, mean + 1e-6))
        rate = max(1 / 288, 1 / (number + 1))
        spread += rate * ((count - mean) ** 2 - spread)
        mean += rate * (count - mean)
        if surprise > 1.5 * record * max(0.0, 1.0 - (at - told) / 86_400) + 2.0:
            record, told = surprise, at
            yield surprise / (surprise + 20.0)
        else:
            yield 0.0


def _log_tail(count: float, mean: float, spread: float) -> float:
    """The logarithm of the chance of the count itself: close enough to that of its tail."""
    mean = max(mean, 1e-6)
    if spread <= mean * 1.000001:
        return count * log(mean) - mean - lgamma(count + 1)
    share, size = mean / spread, mean * mean / (spread - mean)
    return lgamma(count + size) - lgamma(size) - lgamma(count + 1) + size * log(share) + count * log1p(-share)


def window_of_normal(rows: Iterable[tuple[float, float | None]]) -> Iterator[float]:
    """NAB's windowed Gaussian: one minus the tail of a normal law over the last 6,400 rows."""
    seen: deque[float] = deque(maxlen=6_400)
    total = squares = 0.0
    for _, value in rows:
        count = value or 0.0
        score = 0.0
        if len(seen) > 1:
            mean = total / len(seen)
            spread = sqrt(max(squares / len(seen) - mean * mean, 1e-12))
            score = 1 - 0.5 * erfc((count - mean) / spread / sqrt(2))
        if len(seen) == seen.maxlen:
            total -= seen[0]
            squares -= seen[0] ** 2
        seen.append(count)
        total += count
        squares += count * count
        yield min(max(score, 0.0), 1.0)


DETECTORS: dict[str, Detector] = {
    "earnest bursts": scores,
    "negative-binomial tail on EWMA": tail_of_counts,
    "windowed Gaussian": window_of_normal,
}


def main() -> None:
    """Measure and print."""
    if set(TUNED) & set(HELD):
        raise SystemExit("A series is both tuned on and held out.")
    if not DATA.is_dir():
        raise SystemExit("The public data are not beside the repository.")
    tuned_only = "--tuned-only" in sys.argv[1:]
    series = {name: _read(name) for name in (TUNED if tuned_only else TUNED + HELD)}
    groups = (
        {"tuned five": TUNED}
        if tuned_only
        else {"all ten": TUNED + HELD, "tuned five": TUNED, "held-out five": HELD}
    )
    for title, detector in DETECTORS.items():
        with tempfile.TemporaryDirectory() as folder:
            for name, rows in series.items():
                _write(Path(folder), name, rows, detector)
            for group, names in groups.items():
                print(f"{title:32} {group:14} {_said(_score(Path(folder), names))}")
            if not tuned_only:
                fitted = _score(Path(folder), TUNED)["threshold"]
                found = _score(Path(folder), HELD, fitted)
                print(f"{title:32} {'held, threshold of tuned':14} {_said(found)}")
    _speed(series)
    _causal(series)
    _false_alerts()
    _found_rises()


def _read(name: str) -> Rows:
    with (DATA / f"Twitter_volume_{name}.csv").open(newline="") as file:
        return [
            (datetime.fromisoformat(row["timestamp"]).replace(tzinfo=UTC).timestamp(), float(row["value"]))
            for row in csv.DictReader(file)
        ]


def _write(folder: Path, name: str, rows: Rows, detector: Detector) -> None:
    with (folder / f"Twitter_volume_{name}.csv").open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(("timestamp", "value", "score"))
        for (at, value), score in zip(rows, detector(rows), strict=True):
            out.writerow((datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S"), value, repr(score)))


def _score(folder: Path, names: Iterable[str], threshold: float | None = None) -> dict[str, float]:
    wanted = ",".join(f"Twitter_volume_{name}" for name in names)
    command = [sys.executable, str(SCORER), str(DATA), str(WINDOWS), str(folder), "--series", wanted]
    if threshold is not None:
        command += ["--threshold", repr(threshold)]
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return found


def _said(found: dict[str, float]) -> str:
    return (
        f"{found['score']:5.1f}   {found['windows_hit']} of {found['windows']} windows,"
        f" {found['fp']} false rows, threshold {found['threshold']:.3f}"
    )


def _speed(series: dict[str, Rows]) -> None:
    took = []
    for _ in range(5):
        began = time.process_time()
        for rows in series.values():
            deque(scores(rows), maxlen=0)
        took.append(time.process_time() - began)
    print(f"{median(took) / sum(map(len, series.values())) * 1e6:.1f} microseconds of CPU a row")


def _causal(series: dict[str, Rows]) -> None:
    """The score of a row is that which its prefix alone gives."""
    for rows in series.values():
        whole = list(scores(rows))
        for at in range(500, len(rows), 3_001):
            if list(scores(rows[:at])) != whole[:at]:
                raise SystemExit("A score depends on rows after it.")
    print("prefixes give the same scores")


HOURS = 168 * 12
LEARNT = 168 * 4


def _simulated(seed: int, spread: float, many: int = 400) -> tuple[Panel, dict[int, NDArray[np.int64]]]:
    """Series by the hour of the day and the week, at four places of which one was not heard for sixty hours.
    `spread` makes hours, and half as much whole days, vary beyond chance.
    """
    chance = np.random.default_rng(seed)
    local = np.arange(HOURS) % 168
    shape = (1 + 0.8 * np.sin((local % 24 - 9) / 24 * 2 * np.pi)) * np.where(local // 24 >= 5, 0.6, 1.15)
    known = np.ones((4, HOURS), bool)
    known[1, 900:960] = False
    every = np.zeros((4, HOURS))
    found = {}
    for number in range(many):
        rate = np.exp(chance.normal(-2.5, 1.5)) * shape
        if spread:
            days = chance.gamma(2 / spread, spread / 2, HOURS // 24).repeat(24)
            rate = rate * days * chance.gamma(1 / spread, spread, HOURS)
        found[number] = chance.poisson(rate) * known[number % 4]
        every[number % 4] += found[number]
    places, hours = np.nonzero(every)
    return Panel(known, local, Cells(places, hours, every[places, hours])), found


def _cells(counts: dict[int, NDArray[np.int64]]) -> dict[int, Cells]:
    cells = {}
    for number, some in counts.items():
        hours = np.flatnonzero(some)
        cells[number] = Cells(np.full(len(hours), number % 4), hours, some[hours].astype(float))
    return cells


def _false_alerts() -> None:
    for spread in (0.0, 0.2, 0.5):
        panel, counts = _simulated(1, spread)
        said = []
        for name, budget in BUDGETS.items():
            surprise = needed(len(counts), budget)
            found = rises(panel, _cells(counts), since=LEARNT, until=HOURS, least=5, surprise=surprise)
            last: dict[int, int] = {}
            alerts = 0
            for rise in found:
                alerts += rise.last - last.get(rise.key, -99) > 24
                last[rise.key] = rise.last
            said.append(f"{name} {alerts / ((HOURS - LEARNT) / 168):.2f} (promised {budget:g})")
        print(f"alerts a week where nothing happens, spread {spread:g}: {', '.join(said)}")


def _found_rises() -> None:
    """Rises of six hours to four times what is usual and ten posts more, one in each of eighty series."""
    panel, counts = _simulated(2, 0.2)
    chance = np.random.default_rng(5)
    planted = {
        number: int(chance.integers(LEARNT, HOURS - 24)) for number in range(1, 400, 5) if number % 4 != 1
    }
    for number, at in planted.items():
        counts[number][at : at + 6] += chance.poisson(3 * counts[number][:LEARNT].mean() + 10 / 6, 6)
    found = rises(
        panel,
        _cells(counts),
        since=LEARNT,
        until=HOURS,
        least=5,
        surprise=needed(len(counts), BUDGETS["normal"]),
    )
    delays = []
    for number, at in planted.items():
        hours = [rise.last - at for rise in found if rise.key == number and at <= rise.last < at + 24]
        delays += [min(hours)] if hours else []
    print(
        f"planted rises noticed at 'normal': {len(delays)} of {len(planted)},"
        f" after {median(delays):g} hours at the median"
    )


if __name__ == "__main__":
    main()
