"""The gate for posts that are nothing but a text, many at once and without a key file.

For bulk labelling, on one machine or on a cluster, where nothing is stored: there is no place, no author and
no date to decide by. What `Gate` decides of a text is decided here in the same steps, by the same functions
and in the same order (a test holds the two equal). Which text was withheld for what is not told.
"""

from collections.abc import Sequence

from earnest.gate.protected import hear_all
from earnest.gate.redact import redact_all
from earnest.gate.speech import ear
from earnest.gate.text import MAX, clean
from earnest.record.errors import GateFailed
from earnest.record.raw import Refusal

TOO_LONG = f"the text is longer than {MAX:,} characters"


def admit_texts(texts: Sequence[str]) -> list[str | Refusal | None]:
    """For each text, in order: as what it may be kept, a Refusal where it cannot be judged, None where it is
    withheld. An empty text stays empty: it says nothing.

    GateFailed, and nothing admitted, where a step cannot run; nothing of a text is in the error.
    """
    try:
        return _decided(texts)
    except Exception as error:  # noqa: BLE001 - whatever fails, nothing may pass
        failed = type(error).__name__
    # Raised out here, so that neither a cause nor this frame carries a post into a log.
    del texts
    raise GateFailed(f"The gate could not run ({failed}): nothing of this batch was admitted.")


def _decided(texts: Sequence[str]) -> list[str | Refusal | None]:
    heard = hear_all([text if len(text) <= MAX else "" for text in texts])
    admitted = [at for at, withheld in enumerate(heard) if withheld is None and len(texts[at]) <= MAX]
    cleared = redact_all([clean(texts[at]) for at in admitted])
    answers: list[str | Refusal | None] = [
        Refusal(f"item {place}", "TooLong", TOO_LONG) if len(text) > MAX else None
        for place, text in enumerate(texts, 1)
    ]
    for at, text in zip(admitted, cleared, strict=True):
        answers[at] = text
    return answers


def version() -> str:
    """A short name of what was learned for the gate: with another, texts may be decided otherwise."""
    return ear().linear.id
