"""`earnest programme`: what is listened for, by whom, why, and for how long it is kept."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from earnest.cli import setup
from earnest.record import basis

if TYPE_CHECKING:
    from earnest.store.read import Programme

F = TypeVar("F", bound=Callable[..., Any])

ACTOR = "cli"

TERMS: tuple[tuple[str, str], ...] = (
    ("organisation", "Who listens, as the notice names them."),
    ("purpose", "Why you listen."),
    ("purpose-es", "The same in Spanish."),
    ("lawful-basis", f"One of GDPR article 6: {', '.join(one.id for one in basis.BASES)}."),
    ("basis-note", "Your own words on it: the law, the balance you struck."),
    ("contact", "Whom to write to."),
    ("complaint", "Where to complain, if elsewhere."),
    ("officer", "Your data protection officer, if you have one."),
    ("supervisor", "The supervisory authority."),
)
"""Options that stand in the public notice."""


def terms(command: F) -> F:
    """The options of a programme's terms."""
    command = click.option("--retention", type=click.IntRange(1, 3_650), help="Days that posts are kept.")(
        command
    )
    command = click.option(
        "--directive/--no-directive",
        default=None,
        help="State, for a workforce, what article 7 of Directive (EU) 2024/2831 asks (see the notice).",
    )(command)
    for name, help in reversed(TERMS):
        command = click.option(f"--{name}", help=help)(command)
    return command


@click.group()
def command() -> None:
    """Add a programme, write its terms, let it begin, or list them."""


@command.command("list")
@setup.home_option
def list_(home: Path | None) -> None:
    """List the programmes."""
    setup.django(home)
    from earnest.store import read

    known = read.programmes()
    for one in known:
        state = "" if one.live else ", a draft"
        click.echo(
            f"{one.slug}: {one.name}, {one.audience}, {one.taxonomy}, kept {one.retention_days} days{state}"
        )
    if not known:
        click.echo("There is no programme yet. Add one: earnest programme add NAME --audience customers …")


@command.command("add")
@click.argument("slug")
@click.option("--name", help="What people call it (default: the same).")
@click.option("--audience", type=click.Choice(("customers", "workforce")), required=True)
@click.option("--taxonomy", default="gig-delivery", show_default=True)
@click.option("--draft", is_flag=True, help="Only add it; let it begin later: earnest programme live SLUG.")
@terms
@setup.home_option
def add(
    slug: str,
    name: str | None,
    audience: str,
    taxonomy: str,
    draft: bool,
    home: Path | None,
    **given: Any,
) -> None:
    """Add the programme SLUG and its submit form. `workforce`: people whose pay depends on the operator.

    It begins to listen once it has a purpose, a lawful basis, a retention and a contact; what is missing is
    asked for on a terminal, and else named.
    """
    setup.django(home)
    from earnest.flow import programmes

    asking = sys.stdin.isatty() and not draft
    values = _asked(_given(given), audience) if asking else _given(given)
    programmes.add_programme(slug, name or slug, audience, actor=ACTOR, taxonomy=taxonomy, **values)
    _begin(slug, draft=draft, asking=asking)


@command.command("set")
@click.argument("slug")
@click.option("--name", help="What people call it.")
@click.option("--audience", type=click.Choice(("customers", "workforce")), help="Until the first post.")
@click.option("--taxonomy", help="What posts may be about.")
@terms
@setup.home_option
def set_(
    slug: str,
    name: str | None,
    audience: str | None,
    taxonomy: str | None,
    home: Path | None,
    **given: Any,
) -> None:
    """Change the terms of the programme SLUG. They stand in its public notice from now on."""
    setup.django(home)
    from earnest.flow import programmes
    from earnest.store import draft, read

    more = {"name": name, "audience": audience, "taxonomy": taxonomy}
    values = _given(given) | {key: value for key, value in more.items() if value is not None}
    changed = programmes.change_programme(slug, actor=ACTOR, **values)
    click.echo(f"Changed {', '.join(changed)}." if changed else "Nothing is different.")
    found = read.programme(slug)
    if found is not None and not found.live:
        _tell_draft(found, draft.missing(found))


@command.command("live")
@click.argument("slug")
@setup.home_option
def live(slug: str, home: Path | None) -> None:
    """Let the programme SLUG begin: it is heard and its notice is public."""
    setup.django(home)
    from earnest.flow import programmes

    programmes.begin(slug, actor=ACTOR)
    _tell_live(slug)


def _given(options: dict[str, Any]) -> dict[str, Any]:
    values = {name: value for name, value in options.items() if value is not None}
    if "retention" in values:
        values["retention_days"] = values.pop("retention")
    return values


def _asked(values: dict[str, Any], audience: str) -> dict[str, Any]:
    """Ask for what a programme needs and was not given; an empty answer leaves it a draft."""
    answers = dict(values)
    click.echo("What you write here stands in the public notice, word for word.\n", err=True)

    def ask(name: str, question: str) -> None:
        if name not in answers:
            said = click.prompt(question, default="", show_default=False, err=True).strip()
            if said:
                answers[name] = said

    ask("organisation", "Who listens (your organisation's name)")
    ask("purpose", "Why you listen, in a sentence or two")
    if "lawful_basis" not in answers:
        for number, one in enumerate(basis.BASES, 1):
            click.echo(f"  {number}. {one.name['en']} (GDPR {one.article}). {one.careful}", err=True)
        chosen = click.prompt(
            "On which ground", type=click.IntRange(1, len(basis.BASES)), default=1, err=True
        )
        answers["lawful_basis"] = basis.BASES[chosen - 1].id
    if audience == "workforce" and not answers.get("directive"):
        click.echo(f"\n{basis.DIRECTIVE['en']}", err=True)
        answers["directive"] = click.confirm("Do you state this", default=False, err=True)
    if "retention_days" not in answers:
        answers["retention_days"] = click.prompt(
            "For how many days are posts kept", type=click.IntRange(1, 3_650), default=180, err=True
        )
    ask("contact", "Whom people can write to")
    ask("complaint", "Where they can complain, if elsewhere")
    return answers


def _begin(slug: str, *, draft: bool, asking: bool) -> None:
    from earnest.flow import programmes
    from earnest.store import draft as drafts
    from earnest.store import read

    found = read.programme(slug)
    if found is None:
        return
    missing = drafts.missing(found)
    if draft or missing:
        click.echo(f"Added {slug} as a draft.")
        _tell_draft(found, missing)
        return
    if asking and not click.confirm("Let it begin now", default=True, err=True):
        click.echo(f"Added {slug} as a draft. Let it begin: earnest programme live {slug}")
        return
    programmes.begin(slug, actor=ACTOR)
    _tell_live(slug)


def _tell_live(slug: str) -> None:
    click.echo(f"{slug} listens. Its public notice: /notice/{slug}; its form: /say/{slug}")


def _tell_draft(programme: "Programme", missing: list[Any]) -> None:
    from earnest.store.draft import listed

    if missing:
        click.echo(
            f"It is a draft and lacks {listed(missing)}: earnest programme set {programme.slug} --help"
        )
    else:
        click.echo(f"It is a draft. Let it begin: earnest programme live {programme.slug}")
