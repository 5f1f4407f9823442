"""Patterns that are told from prose by people: a file of sections, a pattern a line."""

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


@cache
def read(name: str) -> dict[str, re.Pattern[str]]:
    """The sections of `<name>.txt` in their order, each as one pattern that finds any of its lines."""
    lines: dict[str, list[str]] = {}
    section = ""
    for line in (FOLDER / f"{name}.txt").read_text("utf-8").splitlines():
        if line.startswith("[") and line.endswith("]") and " |" not in line and "^" not in line:
            section = line[1:-1]
            lines[section] = []
        elif line.strip() and not line.startswith("#"):
            lines[section].append(line)
    return {section: re.compile("|".join(some)) for section, some in lines.items()}
