"""From a post or a theme to a case: in which it is, and the way to open one or to put it into one."""

from collections.abc import Callable
from dataclasses import dataclass

from earnest.desk import access
from earnest.store import read_cases
from earnest.store.read import Programme


@dataclass(frozen=True, slots=True)
class ToCase:
    """What `web/_to_case.html` shows. `query` is what the form of a new case is asked with."""

    query: str
    cases: tuple[int, ...]
    may_work: bool


def of_theme(user: access.Person, programme: Programme, number: int) -> ToCase | None:
    """For a theme; None for those who may not see cases."""
    return _of(user, programme, f"theme={number}", lambda: read_cases.of_theme(programme.slug, number))


def of_post(user: access.Person, programme: Programme, post: int) -> ToCase | None:
    """For a post."""
    return _of(
        user,
        programme,
        f"post={post}",
        lambda: read_cases.of_post(programme.slug, [post]).get(post, []),
    )


def _of(
    user: access.Person, programme: Programme, query: str, cases: Callable[[], list[int]]
) -> ToCase | None:
    rights = access.rights(user, programme.slug)
    if "see_cases" not in rights:
        return None
    return ToCase(query, tuple(cases()), "work_cases" in rights)
