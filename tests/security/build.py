"""People of the small desk."""

from typing import Any

from django.contrib.auth import get_user_model

PASSWORD = "a long enough password"


def person(name: str) -> Any:
    return get_user_model().objects.get(username=name)


def with_password(name: str, password: str = PASSWORD) -> Any:
    """Somebody who signs in by password."""
    found = person(name)
    found.set_password(password)
    found.save()
    return found
