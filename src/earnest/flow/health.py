"""Whether an installation can do its work now: for `/healthz`, and for whoever is called when it cannot.

Nothing here says what was heard, of whom, or how much was withheld; a failed check is a code.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from earnest.gate.admit import Gate
from earnest.gate.voice import Keys
from earnest.record.errors import EarnestError
from earnest.record.raw import RawPost
from earnest.store import health, read, read_health
from earnest.store.write import DatabaseError

SILENT = 60.0
"""Seconds after which a listener that does not beat is missing."""

WORDS = "The app closed by itself at the door."


@dataclass(frozen=True, slots=True)
class Health:
    """What was looked at: a name, and "ok" or what is wrong."""

    checks: Mapping[str, str]

    @property
    def ready(self) -> bool:
        return not self.codes

    @property
    def codes(self) -> list[str]:
        return [f"{name}_{state}" for name, state in self.checks.items() if state not in ("ok", "idle")]


def look(home: Path) -> Health:
    """Look at everything that listening needs: the database, its tables, the keys, the gate, a listener."""
    checks: dict[str, str] = {}
    for name, check in _CHECKS.items():
        try:
            checks[name] = check(home)
        except DatabaseError:
            checks[name] = "unreachable" if name == "database" else "unknown"
        except EarnestError:
            checks[name] = "missing" if name == "keys" else "failed"
        except Exception:  # noqa: BLE001 - whatever breaks a check is a check that failed
            checks[name] = "failed"
    return Health(checks)


def _database(home: Path) -> str:
    read.untouched()
    return "ok"


_migrated: list[bool] = []


def _tables(home: Path) -> str:
    """Tables change while no process of the old ones runs, so what was up to date stays so."""
    if not _migrated:
        if health.waiting():
            return "outdated"
        _migrated.append(True)
    return "ok"


def _keys(home: Path) -> str:
    Keys.open(home / "keys" / "voices.key")
    return "ok"


@cache
def _probe() -> Gate:
    return Gate(Keys.passing(), audience="customers", kind="addressed", source="health")


def _gate(home: Path) -> str:
    """One harmless sentence of ours passes. No figure is moved by it."""
    return "ok" if _probe().admit((RawPost("health", WORDS),)).cleared else "closed"


def _listener(home: Path) -> str:
    """Somebody listens, or there is nothing to listen to."""
    if any(age < SILENT for _, age, _ in read_health.beats()):
        return "ok"
    return "silent" if any(place.interval for place in read.listening_places()) else "idle"


_CHECKS: dict[str, Callable[[Path], str]] = {
    "database": _database,
    "tables": _tables,
    "keys": _keys,
    "gate": _gate,
    "listener": _listener,
}
