"""`earnest sources new`: a complete package for a type of place, that passes its own tests at once."""

import keyword
import re
import shlex
from importlib.resources import files
from pathlib import Path
from string import Template

import click

from earnest.record.errors import InputError
from earnest.sources.packages import NAME
from earnest.sources.registry import TYPES

LONGEST, LONGEST_TITLE = 20, 50
"""Characters, so that no line of the package is too long."""


@click.command("new")
@click.argument("name")
@click.option("--closed", is_flag=True, help="Of a community that must invite: with a handshake.")
@click.option("--title", default="", help="What it reads, as a list of types shows it.")
@click.option(
    "--to", type=click.Path(path_type=Path, file_okay=False), help="The new folder (default: beside you)."
)
def new(name: str, closed: bool, title: str, to: Path | None) -> None:
    """Write a package that ships the type NAME: source, README, samples, and tests that pass.

    Then exchange its server for the real one, piece by piece, and keep the tests passing.
    """
    if not NAME.fullmatch(name) or keyword.iskeyword(name) or len(name) > LONGEST:
        raise InputError(
            f"A type cannot be called '{name[:50]}'.",
            advice=f"Use 2 to {LONGEST} small letters, digits and low lines, a letter first.",
        )
    if name in TYPES:
        raise InputError(f"There is a type '{name}' already.", advice="See: earnest sources list")
    folder = to or Path(f"earnest-source-{name.replace('_', '-')}")
    if folder.exists() and any(folder.iterdir()):
        raise InputError(f"The folder {folder} is not empty.", advice="Name another: --to DIR")
    for path, content in write(name, title, closed=closed).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content, "utf-8")
    where = shlex.quote(str(folder))
    click.echo(f"Wrote {folder}. Go on:", err=True)
    click.echo(f"pip install --editable {where}'[test]' && pytest {where}")
    click.echo(f"earnest sources check --package {name}")


def write(name: str, title: str = "", *, closed: bool = False) -> dict[str, str]:
    """The files of a package by their paths."""
    variant = "closed" if closed else "open"
    words = {
        "name": name,
        "dashed": name.replace("_", "-"),
        "klass": "".join(part.capitalize() for part in name.split("_")),
        "const": name.upper(),
        "title": _title(title) or f"{name.replace('_', ' ').capitalize()} posts",
    }
    package = f"src/earnest_source_{name}"
    parts = {
        "pyproject.toml": "pyproject.toml",
        "README.md": f"README_{variant}.md",
        f"{package}/__init__.py": "init.py",
        f"{package}/source.py": f"source_{variant}.py",
        "samples/posts.json": "samples.json",
        f"tests/test_{name}.py": f"test_{variant}.py",
    }
    made = {path: Template(_read(part)).substitute(words) for path, part in parts.items()}
    return made | {f"{package}/py.typed": ""}


def _title(title: str) -> str:
    """A title that may stand between quotation marks."""
    return re.sub(r"[^\w .,()'&-]", "", title).strip()[:LONGEST_TITLE].rstrip()


def _read(part: str) -> str:
    return (files("earnest.cli") / "source_template" / f"{part}.txt").read_text("utf-8")
