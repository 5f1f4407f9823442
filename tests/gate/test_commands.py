"""`earnest gate`, `earnest redact` and `earnest lint` as a pipe sees them."""

import json

import pytest
from click.testing import CliRunner, Result

from earnest.cli import earnest


def run(command: str, *lines: object, options: tuple[str, ...] = ()) -> Result:
    given = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    return CliRunner().invoke(earnest, [command, *options], input=given)


def rows(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize("audience", ["customers", "workforce"])
def test_gate(audience: str) -> None:
    result = run(
        "gate",
        {"id": "1", "text": "Write to ann@example.org", "author": "ann", "lang": "en"},
        {"id": 2, "text": "Strike on friday, everyone"},
        {"id": "3", "text": "late #nobot"},
        options=("--audience", audience),
    )
    assert result.exit_code == 0
    admitted, protected, out = rows(result)
    assert admitted == {"id": "1", "admitted": True, "text": "Write to [email]"}
    assert (protected["id"], protected["admitted"], "text" in protected) == ("2", False, False)
    assert "protected speech" in str(protected["reason"])
    assert out == {"id": "3", "admitted": False, "reason": "the author opted out"}


def test_redact_gives_offsets_in_characters() -> None:
    text = "Señor 🚲: ann@example.org"
    (row,) = rows(run("redact", {"id": "1", "text": text}))
    (span,) = row["spans"]
    assert text[span["start"] : span["end"]] == "ann@example.org"
    assert (span["kind"], row["text"]) == ("email", "Señor 🚲: [email]")


def test_lint() -> None:
    refused, allowed = rows(
        run(
            "lint",
            {"id": "1", "door": "tag", "text": "repeat complainer"},
            {"id": "2", "door": "category", "text": "Three strikes policy"},
        )
    )
    assert (refused["id"], refused["allow"]) == ("1", False)
    assert refused["reason"]
    assert allowed == {"id": "2", "allow": True}


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("gate", "not json secret"),
        ("gate", '{"id":"1"}'),
        ("gate", '{"id":"1","text":"secret","author":7}'),
        ("gate", json.dumps({"id": "1", "text": "secret" * 5_000})),
        ("redact", '{"id":"1","text":["secret"]}'),
        ("lint", '{"id":"1","door":"window","text":"secret"}'),
    ],
    ids=["no JSON", "no text", "author a number", "too long", "text a list", "no such door"],
)
def test_a_bad_line_is_named_without_its_content_and_the_others_go_on(command: str, line: str) -> None:
    good = {"id": "9", "text": "Fine", "door": "tag"}
    result = run(command, line, good)
    assert result.exit_code == 1
    assert [row["id"] for row in rows(result)] == ["9"]
    (problem,) = map(json.loads, result.stderr.splitlines())
    assert problem["line"] == 1
    assert "secret" not in result.stderr


def test_a_wrong_option_is_wrong_usage() -> None:
    assert run("gate", options=("--audience", "everybody")).exit_code == 2
