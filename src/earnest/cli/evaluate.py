"""`earnest evaluate`: measure a model on labelled examples it has not seen."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from earnest.cli import setup
from earnest.cli.options import model_option
from earnest.cli.tiers import labeller, tier_option
from earnest.record.errors import BadLine

if TYPE_CHECKING:
    from earnest.understand.evaluate import Share


@click.command(short_help="Measure a model on labelled examples.")
@model_option
@click.option(
    "--examples",
    "example_files",
    required=True,
    multiple=True,
    type=click.Path(path_type=Path),
    help="Labelled examples (JSON lines).",
)
@tier_option
@setup.home_option
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def command(
    folder: Path | None, example_files: tuple[Path, ...], tier: str, home: Path | None, as_json: bool
) -> None:
    """Per-label precision, recall and F1 with intervals, calibration, and what is taken for what."""
    from earnest.cli.figures import as_bytes, show
    from earnest.understand import corpus
    from earnest.understand.evaluate import Answers, confusion, measure

    model = labeller(folder, tier, home)
    examples = corpus.read(example_files)
    for example in examples:
        for label in example.labels:
            if label not in model.labels:
                raise BadLine(
                    f"the model does not know the label '{label[:80]}'",
                    place=example.place,
                    advice="Measure a model on examples of its own taxonomy.",
                )
    verdicts = model.classify([example.text for example in examples], sentiment=True, top=model.most)
    answers = Answers(
        truth=[example.labels for example in examples],
        given=[tuple(label.id for label in verdict.labels) for verdict in verdicts],
        scores=[verdict.labels[0].score for verdict in verdicts],
        unsure=[verdict.unsure for verdict in verdicts],
    )
    met = {label for example in examples for label in example.labels}
    labels = [label for label in model.labels if label != corpus.OTHER or label in met]
    quality = measure(
        answers,
        labels,
        several=model.multi,
        kind=_right(
            [(example.kind, verdict.kind) for example, verdict in zip(examples, verdicts, strict=True)]
        ),
        sentiment=_right(
            [
                (example.sentiment, verdict.sentiment)
                for example, verdict in zip(examples, verdicts, strict=True)
            ]
        ),
        language=_right(
            [(example.lang, verdict.lang) for example, verdict in zip(examples, verdicts, strict=True)]
        ),
    )
    confused = confusion(answers, model.labels)
    if as_json:
        click.echo(as_bytes(quality, confused))
    else:
        show(quality, f"Model {model.id} on {', '.join(path.name for path in example_files)}", confused)


def _right(pairs: "list[tuple[str | None, str | None]]") -> "Share | None":
    from earnest.understand.evaluate import wilson

    told = [truth == given for truth, given in pairs if truth is not None and given is not None]
    return wilson(sum(told), len(told)) if told else None
