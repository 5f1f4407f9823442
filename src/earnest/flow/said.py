"""One submission, through the same stages as any other post, within the request that brought it.

What somebody says lives in memory only until the gate has admitted it: nothing is queued or written before.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from earnest.flow import codes, recheck
from earnest.flow.intake import source_name
from earnest.flow.listen import Heard, listen, open_stages
from earnest.gate.voice import Keys
from earnest.record.errors import SetupError
from earnest.record.raw import Page, RawPost
from earnest.sources.submit.receive import receive_form, receive_present, receive_signed
from earnest.store import read
from earnest.understand.classify import Model

CURSOR = "{}"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a submission, and the private token with which it (and nothing else) can be erased."""

    heard: Heard
    link: str


class _Once:
    """A source that gives one submission."""

    def __init__(self, said: RawPost) -> None:
        self._page = Page((said,), CURSOR, done=True)

    def read(self, cursor: str | None) -> Iterator[Page]:
        return iter((self._page,))


def form_place(programme: str) -> read.ListeningPlace | None:
    """The place that a programme's submissions belong to: its first open submit place, or None."""
    places = (
        place for place in read.listening_places() if place.programme == programme and place.type == "submit"
    )
    return min(places, key=lambda place: place.slug, default=None)


def by_form(
    place: read.ListeningPlace, model: Model, home: Path, *, text: str, lang: str | None, region: str | None
) -> Taken:
    """What somebody wrote into the public form. Raises BadLine with a sentence for them."""
    return _hear(place, model, home, receive_form(text, lang=lang, region=region))


def by_request(
    place: read.ListeningPlace, model: Model, home: Path, *, headers: Mapping[str, str], body: bytes
) -> Taken:
    """A signed request. Raises RefusedSignature, BadLine, or SetupError where no secret was made yet."""
    return _hear(place, model, home, receive_signed(headers, body, signing_secrets(home, place.programme)))


def still_present(place: read.ListeningPlace, home: Path, *, headers: Mapping[str, str], body: bytes) -> int:
    """A signed list of what is still there; how many others were erased. Raises as `by_request`, and
    StoreError where none of many posts is listed.
    """
    listed = receive_present(headers, body, signing_secrets(home, place.programme))
    keys = Keys.open(home / "keys" / "voices.key")
    return recheck.present(place, keys, listed)


def signing_secrets(home: Path, programme: str) -> list[str]:
    """The valid secrets, one a line of `keys/submit-<programme>.key`: two while one replaces the other."""
    try:
        lines = (home / "keys" / f"submit-{programme}.key").read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(
            "No signing secret was made for this programme.",
            advice=f"Write one (whsec_…) into keys/submit-{programme}.key of the home folder.",
        ) from error
    return lines[:2]


def _hear(place: read.ListeningPlace, model: Model, home: Path, said: RawPost) -> Taken:
    keys = Keys.open(home / "keys" / "voices.key")
    heard = listen(place, _Once(said), open_stages(place, keys, model))
    return Taken(heard, codes.link(keys, source_name(place), said.id))
