"""`earnest train`: a model folder from a taxonomy and examples."""

from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

import click

from earnest.cli import setup
from earnest.cli.teaching import TEACHERS, save, show_more, train_all, wanted
from earnest.record.errors import BadFile, RefusedConfiguration

if TYPE_CHECKING:
    from earnest.understand.distil import Taught
    from earnest.understand.taxonomy import Taxonomy
    from earnest.understand.train import Figures, Trained


@click.command(short_help="Train a model from a taxonomy and examples.")
@click.option(
    "--taxonomy", "taxonomy_file", required=True, type=click.Path(path_type=Path), help="A taxonomy (YAML)."
)
@click.option(
    "--examples",
    "example_files",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Labelled examples (JSON lines); may be given several times. Else those the taxonomy names.",
)
@click.option(
    "--out", "out", required=True, type=click.Path(path_type=Path), help="The model folder to write."
)
@click.option(
    "--partial", is_flag=True, help="Leave out labels with fewer than 5 examples; else they are an error."
)
@click.option(
    "--promise",
    type=click.FloatRange(0.5, 0.999),
    default=0.85,
    show_default=True,
    help="How often the category shall be right where the model does not say unsure.",
)
@click.option(
    "--figures",
    type=click.Choice(["cross-validated", "held-out"]),
    help="Ask every example once (five trainings), or a fifth of them (one: quicker). By default the first, "
    "for very large jobs the second.",
)
@click.option("--accurate", is_flag=True, help="Train the accurate tier too (see earnest models fetch).")
@click.option(
    "--teacher",
    type=click.Choice(TEACHERS),
    help="Learn from unlabelled texts too, as the accurate tier or an endpoint of your own labels them.",
)
@click.option(
    "--unlabelled",
    "text_files",
    multiple=True,
    type=click.Path(path_type=Path),
    help='With --teacher: texts without labels (JSON lines, {"text"}).',
)
@click.option("--programme", help="With --teacher: this programme's own posts.")
@setup.home_option
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def command(
    taxonomy_file: Path,
    example_files: tuple[Path, ...],
    out: Path,
    partial: bool,
    promise: float,
    figures: "Figures | None",
    accurate: bool,
    teacher: str | None,
    text_files: tuple[Path, ...],
    programme: str | None,
    home: Path | None,
    as_json: bool,
) -> None:
    """Train on {"text","labels"} lines, main label first; "kind", "sentiment", "lang" if you have them."""
    from earnest.cli.figures import as_bytes, show
    from earnest.cli.progress import steps
    from earnest.terms.lexicon import installed
    from earnest.understand import corpus, taxonomy
    from earnest.understand.train import train

    chosen = taxonomy.load(taxonomy_file)
    refuse_aims(chosen)
    examples = corpus.read(example_files or chosen.corpus)
    check_folder(out)
    beyond = wanted(accurate, teacher, text_files, programme, home)
    with steps("Training") as progress:

        def once(lessons: "Taught | None") -> "Trained":
            return train(
                chosen,
                examples,
                unlabelled=lessons,
                lexicon=installed(),
                partial=partial,
                promise=promise,
                figures=figures,
                progress=progress,
            )

        done = train_all(once, chosen, beyond, progress)
    trained = done.trained
    save(done, out)
    if as_json:
        click.echo(as_bytes(trained.quality))
        return
    sifted = trained.sifted
    click.echo(
        f"{len(sifted.examples):,} examples, {len(trained.about.labels.answers)} labels; near-duplicates, "
        f"which are asked nowhere: {len(sifted.repeats):,}; thrown out as contradictions of an earlier "
        f"example: {len(sifted.contradictions):,}."
    )
    for first, later in sifted.contradictions[:5]:
        click.echo(f"  {later.place} says {later.labels[0]}, {first.place} says {first.labels[0]}")
    asked = "Cross-validated in five parts" if figures != "held-out" else "A fifth of the examples held out"
    show(trained.quality, asked)
    about = trained.about
    if about.sure > 1:
        click.echo(f"No threshold keeps the promise of {promise:.0%}: the model is always unsure.")
    else:
        click.echo(
            f"Unsure below a score of {about.sure:.2f}, so that the category is right in {promise:.0%} of "
            "the rest. Posts outside the taxonomy get 'other'."
        )
    show_more(done)
    click.echo(f"Written to {out}")


def check_folder(out: Path) -> None:
    """Try the folder before the work begins, so that nobody trains for nothing."""
    fresh = not out.exists()
    try:
        out.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=out):
            pass
        if fresh:
            out.rmdir()
    except OSError as error:
        raise BadFile(
            f"cannot be written to as a folder ({error.strerror})",
            place=str(out),
            advice="Choose another --out.",
        ) from error


def refuse_aims(chosen: "Taxonomy") -> None:
    """A taxonomy that aims at protected speech or at people is refused, with the reason."""
    from earnest.gate.refusals import judge

    whole = [chosen.id, *chosen.name.values(), chosen.description]
    categories = [name for category in chosen.categories for name in category.name.values()]
    for said in dict.fromkeys([*whole, *categories]):
        reason = judge("category", said)
        if reason is not None:
            raise RefusedConfiguration(f"The taxonomy '{chosen.id}' is refused: {reason}")
    for label in chosen.labels:
        said = ". ".join(dict.fromkeys([label.id.replace(".", " "), *label.name.values(), label.description]))
        reason = judge("category", said)
        if reason is not None:
            raise RefusedConfiguration(f"The label '{label.id}' is refused: {reason}")
