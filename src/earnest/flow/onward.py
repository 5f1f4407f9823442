"""Going on: a place that sends its readers in a circle is stopped, with a sentence for the person who looks.

A server with a defect gives the same "next page" again and again, or two that lead to each other. Whoever
follows it reads for ever, keeps nothing new and asks the place thousands of times.
"""

from collections.abc import Iterable, Iterator
from hashlib import blake2b

from earnest.record.errors import SourceBusy
from earnest.record.raw import Page


def onward(pages: Iterable[Page], cursor: str | None) -> Iterator[Page]:
    """The pages of one read, as they come, as long as each goes on from somewhere new.

    Raises SourceBusy at a page that is not the last and leads back to where this read was before; what came
    before it is kept. The page itself is not given: it came already, or nothing new can follow it.
    """
    been = {_mark(cursor)} if cursor is not None else set()
    for page in pages:
        if not page.done:
            here = _mark(page.cursor)
            if here in been:
                raise SourceBusy(
                    "The place sends its readers in a circle: its next page is one that was read before.",
                    advice="Nothing is lost: it is read on from there later. If it stays, tell whoever runs"
                    " the place.",
                )
            been.add(here)
        yield page


def _mark(cursor: str) -> bytes:
    """Sixteen bytes a page, in memory, for as long as the read lasts."""
    return blake2b(cursor.encode("utf-8", "surrogatepass"), digest_size=16).digest()
