"""What `earnest train` does beyond examples: an accurate tier beside the fast one, and a teacher."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from earnest.record.errors import BadFile, SetupError

if TYPE_CHECKING:
    from earnest.flow.endpoint import Client
    from earnest.understand.accurate import Parts
    from earnest.understand.distil import Taught, Teacher
    from earnest.understand.encoder import Encoder
    from earnest.understand.taxonomy import Taxonomy
    from earnest.understand.train import Trained

TEACHERS = ("minilm", "endpoint")
MOST = 50_000
"""Texts that a teacher is asked about."""

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Beyond:
    """What is wanted beside the fast tier; everything that can be missing was looked for already."""

    accurate: bool
    teacher: str | None
    texts: Sequence[str]
    encoder: "Encoder | None"
    home: Path | None


@dataclass(frozen=True, slots=True)
class Done:
    """`first`: the fast tier before it was taught; `lessons`: texts that the teacher answered about."""

    trained: "Trained"
    first: "Trained"
    parts: "Parts | None"
    lessons: int


def wanted(
    accurate: bool, teacher: str | None, files: Sequence[Path], programme: str | None, home: Path | None
) -> Beyond:
    """Look for everything before the work begins. Raises UsageError, BadFile, MissingExtra or ModelError."""
    from earnest.cli import tiers

    if teacher and not files and programme is None:
        raise click.UsageError("--teacher needs texts: --unlabelled FILE, or --programme NAME.")
    if not teacher and (files or programme is not None):
        raise click.UsageError("--unlabelled and --programme are for a teacher: --teacher minilm.")
    if teacher == "endpoint":
        _endpoint(home).check()
    encoder = tiers.encoder(home) if accurate or teacher == "minilm" else None
    texts = _texts(files, programme, home) if teacher else []
    return Beyond(accurate, teacher, texts, encoder, home)


def train_all(
    once: "Callable[[Taught | None], Trained]", chosen: "Taxonomy", beyond: Beyond, progress: Progress
) -> Done:
    """Train the fast tier, the accurate one on the same, and the fast one again on what a teacher says."""
    from earnest.understand import fused
    from earnest.understand.corpus import OTHER
    from earnest.understand.distil import taught

    first = trained = once(None)
    parts = fused.train(first, beyond.encoder, progress=progress) if beyond.encoder else None
    lessons = 0
    if beyond.teacher:
        labels = first.about.labels.answers
        if chosen.get(OTHER) is None:
            labels = tuple(label for label in labels if label != OTHER)
        found = taught(
            _teacher(beyond, chosen, parts),
            beyond.texts,
            labels,
            encode=beyond.encoder.encode if beyond.encoder else None,
            progress=lambda share: progress("asking the teacher", share),
        )
        lessons = len(found)
        if not lessons:
            raise SetupError("The teacher answered about none of the texts.", advice="Look at it first.")
        trained = once(found)
        if parts:
            parts = fused.beside(trained, parts)
    return Done(trained, first, parts if beyond.accurate else None, lessons)


def save(done: Done, out: Path) -> None:
    """Write the model folder; an accurate tier of an earlier training goes where none was trained now."""
    from earnest.understand import accurate

    accurate.remove(out)
    done.trained.save(out)
    if done.parts:
        accurate.save(out, done.parts)


def show_more(done: Done) -> None:
    """What the teacher and the accurate tier brought, for a person."""
    from earnest.cli.figures import share

    if done.lessons:
        click.echo(
            f"Taught on {done.lessons:,} unlabelled texts; without them the main label was right in "
            f"{share(done.first.quality.accuracy)}. The teacher had seen all examples, so the figures above "
            "lean to the good: measure on others."
        )
    if done.parts and done.parts.about.quality:
        click.echo(f"Accurate tier: main label right in {share(done.parts.about.quality.accuracy)}.")


def _teacher(beyond: Beyond, chosen: "Taxonomy", parts: "Parts | None") -> "Teacher":
    if beyond.teacher == "minilm":
        from earnest.understand.accurate import Accurate

        if parts is None or beyond.encoder is None:
            raise ValueError("the accurate tier teaches once it is trained")
        return Accurate(parts, beyond.encoder)
    from earnest.flow.endpoint import EndpointTeacher

    return EndpointTeacher(_endpoint(beyond.home), chosen)


def _endpoint(home: Path | None) -> "Client":
    """The endpoint that the settings name. Raises BadSetting."""
    from earnest.cli import setup, tiers

    setup.start(tiers.own(home))
    from earnest.flow.endpoint import Client
    from earnest.flow.endpoint.setting import needed

    return Client(needed())


def _texts(files: Sequence[Path], programme: str | None, home: Path | None) -> list[str]:
    """Texts without labels: of files, and of a programme's posts, newest first; each once."""
    from earnest.cli import jsonl

    texts: list[str] = []
    for path in files:
        try:
            with path.open("rb") as stream:
                for _, row in jsonl.read(stream, ("text",)):
                    if isinstance(row, Exception):
                        raise BadFile(row.problem, place=path.name)
                    texts.append(row["text"])
        except OSError as error:
            raise BadFile(f"cannot be read ({error.strerror})", place=str(path)) from error
    if programme is not None:
        from earnest.cli import setup

        setup.django(home)
        from earnest.flow import intake
        from earnest.flow.unlabelled import wordings

        intake.programme_of(programme)
        texts += wordings(programme, MOST)
    texts = list(dict.fromkeys(text for text in texts if text.strip()))[:MOST]
    if not texts:
        raise BadFile("there is no text to learn from", place=programme or "unlabelled")
    return texts
