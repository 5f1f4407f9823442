"""Where the endpoint is. Nothing is contacted here."""

from dataclasses import dataclass, field
from pathlib import Path

import httpx

from earnest.egress import Own
from earnest.record.errors import BadSetting

LONGEST_KEY = 4_096
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server that speaks the OpenAI-compatible interface.

    base   its address up to and with the version: "http://127.0.0.1:11434/v1"
    model  what it calls the model
    key    what it wants as a bearer token, where it wants one; shown nowhere
    """

    base: str
    model: str
    own: Own
    key: str = field(default="", repr=False)

    @classmethod
    def of(cls, url: str, model: str, key_file: str = "") -> "Endpoint":
        """Check an address, a model's name and a key's file. Raises BadSetting."""
        own = Own.of(url)
        target = httpx.URL(url.strip())
        if target.query or target.fragment:
            raise BadSetting(
                "The address of the endpoint has a query.", advice="Write it like http://127.0.0.1:11434/v1."
            )
        path = target.path.rstrip("/").removesuffix("/chat/completions") or "/v1"
        if not model.strip() or not model.isprintable() or len(model) > LONGEST_NAME:
            raise BadSetting(
                "The endpoint's model is not named.",
                advice="Set EARNEST_ENDPOINT_MODEL to the name under which the server offers it.",
            )
        return cls(
            base=str(target.copy_with(path=path)), model=model.strip(), own=own, key=_key(key_file.strip())
        )


def configured() -> Endpoint | None:
    """The endpoint that the settings name, or None where they name none. Raises BadSetting."""
    from django.conf import settings

    url = getattr(settings, "EARNEST_ENDPOINT_URL", "")
    if not url:
        return None
    return Endpoint.of(url, settings.EARNEST_ENDPOINT_MODEL, settings.EARNEST_ENDPOINT_KEY)


def needed() -> Endpoint:
    """The endpoint that the settings name. Raises BadSetting where they name none."""
    found = configured()
    if found is None:
        raise BadSetting(
            "No endpoint is set.",
            advice="Set EARNEST_ENDPOINT_URL (such as http://127.0.0.1:11434/v1) and EARNEST_ENDPOINT_MODEL.",
        )
    return found


def _key(file: str) -> str:
    if not file:
        return ""
    try:
        with Path(file).expanduser().open(encoding="ascii") as stream:
            key = stream.read(LONGEST_KEY + 1).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(
            "The file that EARNEST_ENDPOINT_KEY names cannot be read.",
            advice="It holds the key on one line and nothing else.",
        ) from error
    if not key or len(key) > LONGEST_KEY or not key.isprintable() or " " in key:
        raise BadSetting(
            "The file that EARNEST_ENDPOINT_KEY names holds no key.",
            advice="It holds the key on one line and nothing else.",
        )
    return key
