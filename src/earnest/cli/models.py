"""`earnest models`: rebuild the models that come with Earnest from their packs."""

from pathlib import Path

import click


@click.command(short_help="Rebuild the shipped models.")
@click.argument("packs", nargs=-1)
@click.option("--out", "out", type=click.Path(path_type=Path), help="Another folder to write them to.")
@click.option("--partial", is_flag=True, help="Leave out labels that have no examples yet.")
def command(packs: tuple[str, ...], out: Path | None, partial: bool) -> None:
    """Train the named packs (all where none is named) on their own examples."""
    from earnest.cli.figures import share
    from earnest.cli.progress import steps
    from earnest.understand import corpus
    from earnest.understand.classify import SHIPPED
    from earnest.terms.lexicon import installed
    from earnest.understand.taxonomy import PACKS, pack
    from earnest.understand.train import train

    for pack_id in packs or PACKS:
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
