"""Keys of past quarters go in their time, and posts of such a quarter are kept without a voice."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from earnest.flow import epochs, upkeep
from earnest.gate.voice import Keys
from earnest.record.errors import InputError
from earnest.store import read_audit

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC)


@pytest.fixture
def keys(home: Path) -> Keys:
    return Keys.make(home / "keys" / "voices.key")


@pytest.mark.parametrize(
    ("at", "state"),
    [
        ("2027-01-01", "in use"),
        ("2027-01-21", "in use"),
        ("2027-01-22", "due"),
        ("2030-01-01", "due"),
    ],
)
def test_a_quarter_is_due_three_weeks_after_its_end(keys: Keys, at: str, state: str) -> None:
    keys.epoch("2026Q4")
    (epoch,) = epochs.epochs(keys, datetime.fromisoformat(at).replace(tzinfo=UTC))
    assert epoch.state == state


def test_a_key_made_for_posts_of_long_ago_lives_three_weeks(keys: Keys) -> None:
    keys.epoch("2019Q2")
    assert epochs.destroy_ended(keys, NOW + timedelta(days=19)) == []
    assert epochs.destroy_ended(keys, NOW + timedelta(days=22)) == ["2019Q2"]


def test_upkeep_destroys_what_is_due_writes_it_down_and_notes_the_head(keys: Keys, home: Path) -> None:
    keys.epoch("2019Q2")
    upkeep.sweep(keys, NOW + timedelta(days=30))
    assert keys.destroyed == ("2019Q2",)
    assert [(link.actor, link.action, link.about) for link in read_audit.links()] == [
        ("system", "epoch_destroyed", "2019Q2")
    ]
    assert (home / "keys" / "audit.head").read_text().startswith("EARNEST-AUDIT 1 ")
    upkeep.sweep(keys, NOW + timedelta(days=31))
    assert len(list(read_audit.links())) == 1


@pytest.mark.parametrize("name", ["2099Q1", "winter", "2019Q2"], ids=["to come", "no quarter", "gone before"])
def test_what_cannot_be_destroyed(keys: Keys, name: str) -> None:
    keys.destroy("2019Q2")
    with pytest.raises(InputError):
        epochs.destroy(keys, name, NOW)
