"""One random schedule: what people do, what goes wrong, and when Earnest has its turns. A seed is a schedule.

Nothing here looks at how a turn ended: the same seed gives the same steps, whatever the machine's speed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from tests.soak.acts import STEPS
from tests.soak.world import LASTS, QUICK, STATUSES, WRONG, Board, Fault, Forum, Place, Post, World

STEPS_OF_A_SCHEDULE = (14, 26)


@dataclass(frozen=True, slots=True)
class Step:
    """What is done next, in a sentence; `act` and `given` are for the machine, where it is about it."""

    told: str
    act: str | None = None
    given: dict[str, Any] = field(default_factory=dict)


def steps(seed: int, world: World, chance: Random) -> "list[Callable[[], Step]]":
    """The steps of a schedule. Each changes the world when it is called, and says what it did."""
    count = chance.randrange(*STEPS_OF_A_SCHEDULE)
    kinds = list(PEOPLE | PLACES | EARNEST)
    weights = [{**PEOPLE, **PLACES, **EARNEST}[kind] for kind in kinds]
    drawn = chance.choices(kinds, weights, k=count)
    return [lambda kind=kind: kind(world, chance) for kind in [_many, _turn, *drawn]]


# What people do


def _many(world: World, chance: Random) -> Step:
    for place in world.places.values():
        for _ in range(chance.randrange(4, 16)):
            _tell(place, place.new())
    return Step("people say many things everywhere")


def _tell(place: Place, post: Post, change: str = "said", **more: Any) -> None:
    if isinstance(place, Board):
        place.tell(post, change, **more)


def _place(world: World, chance: Random) -> Place:
    return chance.choice(list(world.places.values()))


def _say(world: World, chance: Random) -> Step:
    place, count = _place(world, chance), chance.randrange(1, 30)
    for _ in range(count):
        _tell(place, place.new())
    return Step(f"{count} posts are said at {place.name}")


def _edit(world: World, chance: Random) -> Step:
    place = _place(world, chance)
    for _ in range(chance.randrange(1, 5)):
        if post := place.some():
            place.edited(post)
            _tell(place, post, chance.choice(("edited", "said")))
    return Step(f"posts are edited at {place.name}")


def _edit_to_held(world: World, chance: Random) -> Step:
    place = _place(world, chance)
    if post := place.some():
        place.edited(post, held=True)
        _tell(place, post, "edited")
    return Step(f"a post at {place.name} becomes one that is withheld")


def _delete(world: World, chance: Random) -> Step:
    place = _place(world, chance)
    for _ in range(chance.randrange(1, 4)):
        if post := place.some():
            post.there = False
            _tell(place, post, "deleted")
    return Step(f"posts are deleted at {place.name}")


def _board(world: World, chance: Random) -> Board:
    return chance.choice(world.boards)


def _again(world: World, chance: Random) -> Step:
    board = _board(world, chance)
    if board.events:
        at = chance.randrange(len(board.events))
        board.events += board.events[at : at + chance.randrange(1, 12)]
    return Step(f"{board.name} tells something a second time")


def _edit_before_create(world: World, chance: Random) -> Step:
    board = _board(world, chance)
    post = board.new()
    first = post.text, post.version
    board.edited(post)
    board.tell(post, "edited")
    newest = post.version
    post.version = first[1]
    board.tell(post, "said", text=first[0])
    post.version = newest
    return Step(f"{board.name} tells an edit before the post")


def _delete_before_create(world: World, chance: Random) -> Step:
    board = _board(world, chance)
    post = board.new()
    post.there = False
    board.tell(post, "deleted")
    board.tell(post, "said")
    return Step(f"{board.name} tells a deletion before the post")


def _protected(world: World, chance: Random) -> Step:
    place = _place(world, chance)
    for _ in range(chance.randrange(1, 5)):
        _tell(place, place.new(held=True))
    return Step(f"protected speech at {place.name}")


def _flagged(world: World, chance: Random) -> Step:
    board = _board(world, chance)
    post = board.new()
    post.text = f"the app is slow {board.mark('qzwheld')}"
    post.held = True
    board.tell(post, "said", flags=("#nobot",))
    return Step(f"a post at {board.name} carries the platform's own no")


def _leaves(world: World, chance: Random) -> Step:
    place = _place(world, chance)
    post = place.new(ago=timedelta(minutes=1))
    post.text = f"Earnest opt out. {place.mark('qzwheld')}"
    post.held = True
    place.out.add(post.author)
    _tell(place, post)
    return Step(f"somebody at {place.name} opts out")


def _too_old(world: World, chance: Random) -> Step:
    place = _place(world, chance)
    _tell(place, place.new(ago=LASTS + timedelta(days=chance.randrange(2, 90))))
    return Step(f"a post at {place.name} is older than posts are kept")


def _unreadable(world: World, chance: Random) -> Step:
    board = _board(world, chance)
    board.events.append(None)
    return Step(f"an item of {board.name} cannot be read")


def _poison(world: World, chance: Random) -> Step:
    """A text that is empty, and one that is a document: both are items like others to their place."""
    board = _board(world, chance)
    post = board.new()
    post.held = True
    post.text = chance.choice(("", f"{board.mark('qzwheld')} " * 20_000))
    board.tell(post, "said")
    return Step(f"a post at {board.name} is empty or has no end")


# What goes wrong with places


def _fault(world: World, chance: Random) -> Step:
    place = _place(world, chance)
    name = chance.choice((*QUICK, *STATUSES, *WRONG, "none left"))
    place.faults.append(Fault(name, chance.randrange(1, 3)))
    return Step(f"{place.name} answers with: {name}")


def _slow(world: World, chance: Random) -> Step:
    place = _place(world, chance)
    name = chance.choice(("silent", "drip", "bomb", "flood"))
    place.faults.append(Fault(name, 1))
    return Step(f"{place.name} answers with: {name}")


def _circle(world: World, chance: Random) -> Step:
    board = _board(world, chance)
    board.circle = chance.randrange(2, 9)
    return Step(f"{board.name} sends its readers in a circle")


def _forgets(world: World, chance: Random) -> Step:
    board = _board(world, chance)
    upto = chance.randrange(len(board.events) + 1)
    return Step(
        f"{board.name} forgets what came before {upto}", "forget", {"place": board.name, "upto": upto}
    )


def _away(world: World, chance: Random) -> Step:
    place = _place(world, chance)
    place.gone = chance.choice((401, 403, 404, 410, 503))
    return Step(f"{place.name} answers {place.gone} until further notice")


def _back(world: World, chance: Random) -> Step:
    for place in world.places.values():
        place.gone = None
    return Step("every place is there again")


# What Earnest does, and what goes wrong with it


def _turn(world: World, chance: Random) -> Step:
    return Step("a turn", "turn", {"tend": chance.random() < 0.15})


def _killed(world: World, chance: Random) -> Step:
    kill = (chance.choice([step for step in STEPS if step != "gate"]), chance.randrange(1, 6))
    return Step(
        f"a turn, killed {kill[0]} ({kill[1]})", "turn", {"kill": kill, "tend": chance.random() < 0.3}
    )


def _killed_within(world: World, chance: Random) -> Step:
    kill = ("in a transaction", chance.randrange(1, 60))
    return Step(
        f"a turn, killed at statement {kill[1]}", "turn", {"kill": kill, "tend": chance.random() < 0.3}
    )


def _lost_database(world: World, chance: Random) -> Step:
    broken = ("in a transaction", chance.randrange(1, 40))
    return Step(f"a turn; the database goes at statement {broken[1]}", "turn", {"broken": broken})


def _broken_gate(world: World, chance: Random) -> Step:
    broken = ("gate", chance.randrange(1, 5))
    return Step(f"a turn; the gate cannot run at its {broken[1]}th page", "turn", {"broken": broken})


def _clock(world: World, chance: Random) -> Step:
    moved = chance.choice((24.0, -24.0, 1.0, -1.0))
    return Step(f"a turn with the clock {moved:+.0f} hours off", "turn", {"moved": moved})


def _two(world: World, chance: Random) -> Step:
    return Step("two processes at once", "two", {})


def _supervised(world: World, chance: Random) -> Step:
    seconds = round(chance.uniform(0.3, 1.2), 2)
    how = chance.choice(("KILL", "TERM"))
    return Step(
        f"`earnest listen` for {seconds} s, then SIG{how}", "listen", {"seconds": seconds, "how": how}
    )


def _paused(world: World, chance: Random) -> Step:
    return Step("one process sleeps while another listens", "paused", {"after": chance.randrange(1, 5)})


def _command(world: World, chance: Random) -> Step:
    return Step("`earnest listen --once`", "earnest", {"words": ["listen", "--once"]})


Kind = Callable[[World, Random], Step]
PEOPLE: dict[Kind, float] = {
    _say: 5,
    _edit: 3,
    _edit_to_held: 1,
    _delete: 3,
    _again: 2,
    _edit_before_create: 1,
    _delete_before_create: 1,
    _protected: 1.5,
    _flagged: 0.7,
    _leaves: 0.7,
    _too_old: 0.5,
    _unreadable: 0.6,
    _poison: 0.6,
}
PLACES: dict[Kind, float] = {_fault: 5, _slow: 0.4, _circle: 0.6, _forgets: 0.6, _away: 0.8, _back: 0.8}
EARNEST: dict[Kind, float] = {
    _turn: 4,
    _killed: 4,
    _killed_within: 2.5,
    _lost_database: 1,
    _broken_gate: 0.7,
    _clock: 0.8,
    _two: 0.7,
    _supervised: 0.5,
    _paused: 0.4,
    _command: 0.3,
}
__all__ = ["Forum", "Step", "steps"]
