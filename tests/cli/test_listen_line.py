"""What `earnest listen` says of a turn."""

import pytest

from earnest.cli.listen import brought
from earnest.flow.listen import Heard


@pytest.mark.parametrize(
    ("heard", "line"),
    [
        (Heard(), "0 read"),
        (Heard(read=1_200, admitted=1_200), "1,200 read"),
        (Heard(read=9, admitted=4, withheld=2, duplicates=3), "9 read"),
        (Heard(read=1, withheld=1), "1 read"),
        (Heard(read=2, edited=1, erased=1), "2 read, 1 reworded, 1 erased"),
        (Heard(read=3, admitted=2, refused=1), "3 read, 1 could not be read"),
        (Heard(read=500, admitted=500, more=True), "500 read; there is more to read"),
    ],
    ids=[
        "nothing new",
        "all kept",
        "some were not kept",
        "one was withheld",
        "what changed there",
        "broken",
        "more to come",
    ],
)
def test_a_turn_is_one_line_that_does_not_tell_which_posts_were_withheld(heard: Heard, line: str) -> None:
    assert brought(heard) == line
