"""`earnest dpia`: a data protection impact assessment, filled from a programme's settings."""

from pathlib import Path

import click

from earnest.cli import jsonl, setup


@click.command()
@click.option("--programme", help="Which programme (may be left out where there is only one).")
@click.option("--lang", type=click.Choice(("en", "es")), default="en", show_default=True)
@click.option(
    "--out", type=click.Path(path_type=Path), help="The file to write, .md or .html; - for standard output."
)
@setup.home_option
def command(programme: str | None, lang: str, out: Path | None, home: Path | None) -> None:
    """Write the assessment that GDPR art. 35 asks for.

    What can be known from the settings is filled in; what a person must judge is marked.
    """
    ending = ".md" if out is None or str(out) == "-" else out.suffix.lower()
    if ending not in (".md", ".html", ".htm"):
        raise click.UsageError("An assessment is written as .md or .html.")
    folder = setup.django(home)
    from earnest.cli.report import the_programme, write_file
    from earnest.desk import audit
    from earnest.flow import assess

    slug = the_programme(programme).slug
    audit.note("cli", "dpia_made", programme=slug)
    made = assess.assess(slug, setup.keys(folder), lang)
    content = (made.markdown() if ending == ".md" else made.html()).encode()
    if out is not None and str(out) == "-":
        jsonl.stdout().write(content)
        return
    path = out or Path(f"dpia-{slug}{ending}")
    write_file(path, content)
    click.echo(f"Written to {path}. {made.open} parts are left for you to write; they are marked.")
