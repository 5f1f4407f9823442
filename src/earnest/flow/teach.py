"""Learning from people: a new model from what they said, compared with the present one, taken over if better.

    gather → train → compare on what was kept aside → candidate, current or refused

Read `teach` first. It runs in a process of its own (`start`), under a lock, and touches nothing that is in
use before its last step: killed at any moment, the present model stays.
"""

import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from earnest.desk import audit
from earnest.flow import blind, intake, learn
from earnest.flow.alone import only_one, running
from earnest.flow.material import Material, gather
from earnest.record.errors import EarnestError
from earnest.store import read, read_learn, read_taxonomy, write_learn
from earnest.terms.lexicon import installed
from earnest.understand.classify import Model
from earnest.understand.compare import Compared, Held, clearly_worse, compare
from earnest.understand.train import train

LEAST = 5
"""Corrections below which there is nothing to learn from."""
PART = ".learning-"
"""Begins the name of a model folder that is not whole yet."""
STEPS = {"cross-validating": "trying it out", "fitting": "learning"}
"""What a step of training is called where people look."""
ENOUGH, EVERY = 20, timedelta(days=1)
"""New corrections after which a model is made by itself, and how often at most."""

Progress = Callable[[str, float], None]
State = Literal["nothing", "refused", "candidate", "current"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended, `told` in a sentence. `row` is the model's row where one was written."""

    state: State
    told: str
    learned: int = 0
    compared: Compared | None = None
    row: int | None = None


def teach(
    programme: str,
    home: Path,
    *,
    take: bool,
    by: int | None = None,
    actor: str | None = None,
    progress: Progress = lambda what, share: None,
) -> Outcome:
    """Make a programme's model anew. `take`: where it is better it becomes the current one; else it waits for
    somebody to take it over. Where a post that the current one learned from was erased, the new one replaces
    it unless it is clearly worse.

    Raises SetupError where another run is under way; whatever else goes wrong is noted on the run and raised.
    """
    with only_one(programme, home):
        write_learn.begin_run(programme)

        def note(what: str, share: float) -> None:
            write_learn.note_run(programme, what, share)
            progress(what, share)

        try:
            outcome = _teach(programme, home, take, by, actor, note)
        except EarnestError as error:
            write_learn.end_run(programme, error.sentence(), 0)
            raise
        except Exception as error:
            write_learn.end_run(programme, f"An unexpected error stopped it ({type(error).__name__}).", 0)
            raise
        write_learn.end_run(programme, outcome.told, outcome.learned)
        return outcome


def _teach(
    programme: str, home: Path, take: bool, by: int | None, actor: str | None, note: Progress
) -> Outcome:
    note("reading what people said", 0.0)
    taxonomy, shipped = learn.taxonomy_of(programme)
    material = gather(programme, taxonomy, shipped)
    present = read_learn.current_model(programme)
    must_go = present is not None and present.stale
    if len(material.posts) < LEAST:
        if must_go:
            back(programme, home, by, to_own=True, actor=actor)
            return Outcome(
                "current", "What it had learned from is gone: the taxonomy's own model is used again."
            )
        many = len(material.posts)
        return Outcome(
            "nothing",
            f"Too few corrections to learn from: {many}. At least {LEAST} are needed.",
        )
    trained = train(
        taxonomy,
        material.examples,
        lexicon=installed(),
        partial=True,
        figures="held-out",
        progress=lambda what, share: note(STEPS.get(what, what), 0.05 + 0.85 * share),
    )
    name = trained.about.table[:12]
    before = learn.model_of(programme, home)
    if name == before.id:
        return Outcome("nothing", "Nothing changed since the model was made last.", len(material.posts))
    note("comparing", 0.92)
    folder = learn.folder_of(programme, name, home)
    for left in folder.parent.glob(f"{PART}*"):
        shutil.rmtree(left, ignore_errors=True)
    part = folder.with_name(f"{PART}{name}")
    trained.save(part)
    compared = compare(_asked(material, before, Model.load(part)))
    good = compared.better or (must_go and not clearly_worse(compared))
    note("putting it in place", 0.98)
    if good and not folder.exists():
        part.replace(folder)
    shutil.rmtree(part, ignore_errors=True)
    row = write_learn.add_model(
        programme,
        name,
        before=before.id,
        taxonomy=intake.programme_of(programme).taxonomy,
        version=read_taxonomy.number_of(programme),
        state="candidate" if good else "refused",
        figures=asdict(compared) | {"learned": len(material.posts)},
        posts=material.posts if good else (),
    )
    if not good:
        return Outcome("refused", compared.why, len(material.posts), compared, row)
    if take or must_go:
        use(programme, row, by, actor)
        tidy(programme, home)
        return Outcome("current", _told(compared, must_go), len(material.posts), compared, row)
    return Outcome(
        "candidate", f"{compared.why} Somebody may take it over.", len(material.posts), compared, row
    )


def _told(compared: Compared, must_go: bool) -> str:
    if compared.better:
        return compared.why
    return "A post that the one before had learned from was erased, so it was made anew without it."


def _asked(material: Material, before: Model, after: Model) -> list[Held]:
    texts = [question.text for question in material.questions]
    first, second = main_labels(before, texts), main_labels(after, texts)
    return [
        Held(one.right, old, new, "blind" if one.blind else "asked" if one.asked else "noticed")
        for one, old, new in zip(material.questions, first, second, strict=True)
    ]


def main_labels(model: Model, texts: list[str]) -> list[str]:
    """What a model calls each text."""
    if not texts:
        return []
    return [model.labels[at] for at in model.columns(texts, top=1).labels[:, 0].tolist()]


def use(programme: str, row: int, by: int | None, actor: str | None = None) -> bool:
    """A candidate becomes the current model; False where it is none any more."""
    if not write_learn.use_model(programme, row, by):
        return False
    audit.note(_who(actor, by), "model_chosen", programme=programme, about=f"model:{_name(programme, row)}")
    return True


def back(
    programme: str, home: Path, by: int | None, *, to_own: bool = False, actor: str | None = None
) -> bool:
    """Use the model before the current one again; `to_own`: the taxonomy's own. False where none is learned.

    One that learned from a post that was erased since is not gone back to.
    """
    present = read_learn.current_model(programme)
    if present is None:
        return False
    to = None if to_own else _former(programme, present, home)
    if not write_learn.go_back(programme, to.id if to else None, by):
        return False
    called = to.model if to else "shipped"
    audit.note(_who(actor, by), "model_gone_back", programme=programme, about=f"model:{called}")
    return True


def _who(actor: str | None, by: int | None) -> str:
    """Whom the chain names: who was told, else the person, else the system itself."""
    return actor or (f"person:{by}" if by else "system")


def _former(programme: str, present: read_learn.ModelRow, home: Path) -> read_learn.ModelRow | None:
    """The model that the present one replaced, where it is still there and whole."""
    for row in read_learn.models_of(programme):
        if row.state == "former" and row.model == present.before and not row.stale:
            return row if learn.folder_of(programme, row.model, home).is_dir() else None
    return None


def tidy(programme: str, home: Path) -> None:
    """Delete folders that nothing goes back to: all but the current model, a candidate and the one before."""
    rows = read_learn.models_of(programme)
    present = next((row for row in rows if row.state == "current"), None)
    kept = {present.model} if present else set()
    for row in rows:
        if row.state not in ("former", "candidate"):
            continue
        if row.stale or (row.state == "former" and (present is None or row.model != present.before)):
            write_learn.drop_model(row.id)
        else:
            kept.add(row.model)
    version = read_taxonomy.current(programme)
    if version is not None:
        kept.add(version.model)
    folder = home / "models" / programme
    for there in folder.iterdir() if folder.is_dir() else ():
        if there.is_dir() and there.name not in kept and read_learn.was_learned(programme, there.name):
            shutil.rmtree(there, ignore_errors=True)


def _name(programme: str, row: int) -> str:
    return next((one.model for one in read_learn.models_of(programme) if one.id == row), "gone")


def start(programme: str, home: Path, *, take: bool, by: int | None = None) -> bool:
    """Begin a run in a process of its own, which outlives this one; False where one is under way."""
    if running(programme, home):
        return False
    command = [sys.executable, "-m", "earnest", "learn", "--programme", programme, "--now"]
    command += ["--home", str(home)]
    command += ["--ask"] if not take else []
    command += ["--by", str(by)] if by else []
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    threading.Thread(target=process.wait, daemon=True, name="earnest learn").start()
    return True


def tend(home: Path, now: datetime) -> None:
    """Beside listening: begin a run where the current model must be made anew, or where enough was said since
    the last one; what comes out of it waits for a person. Folders that nothing goes back to are deleted.
    """
    for programme in (one.slug for one in read.programmes() if one.live):
        blind.draw(programme, now)
        rows = read_learn.models_of(programme)
        run = read_learn.last_run(programme)
        if running(programme, home):
            continue
        if rows:
            tidy(programme, home)
        rested = run is None or now - run.begun >= EVERY
        if any(row.state == "current" and row.stale for row in rows) or (
            rested and read_learn.waiting(programme, run.begun if run else None) >= ENOUGH
        ):
            start(programme, home, take=False)


@dataclass(frozen=True, slots=True)
class Status:
    """Where a programme's learning stands. `waiting`: posts corrected since the last run began."""

    running: bool
    run: read_learn.Run | None
    current: read_learn.ModelRow | None
    candidate: read_learn.ModelRow | None
    waiting: int


def status(programme: str, home: Path) -> Status:
    """Where a programme's learning stands, for the command line and the page."""
    run = read_learn.last_run(programme)
    rows = read_learn.models_of(programme)
    return Status(
        running=running(programme, home),
        run=run,
        current=read_learn.current_model(programme),
        candidate=next((row for row in rows if row.state == "candidate" and not row.stale), None),
        waiting=read_learn.waiting(programme, run.begun if run else None),
    )
