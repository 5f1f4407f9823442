"""What no source may ask for: a cookie, a borrowed session, a person's password, a way behind a login.

A group that did not invite Earnest cannot be expressed, because there is nothing to express it with. Names
and helps of settings are held against the words below: those that ship with Earnest by a test, those of
packages whenever they are loaded, and what a program of others is handed by whoever hands it over.
"""

import re
from collections.abc import Iterable, Mapping

from earnest.sources.asks import Ask

_NAMES = frozenset(
    {
        "captcha", "clave", "contrasena", "contraseña", "cookie", "cookiejar", "cookies", "credential",
        "credentials", "csrf", "ct0", "galleta", "header", "headers", "jsessionid", "login", "logon", "mfa",
        "otp", "passcode", "passphrase", "passwd", "password", "passwort", "phpsessid", "proxies", "proxy",
        "pwd", "scrape", "scraper", "scraping", "sesion", "sesión", "session", "sessionid", "sessions", "sid",
        "totp", "xsrf",
    }
)  # fmt: skip
"""Parts of names. Headers are among them, because a cookie is one."""

_TOGETHER = ("cookie", "password", "passphrase", "sessionid", "sessiontoken", "sessionkey")
"""Wherever they stand in a name, its parts run together."""

_SAYS = re.compile(
    r"\b(?:cookies?|passwords?|passphrase|scrap(?:e|es|ed|ing|er)|contraseñas?"
    r"|(?:browser|login|logged-in|user|web)[ -]sessions?|sessions? (?:id|token|key|of)"
    r"|(?:behind|through) (?:a|the|your) login|log(?:s|ged|ging)? in as)\b",
    re.IGNORECASE,
)
_FINE = re.compile(
    r"\bapp(?:lication)?[ -](?:specific )?passwords?\b"
    r"|\b(?:never|not|no|nor|neither|without|instead of)\b(?: \w+('s)?){0,3}"
    r" (?:passwords?|cookies?|sessions?)\b",
    re.IGNORECASE,
)
"""An app password is a key that a mailbox's owner makes and takes back; "never a password" asks for none."""


def forbidden(name: str) -> bool:
    """Whether a setting of this name is a login of a person, or a way to bring one."""
    parts = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    words = [word for word in re.split(r"[^\w]+|_", parts) if word]
    run = "".join(words)
    return not _NAMES.isdisjoint(words) or any(one in run for one in _TOGETHER)


def asks_for(text: str) -> bool:
    """Whether a help asks for one."""
    return _SAYS.search(_FINE.sub(" ", text)) is not None


def borrowed(asks: Iterable[Ask]) -> str:
    """The name of the first setting that may not be, or ""."""
    for one in asks:
        if forbidden(one.name) or asks_for(f"{one.label}. {one.sentence} {one.example}"):
            return one.name
    return ""


def inside(given: object, depth: int = 0) -> str:
    """The name of the first forbidden key inside a JSON value, or ""; past 20 levels everything is."""
    if depth > 20:
        return "(too deep)"
    if isinstance(given, Mapping):
        for name, value in given.items():
            found = str(name) if forbidden(str(name)) else inside(value, depth + 1)
            if found:
                return found
    elif isinstance(given, (list, tuple)):
        return next((found for one in given if (found := inside(one, depth + 1))), "")
    return ""
