"""`earnest sources list`: one line a source type, for people and for machines."""

import json

from click.testing import CliRunner

from earnest.cli.sources import command
from earnest.sources.registry import TYPES


def test_one_json_line_a_type_says_what_it_may_be() -> None:
    result = CliRunner().invoke(command, ["list", "--json"])
    lines = [json.loads(line) for line in result.output.splitlines()]
    assert [line["type"] for line in lines] == list(TYPES)
    for line in lines:
        assert (
            {"type", "kinds", "title", "tested_against"}
            <= set(line)
            <= {"type", "kinds", "title", "extra", "tested_against"}
        )


def test_the_table_names_every_type() -> None:
    result = CliRunner().invoke(command, ["list"])
    assert result.exit_code == 0
    assert all(name in result.output for name in TYPES)
