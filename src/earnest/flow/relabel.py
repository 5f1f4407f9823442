"""A version that somebody applied begins: its model is made first, then new posts are labelled under it and
the stored ones follow in batches.

    prepare → begin → follow, follow, follow

Killed at any moment it goes on where it was: a batch and the mark after it are one transaction. Old ids are
read as what they are now all the while, so figures add up at every moment.
"""

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from earnest.desk import audit
from earnest.flow import learn, versions
from earnest.record.errors import EarnestError, StoreBusy
from earnest.record.verdict import Scored
from earnest.report import taxonomies
from earnest.store import read_taxonomy, write_taxonomy
from earnest.store.read_taxonomy import Stored, Version
from earnest.store.write_taxonomy import Relabelled
from earnest.terms.lexicon import installed
from earnest.understand import relabel
from earnest.understand.train import train
from earnest.understand.versions import document

BATCH = 2_000
"""Stored posts that are looked at in one transaction."""

TRIES = 20

Progress = Callable[[str, float], None]


def work(home: Path, *, progress: Progress = lambda what, share: None) -> int:
    """Do all that waits, in every programme; how many posts were relabelled. Where another process does it,
    nothing.
    """
    changed = 0
    for programme in read_taxonomy.busy():
        with alone(programme, home) as mine:
            if mine:
                teach(programme, home, progress=progress)
                prepare(programme, home, progress=progress)
                changed += follow(programme, home, progress=progress)
    return changed


def waiting() -> bool:
    """Whether there is anything to do: a version to prepare, or stored posts that do not follow yet."""
    for programme in read_taxonomy.busy():
        now = read_taxonomy.current(programme)
        if read_taxonomy.waiting(programme) is not None or read_taxonomy.untaught(programme):
            return True
        if now is not None and _lag(programme, now):
            return True
    return False


def _lag(programme: str, version: Version) -> bool:
    """Whether posts came since, and some of them carry a label that is not one any more."""
    if version.watermark >= read_taxonomy.newest_arrival(programme):
        return False
    return not version.settled or read_taxonomy.carrying(programme, _stale(version)) > 0


class Beside:
    """Works in a process of its own, so that pages and listening go on."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._process: subprocess.Popen[bytes] | None = None

    def look(self) -> None:
        """Begin, where something waits and nothing runs."""
        if self._process is not None and self._process.poll() is None:
            return
        self._process = None
        if waiting():
            command = [sys.executable, "-m", "earnest", "taxonomy", "work", "--home", str(self.home)]
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def stop(self) -> None:
        """End it; the next one goes on where it was."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()


def teach(programme: str, home: Path, *, progress: Progress = lambda what, share: None) -> None:
    """Make the models of drafts by which every stored post would be asked anew, so that they can be looked
    at.
    """
    for version in read_taxonomy.untaught(programme):
        try:
            model, problem = _model(programme, version, home, progress), ""
        except EarnestError as error:
            model, problem = "", error.sentence()
        write_taxonomy.taught(programme, version.number, model, problem)


def prepare(programme: str, home: Path, *, progress: Progress = lambda what, share: None) -> bool:
    """Make the model of the version that waits and let it begin; False where none does.

    A version whose model cannot be made is a draft again and says why.
    """
    version = read_taxonomy.waiting(programme)
    if version is None:
        return False
    try:
        model = _model(programme, version, home, progress)
    except EarnestError as error:
        write_taxonomy.unprepared(programme, version.number, error.sentence())
        return False
    first = taxonomies.at(programme, taxonomies.PACK)
    assert first is not None  # noqa: S101 - the pack is always there
    if write_taxonomy.begin(programme, version.number, first=document(first), model=model):
        audit.note("system", "taxonomy_begun", programme=programme, about=f"taxonomy:{version.number}")
    return True


def _model(programme: str, version: Version, home: Path, progress: Progress) -> str:
    """The id of the model for a version: the one before where its labels are the same, else a new one."""
    if version.back_to:
        before = read_taxonomy.version(programme, version.back_to)
        return before.model if before is not None else ""
    if version.model and (learn.folder_of(programme, version.model, home) / "model.json").is_file():
        return version.model
    if {step["do"] for step in version.steps} <= {"describe", "category"}:
        present = read_taxonomy.current(programme)
        return present.model if present is not None else ""
    taxonomy, examples = versions.lessons(programme, version, home)
    trained = train(taxonomy, examples, lexicon=installed(), partial=True, progress=progress)
    name = trained.about.table[:12]
    folder = learn.folder_of(programme, name, home)
    if not (folder / "model.json").is_file():
        trained.save(folder)
    return name


def follow(
    programme: str,
    home: Path,
    *,
    progress: Progress = lambda what, share: None,
    until: float | None = None,
) -> int:
    """Let stored posts follow the version in use, and later ones that were still labelled under an older
    one; how many changed. `until`: a time (monotonic) after which no further batch is begun.
    """
    version = read_taxonomy.current(programme)
    if version is None or version.number == taxonomies.PACK:
        return 0
    followed, tries = _Follow(programme, version, home), 0
    while until is None or time.monotonic() < until:
        try:
            if not followed.step():
                break
            tries = 0
        except StoreBusy:
            tries += 1
            if tries > TRIES:
                raise
            time.sleep(0.05 * tries)
            followed.again()
        progress("relabelling", followed.share)
    return followed.changed


def _stale(version: Version) -> list[str]:
    """Labels that a new post cannot have been given under this version: they go whenever they come."""
    present = {label["id"] for label in version.document["labels"]}
    keep = version.asked if version.history == "keep" else frozenset()
    touched = [old for old, now in version.became.items() if now != (old,) and (now or old in version.asked)]
    return [old for old in touched if old not in present and old not in keep]


class _Follow:
    """One version, and how far its posts followed."""

    def __init__(self, programme: str, version: Version, home: Path) -> None:
        self.programme, self.version, self.home = programme, version, home
        self.rules = versions.rules(programme, version, home)
        self.lineage = read_taxonomy.lineage(programme)
        self.present = {label.id for label in taxonomies.of_version(version).labels}
        self.stale = _stale(version)
        self.touched = [old for old in version.became if self.rules.touches(old)]
        self.watermark, self.changed = version.watermark, 0
        whole = version.history == "all"
        self.whole = learn.load(versions.model_of(programme, version, home)) if whole else None

    @property
    def share(self) -> float:
        return min(1.0, self.watermark / max(1, self.version.bound))

    def again(self) -> None:
        """Another process may have been quicker."""
        found = read_taxonomy.current(self.programme)
        if found is None or found.number != self.version.number:
            raise StoreBusy("The taxonomy changed meanwhile.", advice="Its posts follow the new version.")
        self.watermark = found.watermark

    def step(self) -> bool:
        """One batch; False where there is nothing left."""
        early = self.watermark < self.version.bound
        batch = read_taxonomy.stored(
            self.programme,
            self.touched if early else self.stale,
            after=self.watermark,
            until=self.version.bound if early else None,
            limit=BATCH,
            every=early and self.whole is not None,
        )
        if batch.last is None:
            if early:  # what was there when the version began has gone since
                self._write(self.version.bound, [])
            return early
        self._write(batch.last, self._changes(batch.posts))
        return True

    def _write(self, last: int, changes: Sequence[Relabelled]) -> None:
        self.changed += write_taxonomy.relabel(self.version.id, self.watermark, last, changes)
        self.watermark = last

    def _changes(self, posts: Sequence[Stored]) -> list[Relabelled]:
        anew: dict[int, tuple[tuple[Scored, ...], bool]] = {}
        if self.whole is not None:
            free = [post for post in posts if not post.corrected]
            answers = relabel.ask_anew(self.whole, [post.text for post in free])
            anew = {post.id: answer for post, answer in zip(free, answers, strict=True)}
        ruled = relabel.relabel(self.rules, [post.text for post in posts], [post.labels for post in posts])
        found = []
        for post, (labels, unsure) in zip(posts, ruled, strict=True):
            if post.id in anew:
                labels, unsure = anew[post.id]
            elif post.corrected:
                labels, unsure = self._said(post, labels, unsure)
            if labels != post.labels:
                model = self.whole.id if self.whole is not None and post.id in anew else ""
                found.append(Relabelled(post.id, post.labels, labels, unsure, model))
        return found

    def _said(
        self, post: Stored, labels: tuple[Scored, ...], unsure: bool | None
    ) -> tuple[tuple[Scored, ...], bool | None]:
        """What a person said of a post holds, by the id that their label has now."""
        said = self.lineage.now(post.said)
        if said not in self.present:
            return labels, unsure
        rest = [one for one in labels[1:] if one.id != said]
        return (Scored(said, 1.0), *rest), None


@contextmanager
def alone(programme: str, home: Path) -> Iterator[bool]:
    """Hold the lock of a programme's relabelling; False where another process does. One that dies lets go."""
    folder = home / "models" / programme
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(folder / ".taxonomy.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(handle)
