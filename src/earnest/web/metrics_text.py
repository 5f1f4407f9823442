"""The text that Prometheus reads (its exposition format 0.0.4): as short as what would import a library."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Family:
    """A figure with its samples: labels and a number each."""

    name: str
    type: str
    help: str
    samples: Sequence[tuple[Mapping[str, str], float]]


def text(families: Iterable[Family]) -> str:
    """All of it. A family without samples is left out."""
    lines = []
    for one in families:
        if not one.samples:
            continue
        lines += [f"# HELP {one.name} {one.help}", f"# TYPE {one.name} {one.type}"]
        for labels, value in one.samples:
            inside = ",".join(f'{name}="{_quoted(said)}"' for name, said in labels.items())
            shown = int(value) if float(value).is_integer() else round(value, 3)
            lines.append(f"{one.name}{f'{{{inside}}}' if inside else ''} {shown}")
    return "\n".join(lines) + "\n"


def _quoted(value: str) -> str:
    return value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
