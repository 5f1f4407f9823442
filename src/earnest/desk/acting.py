"""Who of the desk's people did something: their number and the role they held, for the audit chain."""

from earnest.desk import audit
from earnest.store import read


def note(by: int, action: str, programme: str, about: str = "", **detail: str | int) -> None:
    """Write down what a person of the desk did. Raises where it cannot be."""
    role = read.roles(by).get(programme, "admin")
    audit.note(f"person:{by}", action, programme=programme, about=about, detail={**detail, "role": role})
