"""One thing that `earnest doctor` looked at."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `broken` needs mending; `missing` is optional."""

    what: str
    state: Literal["ok", "missing", "broken"]
    found: str
    mend: str = ""
