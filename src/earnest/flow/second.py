"""A second look at the least certain new posts, beside listening, by a slower and better judge.

    choose (a share of the new posts) → claim → ask, outside of any transaction → settle

The judge is the accurate tier, or an endpoint on the operator's own machine; a programme says which, and off
is the default. Posts wait while it cannot be asked: whatever it does, listening goes on.
"""

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
from django.conf import settings

from earnest.desk import audit
from earnest.flow import learn
from earnest.flow.endpoint import Client, Endpoint, Later, Outcome
from earnest.flow.endpoint.prompt import Prompt, prompt
from earnest.flow.endpoint.setting import needed
from earnest.record.errors import EarnestError, ModelError
from earnest.record.verdict import Scored
from earnest.store import read_second, write, write_second
from earnest.store.read_second import Terms
from earnest.store.write_second import Answer
from earnest.understand import accurate, fetch, taxonomy
from earnest.understand.accurate import Accurate
from earnest.understand.classify import MOST_LABELS, SHIPPED, Model
from earnest.understand.encoder import Encoder
from earnest.understand.taxonomy import Taxonomy

LOG = logging.getLogger(__name__)

SURE = 0.6
"""What an endpoint says of a label from here on counts as sure; its figures are its own and not measured."""

ALSO = 0.3
"""A further label of an endpoint's counts from here on."""

TOGETHER = 16
"""Posts claimed at once from an endpoint: as many may be asked about twice after a kill."""

TOGETHER_HERE = 64
"""Posts at once of a model in this process."""

NAP, TURN = 5.0, 60.0
"""Seconds between looks for new posts in the background, and for which one programme keeps the judge."""


@dataclass(frozen=True, slots=True)
class Round:
    """What a round brought. `problem`: why it could not go on, in a sentence."""

    programme: str
    tier: str
    chosen: int = 0
    asked: int = 0
    given: int = 0
    agreed: int = 0
    changed: int = 0
    problem: str = ""


class Judge(Protocol):
    """Whoever gives second opinions."""

    @property
    def id(self) -> str:
        """What is written beside a post it labelled: at most 32 characters."""

    @property
    def together(self) -> int:
        """Posts to claim at once."""

    def opinions(
        self, posts: Sequence[tuple[int, str]], *, until: float, stop: threading.Event
    ) -> list[Answer]:
        """One answer a post (id, text), in order. Raises nothing for what an answer is."""


class ByEndpoint:
    """The judge is a server of the operator's own."""

    together = TOGETHER

    def __init__(self, client: Client, question: Prompt) -> None:
        self._client, self._question = client, question
        self.id = client.id

    def opinions(
        self, posts: Sequence[tuple[int, str]], *, until: float, stop: threading.Event
    ) -> list[Answer]:
        """Ask about each; what it says of its own sureness is taken as said, below certainty."""
        outcomes = self._client.ask([text for _, text in posts], self._question, until=until, stop=stop)
        return [_answer(id, text, outcome) for (id, text), outcome in zip(posts, outcomes, strict=True)]


class ByAccurate:
    """The judge is the accurate tier, in this process; its scores were measured."""

    together = TOGETHER_HERE

    def __init__(self, tier: Accurate) -> None:
        self._tier = tier
        self.id = f"accurate:{tier.id}"

    def opinions(
        self, posts: Sequence[tuple[int, str]], *, until: float, stop: threading.Event
    ) -> list[Answer]:
        """Judge them all at once: a tenth of a second or so."""
        found = self._tier.answer([text for _, text in posts])
        answers = []
        for at, (id, text) in enumerate(posts):
            chances = found.labels[at]
            best = np.argsort(-chances, kind="stable")[:MOST_LABELS].tolist()
            labels = tuple(
                Scored(self._tier.labels[one], round(float(chances[one]), 4))
                for rank, one in enumerate(best)
                if rank == 0 or chances[one] >= self._tier.about.also
            )
            answers.append(Answer(id, text, labels, unsure=bool(found.unsure[at])))
        return answers


def _answer(id: int, text: str, outcome: Outcome) -> Answer:
    if isinstance(outcome, Later):
        return Answer(id, text, asked=outcome.counts)
    if outcome is None:
        return Answer(id, text)
    labels = (outcome[0], *(one for one in outcome[1:] if one.score >= ALSO))
    return Answer(id, text, labels, unsure=outcome[0].score < SURE)


def set_terms(programme: str, tier: str, share: int, *, actor: str) -> bool:
    """Say whether and by whom the least certain posts of a programme are looked at again; whether that is a
    change.

    Raises BadSetting where no endpoint is set or it is not on the operator's own network, MissingExtra where
    the accurate tier is not installed, StoreError.
    """
    if tier in read_second.TIERS:
        judge_of(Terms(programme, tier, share))
    changed = write_second.set_terms(programme, tier, share)
    if changed:
        detail: dict[str, str | int] = {"tier": tier, "share": share}
        audit.note(actor, "second_set", programme=programme, detail=detail)
    return changed


def run(terms: Terms, *, until: float, stop: threading.Event | None = None) -> Round:
    """Give one programme's posts their second look: until none is due, or the time (`time.monotonic`) is
    over.

    Raises what `judge_of` and the store raise; nothing for what the judge does.
    """
    stop = stop or threading.Event()
    judge = judge_of(terms)
    if judge is None:
        return Round(terms.programme, terms.tier)
    chosen = asked = given = agreed = changed = 0
    while not stop.is_set() and time.monotonic() < until:
        new = write_second.choose(terms.programme)
        chosen += new or 0
        ids = write_second.claim(terms.programme, judge.together)
        if not ids:
            if new is None:
                break
            continue
        texts = read_second.texts(terms.programme, ids)
        posts = [(id, texts[id]) for id in ids if id in texts]
        answers = judge.opinions(posts, until=until, stop=stop)
        settled = write_second.settle(terms.programme, terms.tier, judge.id, answers)
        asked += sum(answer.asked for answer in answers)
        given, agreed = given + settled.given, agreed + settled.agreed
        changed += settled.changed
        if posts and not any(answer.asked for answer in answers):
            problem = "The endpoint does not answer; the posts wait."
            return Round(terms.programme, terms.tier, chosen, asked, given, agreed, changed, problem)
    return Round(terms.programme, terms.tier, chosen, asked, given, agreed, changed)


def look_back(programme: str, posts: int) -> None:
    """Let the newest posts that are there be considered too."""
    write_second.look_back(programme, posts)


def tend(*, until: float, stop: threading.Event | None = None, only: str | None = None) -> list[Round]:
    """A round for every programme that wants it (`only`: for this one). One that fails never stops the
    others.
    """
    rounds = []
    for terms in read_second.wanted():
        if stop is not None and stop.is_set():
            break
        if only is not None and terms.programme != only:
            continue
        try:
            rounds.append(run(terms, until=until, stop=stop))
        except EarnestError as error:
            rounds.append(Round(terms.programme, terms.tier, problem=error.sentence()))
    return rounds


class Beside:
    """Second looks in a thread of their own, so that a judge that is slow or hangs holds up nobody.

    The thread is started when a programme wants them, and ends with `stop`.
    """

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._thread: threading.Thread | None = None

    def look(self) -> None:
        """Start the thread where a programme wants second looks and none runs."""
        if (self._thread is None or not self._thread.is_alive()) and read_second.wanted():
            self._thread = threading.Thread(target=self._work, name="second looks", daemon=True)
            self._thread.start()

    def join(self, timeout: float) -> None:
        """Wait for the batch under way, `stop` being set; one that hangs is given up with the process."""
        if self._thread is not None:
            self._thread.join(timeout)

    def _work(self) -> None:
        told: dict[str, str] = {}
        try:
            while not self._stop.is_set():
                try:
                    for done in tend(until=time.monotonic() + TURN, stop=self._stop):
                        if done.problem and told.get(done.programme) != done.problem:
                            LOG.warning("Second looks at %s wait: %s", done.programme, done.problem)
                        told[done.programme] = done.problem
                except write.DatabaseError:
                    write.close_connections()
                except Exception as error:  # noqa: BLE001 - a second look must never end the process
                    LOG.warning("Second looks failed (%s); they are tried again.", type(error).__name__)
                self._stop.wait(NAP)
        finally:
            write.close_connections()


def judge_of(terms: Terms) -> Judge | None:
    """Who looks a second time for a programme, or None where nobody does.

    Raises BadSetting, MissingExtra, ModelError or TaxonomyError.
    """
    if terms.tier == "off":
        return None
    model = learn.model_of(terms.programme)
    if terms.tier == "endpoint":
        return ByEndpoint(client_of(needed()), prompt(model.labels, _taxonomy(model.taxonomy)))
    return _accurate(terms.programme, model)


@lru_cache(maxsize=4)
def client_of(endpoint: Endpoint) -> Client:
    """One client an endpoint and process, so that a rest it needs is remembered."""
    return Client(endpoint)


def _taxonomy(id: str) -> Taxonomy | None:
    return taxonomy.pack(id) if id in taxonomy.PACKS else None


def _accurate(programme: str, model: Model) -> Judge:
    """The accurate tier of the programme's own model, else of its taxonomy's, where that knows the same
    labels.
    """
    encoder = fetch.home_of(Path(settings.EARNEST_HOME))
    where = learn.current(programme)
    folders = [where] if isinstance(where, Path) else []
    for folder in (*folders, SHIPPED / model.taxonomy):
        if accurate.there(folder):
            judge = _loaded(folder, encoder)
            if set(judge.labels) <= set(model.labels):
                return ByAccurate(judge)
    raise ModelError(
        f"The model of '{programme}' has no accurate tier.",
        advice=f"Make it once: earnest models build {model.taxonomy} --accurate",
    )


@lru_cache(maxsize=2)
def _loaded(folder: Path, encoder: Path) -> Accurate:
    return Accurate.load(folder, _encoder(encoder))


@lru_cache(maxsize=1)
def _encoder(folder: Path) -> Encoder:
    """One for all programmes: it is nine tenths of the accurate tier's memory."""
    return Encoder.load(folder)
