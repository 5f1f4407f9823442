"""`earnest bursts`: rows in, the same rows with a score out."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner, Result

from earnest.cli import earnest

START = datetime(2026, 3, 1, tzinfo=UTC)


def run(text: str | bytes) -> Result:
    return CliRunner().invoke(earnest, ["bursts"], input=text)


def rows(result: Result) -> list[list[str]]:
    return [line.split(",") for line in result.stdout.splitlines()[1:]]


def series(values: list[object], minutes: int = 60) -> str:
    times = (START + timedelta(minutes=minutes * at) for at in range(len(values)))
    return "timestamp,value\n" + "".join(
        f"{at:%Y-%m-%d %H:%M:%S},{value}\n" for at, value in zip(times, values, strict=True)
    )


def test_every_row_comes_back_as_it_was_with_a_score():
    found = run(series([5, 7, 5, 6] * 60 + [90]))
    assert found.exit_code == 0
    assert found.stdout.startswith("timestamp,value,score\n")
    answer = rows(found)
    assert len(answer) == 241
    assert answer[0] == ["2026-03-01 00:00:00", "5", "0"]
    assert float(answer[-1][2]) > 0.5
    assert all(float(score) == 0 for _, _, score in answer[:-1])


def test_the_scores_of_a_prefix_are_those_of_the_whole():
    text = series([(at * 7919) % 23 + (200 if at % 97 == 0 else 0) for at in range(400)])
    whole = run(text).stdout.splitlines()
    for cut in (2, 40, 250, 399):
        assert run("\n".join(text.splitlines()[:cut]) + "\n").stdout.splitlines() == whole[:cut]


GOOD = {
    "nothing": ("", 0),
    "a first line alone": ("timestamp,value\n", 0),
    "one row": (series([3]), 1),
    "a constant": (series([4] * 50), 50),
    "negative": (series([-4, -9, 3, -1]), 4),
    "huge": (series(["1e308"] * 20 + [1] * 20), 40),
    "unknown values": (series([1, "", 2, ""]), 4),
    "an offset": ("timestamp,value\n2026-03-01T00:00:00+02:00,1\n2026-03-01T00:00:00Z,1\n", 2),
    "seconds since 1970": ("timestamp,value\n1772323200,1\n1772326800,2\n", 2),
    "no first line": ("2026-03-01,1\n2026-03-02,2\n", 2),
    "columns the other way round, and one more": (
        "note,value,timestamp\na,1,2026-03-01\nb,2,2026-03-02\n",
        2,
    ),
    "quotes and Windows line ends": ('timestamp,value\r\n"2026-03-01",1\r\n"2026-03-02",2\r\n', 2),
    "a byte order mark": ("\ufefftimestamp,value\n2026-03-01,1\n", 1),
    "a wall clock that is set back": (
        "timestamp,value\n" + "".join(f"2026-10-25 {h}:00:00,1\n" for h in ("00", "01", "02", "02", "03")),
        5,
    ),
    "the same time again and again": ("timestamp,value\n" + "2026-03-01,1\n" * 5, 5),
    "no line end at the end": ("timestamp,value\n2026-03-01,1", 1),
}


@pytest.mark.parametrize(("text", "many"), GOOD.values(), ids=GOOD.keys())
def test_what_can_be_read_is_answered_row_by_row(text, many):
    found = run(text)
    assert found.exit_code == 0, found.stderr
    answer = rows(found)
    assert len(answer) == many
    assert all(0.0 <= float(row[-1]) <= 1.0 for row in answer)
    assert found.stderr == ""


BAD = {
    "no time": "soon,5",
    "no number": "2026-03-01 01:00:00,many",
    "not a number": "2026-03-01 01:00:00,nan",
    "endless": "2026-03-01 01:00:00,inf",
    "too few columns": "2026-03-01 01:00:00",
    "earlier than the row before": "2025-03-01 01:00:00,5",
    "a year that is none": "99999-01-01 00:00:00,5",
    "not UTF-8": b"2026-03-01 01:00:00,\xff5",
    "an open quote": '"2026-03-01 01:00:00,5',
    "a NUL": "2026-03-01 01:00:00,5\x00",
}


@pytest.mark.parametrize("line", BAD.values(), ids=BAD.keys())
def test_a_bad_row_is_named_and_its_neighbours_go_on(line):
    middle = line if isinstance(line, bytes) else line.encode()
    found = run(b"timestamp,value\n2026-03-01 00:00:00,5\n" + middle + b"\n2026-03-01 02:00:00,6\n")
    assert found.exit_code == 1
    assert [row[1] for row in rows(found)] == ["5", "6"]
    (error,) = [json.loads(one) for one in found.stderr.splitlines()]
    assert (error["line"], error["error"]) == (3, "BadLine")
    assert "many" not in error["problem"]


def test_a_file_without_the_columns_is_refused_with_a_hint():
    found = run("when,how many\n2026-03-01,5\n")
    assert found.exit_code == 1
    assert "timestamp" in str(found.exception)
