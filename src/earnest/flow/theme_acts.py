"""What a person says of themes: their name, that two are one or none, that a post does not belong.

Each writes its link into the audit chain together with the change.
"""

from django.db import transaction

from earnest.desk import audit
from earnest.desk.access import Person
from earnest.flow import theme_names, themes
from earnest.store import write_themes


def rename(programme: str, number: int, text: str, by: Person) -> None:
    """Give a theme a name; "" gives it back its own words. Raises Refused, StoreError."""
    words = theme_names.check(text)
    with transaction.atomic():
        write_themes.rename(programme, number, words, by.pk)
        if not words:
            themes.refresh(programme)
        _note(by, "theme_renamed", programme, number)


def merge(programme: str, number: int, into: int, by: Person) -> None:
    """This theme is the same as another one, and becomes part of it. Raises StoreError."""
    with transaction.atomic():
        write_themes.merge(programme, number, into, by.pk)
        themes.refresh(programme)
        _note(by, "theme_merged", programme, number, into=into)


def unmerge(programme: str, number: int, by: Person) -> None:
    """Undo a merge; the two are kept apart from then on. Raises StoreError."""
    with transaction.atomic():
        write_themes.unmerge(programme, number, by.pk)
        themes.refresh(programme)
        _note(by, "theme_unmerged", programme, number)


def take_out(programme: str, number: int, post: int, by: Person) -> bool:
    """A post does not belong to this theme. False where it is in none."""
    with transaction.atomic():
        done = write_themes.take_out(programme, post)
        if done:
            themes.refresh(programme)
            _note(by, "theme_split", programme, number, post=post)
    return done


def dismiss(programme: str, number: int, by: Person, *, back: bool = False) -> None:
    """This is no theme (or is one after all). Raises StoreError."""
    with transaction.atomic():
        write_themes.dismiss(programme, number, by.pk, back=back)
        _note(by, "theme_restored" if back else "theme_dismissed", programme, number)


def put_aside(programme: str, post: int, by: Person) -> bool:
    """A severe post was looked at. False where there is none."""
    with transaction.atomic():
        done = write_themes.put_aside(programme, post)
        if done:
            audit.by(by, "severe_seen", programme, f"post:{post}")
    return done


def _note(by: Person, action: str, programme: str, number: int, **detail: int) -> None:
    audit.by(by, action, programme, f"theme:{number}", detail=dict(detail))
