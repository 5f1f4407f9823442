"""What CONTRIBUTING.md asks of every file and no other tool looks at."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src/earnest"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)
PACKAGES = sorted({path.parent.relative_to(PACKAGE).parts[0] for path in MODULES if path.parent != PACKAGE})
LONGEST = 400
"""Lines of a file, before it is asked to split."""

of_each_package = pytest.mark.parametrize("package", PACKAGES)


def _modules(package: str) -> list[Path]:
    return [path for path in MODULES if path.relative_to(PACKAGE).parts[0] == package]


@of_each_package
def test_every_module_says_what_it_is_for(package: str) -> None:
    silent = [
        path.name for path in _modules(package) if not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert silent == []


@of_each_package
def test_no_module_is_too_long_to_read_in_one_sitting(package: str) -> None:
    lengths = {path.name: len(path.read_text("utf-8").splitlines()) for path in _modules(package)}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}


@of_each_package
def test_no_module_is_a_drawer(package: str) -> None:
    assert {path.stem for path in _modules(package)}.isdisjoint(
        {"utils", "util", "helpers", "common", "misc"}
    )


@of_each_package
def test_a_rule_that_is_set_aside_says_why(package: str) -> None:
    bare = re.compile(r"# noqa(?!: [A-Z]+\d+(?:, [A-Z]+\d+)* +- \S)")
    found = [
        f"{path.name}:{number}"
        for path in _modules(package)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if bare.search(line)
    ]
    assert found == []
