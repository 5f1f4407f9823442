"""`earnest models`: rebuild what comes with Earnest and was learned: the packs' models, the gate's ears."""

from pathlib import Path

import click

GATE = "gate"


@click.command(short_help="Rebuild the shipped models.")
@click.argument("names", nargs=-1, metavar="[PACK|gate]...")
@click.option("--out", "out", type=click.Path(path_type=Path), help="Another folder to write packs to.")
@click.option("--partial", is_flag=True, help="Leave out labels that have no examples yet.")
def command(names: tuple[str, ...], out: Path | None, partial: bool) -> None:
    """Train the named packs on their own examples, and with `gate` the gate's two ears; else all of them."""
    from earnest.understand.taxonomy import PACKS

    for name in names or (*PACKS, GATE):
        if name == GATE:
            _gate()
        else:
            _pack(name, out, partial)


def _pack(pack_id: str, out: Path | None, partial: bool) -> None:
    from earnest.cli.figures import share
    from earnest.cli.progress import steps
    from earnest.terms.lexicon import installed
    from earnest.understand import corpus
    from earnest.understand.classify import SHIPPED
    from earnest.understand.taxonomy import pack
    from earnest.understand.train import train

    taxonomy = pack(pack_id)
    with steps(pack_id) as progress:
        trained = train(
            taxonomy,
            corpus.read(taxonomy.corpus),
            lexicon=installed(),
            partial=partial,
            progress=progress,
        )
    trained.save((out or SHIPPED) / pack_id)
    quality = trained.quality
    click.echo(
        f"{pack_id}: {quality.posts:,} examples ({len(trained.sifted.repeats)} near-duplicates and "
        f"{len(trained.sifted.contradictions)} contradictions thrown out), "
        f"{len(trained.about.labels.answers)} labels. Cross-validated: "
        f"main label {share(quality.accuracy)}, category {share(quality.category)}."
    )
    if quality.natural:
        natural = quality.natural
        click.echo(
            f"  {natural.posts:,} of them in natural proportions: main label {share(natural.accuracy)}, "
            f"category {share(natural.category)}; {share(natural.sure)} where sure, "
            f"unsure {share(natural.unsure)}."
        )
    click.echo(f"  weakest: {', '.join(f'{label.id} {label.f1:.2f}' for label in quality.weakest(6))}")


def _gate() -> None:
    """The ears are trained on their own examples; the packs' are ordinary posts to them."""
    from earnest.gate import refusals, speech, wishes
    from earnest.gate.protected import told
    from earnest.gate.speech import train as speech_train
    from earnest.gate.wishes import train as wishes_train
    from earnest.understand import corpus
    from earnest.understand.taxonomy import PACKS, pack

    plain = [example.text for pack_id in PACKS for example in corpus.read(pack(pack_id).corpus)]
    heard = speech_train.train(speech_train.read(), plain[::2], told)
    heard.ear.linear.save(speech.FILE)
    heard.ear.tongues.save(speech.TONGUES)
    click.echo(
        f"gate, protected speech: {heard.examples:,} examples. Held out: {heard.recall:.1%} of protected "
        f"posts found and {heard.alarms:.1%} of ordinary ones withheld (mixed as a tester would), "
        f"{heard.hard_recall:.1%} and {heard.hard_alarms:.1%} of the hardest; "
        f"{heard.plain_alarms:.1%} of plain posts withheld."
    )
    asked = wishes_train.train(wishes_train.read(), refusals.listed)
    asked.ear.linear.save(wishes.FILE)
    click.echo(
        f"gate, requests: {asked.examples:,} examples. Held out: {asked.recall:.1%} of what must be refused "
        f"was, and {asked.alarms:.1%} of what is fine."
    )
