"""What `earnest listen` says of a turn."""

import pytest

from earnest.cli.listen import brought
from earnest.flow.listen import Heard


@pytest.mark.parametrize(
    ("heard", "line"),
    [
        (Heard(), "0 read, 0 kept"),
        (Heard(read=1_200, admitted=1_200), "1,200 read, 1,200 kept"),
        (
            Heard(read=9, admitted=4, withheld=2, duplicates=3),
            "9 read, 4 kept, 2 withheld, 3 here already",
        ),
        (Heard(read=2, edited=1, erased=1), "2 read, 0 kept, 1 reworded, 1 erased"),
        (Heard(read=3, admitted=2, refused=1), "3 read, 2 kept, 1 could not be read"),
        (Heard(read=500, admitted=500, more=True), "500 read, 500 kept; there is more to read"),
    ],
    ids=["nothing new", "all kept", "some were not kept", "what changed there", "broken", "more to come"],
)
def test_a_turn_is_one_line_that_says_where_every_post_went(heard: Heard, line: str) -> None:
    assert brought(heard) == line
