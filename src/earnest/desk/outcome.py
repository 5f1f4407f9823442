"""Did it help? What became of a case's complaints after something was done about it.

    of_case("riders", 12) -> Outcome(verdict="down", effect=…, voices=40, usual=80, …)

Plain values, read anew from the counts each time (`store.read_effect`), judged without a database
(`understand.effect`) and told without small figures (`understand.outcome`). Pages and reports make sentences
of it (`report.effect_words`); they say *after*, never *because*.
"""

from earnest.store import read, read_effect
from earnest.understand import outcome
from earnest.understand.outcome import Outcome

__all__ = ["Outcome", "of_case"]


def of_case(programme: str, number: int) -> Outcome | None:
    """What became of a case's complaints. None where nothing was done yet, or nothing can be counted."""
    about = read.programme(programme)
    counted = read_effect.of_case(programme, number)
    return None if about is None or counted is None else outcome.tell(counted, about.floor)
