"""Which optional libraries are installed: those that an extra of Earnest's own package names."""

import re
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version

_EXTRA = re.compile(r"""extra\s*==\s*['"]([^'"]+)['"]""")
_NAME = re.compile(r"[A-Za-z0-9._-]+")


@cache
def missing(extra: str | None) -> bool:
    """Whether something that this extra names is not installed. An extra nobody knows lacks nothing."""
    try:
        wanted = requires("earnest") or []
    except PackageNotFoundError:
        return False
    for line in wanted:
        named, marked = _NAME.match(line), _EXTRA.search(line)
        if extra and named and marked and marked[1] == extra:
            try:
                version(named[0])
            except PackageNotFoundError:
                return True
    return False
