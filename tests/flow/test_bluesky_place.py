"""A Bluesky place from end to end: added, heard, and forgetting what went. Synthetic posts by a relay."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from earnest.egress import Egress
from earnest.flow import places
from earnest.flow.listen import listen, model_for, open_place, open_stages
from earnest.flow.trying import try_place
from earnest.gate.voice import Keys
from earnest.record.errors import RefusedAudience, RefusedConfiguration
from earnest.sources.bluesky.stream import BlueskyStream, Pace
from earnest.store import clock, read, read_gaps
from earnest.store.models import Post, Tombstone
from tests import programmes
from tests.relay.relay import Profiles, Relay

pytestmark = pytest.mark.django_db

pytest.importorskip("atproto", reason="the extra bluesky is not installed")

EGRESS = Egress("EarnestTests/1", timeout=5, allow_private=True)
ANN, BEN, EVE = (f"did:plc:{name}" for name in ("ann", "ben", "eve"))


@dataclass
class Sky:
    """A place at a relay, and what is heard there."""

    home: Path
    keys: Keys
    relay: Relay
    profiles: Profiles

    def add(self, name: str = "sky", programme: str = "riders", **more: Any) -> str:
        given = {
            "words": ["rider app", "courier"],
            "server": self.relay.address,
            "appview": self.profiles.address,
            "since_hours": "2",
        }
        return places.add_place(programme, name, "bluesky", "open", given | more, EGRESS, actor="cli")

    def hear(self) -> None:
        """A turn for every place, whether it is due or not."""
        for place in read.listening_places():
            if place.type == "bluesky":
                stages = open_stages(place, self.keys, model_for("gig-delivery", self.home))
                source = open_place(place, EGRESS)
                assert isinstance(source, BlueskyStream)
                source.pace = Pace(silence=0.1)
                listen(place, source, stages)

    def texts(self, place: str = "sky") -> list[str]:
        return sorted(Post.objects.filter(place__slug=place).values_list("text", flat=True))


@pytest.fixture
def sky(home: Path) -> Iterator[Sky]:
    programmes.live("riders")
    relay, profiles = Relay(), Profiles()
    yield Sky(home, Keys.make(home / "keys" / "voices.key"), relay, profiles)
    relay.stop()
    profiles.stop()


def test_what_is_about_the_programme_is_kept_and_nothing_else(sky: Sky) -> None:
    sky.relay.say(ANN, "3a", "The rider app froze at the door")
    sky.relay.say(BEN, "3b", "What a morning")
    sky.relay.say(EVE, "3c", "The rider app is slow")
    sky.relay.say("did:plc:hid", "3d", "The rider app sent me to a lake")
    sky.profiles.labels["did:plc:hid"] = ["!no-unauthenticated"]
    sky.add()
    sky.hear()
    assert sky.texts() == ["The rider app froze at the door", "The rider app is slow"]
    sky.hear()
    assert len(sky.texts()) == 2, "nothing comes twice"


def test_a_deletion_reaches_what_was_kept_and_leaves_nothing_of_what_was_not(sky: Sky) -> None:
    sky.relay.say(ANN, "3a", "The rider app froze at the door")
    sky.relay.say(BEN, "3b", "What a morning")
    sky.add()
    sky.hear()
    for did, key in ((ANN, "3a"), (BEN, "3b"), (EVE, "3z")):
        sky.relay.say(did, key, "", op="delete")
    sky.hear()
    assert sky.texts() == []
    assert Tombstone.objects.count() == 1, "a stranger's deletion is not remembered"


@pytest.mark.parametrize(
    "how", ["deleted", *(pytest.param(how, marks=pytest.mark.slow) for how in ("takendown", "hides"))]
)
def test_an_account_that_goes_takes_what_it_said_along_at_every_place(sky: Sky, how: str) -> None:
    programmes.live("eaters")
    sky.relay.say(ANN, "3a", "The rider app froze at the door")
    sky.relay.say(ANN, "3b", "My courier never came")
    sky.relay.say(BEN, "3c", "The rider app is slow")
    sky.add()
    sky.add("lake", "eaters", words=["courier"])
    sky.hear()
    assert (len(sky.texts()), len(sky.texts("lake"))) == (3, 1)
    if how == "hides":
        sky.relay.profile(ANN, labels={"values": [{"val": "!no-unauthenticated"}]})
        sky.profiles.labels[ANN] = ["!no-unauthenticated"]
    else:
        sky.relay.account(ANN, how)
    sky.hear()
    assert sky.texts() == ["The rider app is slow"]
    assert sky.texts("lake") == []
    sky.hear()
    sky.relay.account(ANN, None)
    sky.relay.say(ANN, "3d", "The rider app works again")
    sky.hear()
    back = [] if how == "hides" else ["The rider app works again"]
    assert sky.texts() == ["The rider app is slow", *back], "who comes back is heard, who hides is not"


@pytest.mark.slow
def test_a_server_in_trouble_deletes_nothing(sky: Sky) -> None:
    sky.relay.say(ANN, "3a", "The rider app froze at the door")
    sky.add()
    sky.hear()
    sky.relay.account(ANN, "desynchronized")
    sky.hear()
    assert len(sky.texts()) == 1


def test_an_outage_longer_than_the_servers_memory_is_a_gap(sky: Sky) -> None:
    start = sky.relay._last
    sky.relay._last = start - 40 * 3_600_000_000
    sky.relay.say(ANN, "3a", "The rider app froze at the door")
    sky.add(since_hours="72")
    sky.hear()
    sky.relay._last = start
    sky.relay.say(BEN, "3b", "The rider app is slow")
    sky.relay.forget(start)
    sky.hear()
    now = clock.now()
    gaps = read_gaps.of_place("riders", "sky", now - timedelta(days=3), now)
    assert "expired" in {gap.why for gap in gaps}


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("words", ["rider app", "union drivers strike meeting"]),
        ("words", ["rider app", "everything Ann Example posts"]),
        ("hashtags", ["couriersstrike"]),
    ],
)
def test_a_place_that_aims_at_organising_or_at_a_person_is_refused(
    sky: Sky, setting: str, words: list[str]
) -> None:
    with pytest.raises(RefusedConfiguration, match=setting):
        sky.add(**{setting: words})
    given = {"words": ["rider app"], setting: words}
    with pytest.raises(RefusedConfiguration, match=setting):
        try_place("riders", "bluesky", "open", given, EGRESS, actor="cli")
    slug = sky.add()
    with pytest.raises(RefusedConfiguration, match=setting):
        places.change_place("riders", slug, given, EGRESS, actor="cli")


def test_nobody_listens_to_people_whose_pay_depends_on_the_operator(sky: Sky) -> None:
    programmes.live("crew", audience="workforce")
    with pytest.raises(RefusedAudience):
        sky.add("crewsky", "crew")
