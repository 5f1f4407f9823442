"""A report as files: complete in themselves, harmless whatever was written, the same figures in each."""

import csv
import io
import re
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pypdf
import pytest

from earnest.report import paint, pdf, render
from tests.report import build

pytestmark = pytest.mark.django_db

HOSTILE = (
    '</style><script>alert(1)</script> #import "x" \\ $1 {{ 7|add:7 }} @here ]] <img src=x '
    "onerror=y> ok ok ok"
)


class Elements(HTMLParser):
    """Every element with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def made(audience: str = "workforce", *, weeks: int = 4, lang: str = "en", **more: object) -> render.Report:
    programme = build.fill(audience=audience, weeks=8, a_week=160, gap=(6,), **more)
    return render.make(programme, build.weeks_ago(weeks), build.weeks_ago(0), lang=lang)


def quoting(text: str) -> render.Report:
    """A customers' report whose main topic's posts say this."""
    programme = build.programme("shoppers", "customers")
    place = build.places("shoppers", 1)[0]
    day = build.weeks_ago(1) + timedelta(days=1)
    items = [
        build.said(
            "shoppers", n, day, "pay.tips", "complaint", speaker=f"{n}", text=text, sentiment="negative"
        )
        for n in range(12)
    ]
    build.keep(place, items)
    return render.make(programme, build.weeks_ago(1), build.weeks_ago(0))


def test_the_page_needs_nothing_else_and_runs_nothing() -> None:
    page = made().html().decode()
    for tag, attributes in Elements(page).found:
        assert tag not in {"script", "link", "iframe", "img", "object", "base", "form"}
        assert "style" not in attributes
        assert not any(name.startswith("on") for name in attributes)
        assert not (attributes.get("src") or attributes.get("href") or "").startswith(("http", "//"))
    assert "url(" not in page
    assert "@import" not in page


def test_every_chart_is_drawn_twice_with_words_for_those_who_do_not_see_it() -> None:
    page = made("customers").html().decode()
    elements = Elements(page).found
    drawings = [attributes for tag, attributes in elements if tag == "svg"]
    assert len(drawings) == 8
    assert {attributes["class"] for attributes in drawings} == {"wide", "narrow"}
    assert all(attributes["role"] == "img" and attributes["aria-labelledby"] for attributes in drawings)
    ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_headings_are_findings() -> None:
    page = made().html().decode()
    heads = re.findall(r"<h2[^>]*>([^<]+)</h2>", page)
    assert heads[0] == "Complaints take a larger share than before"
    assert "Scanning and photos rose most, Tips fell most" in heads
    assert heads[-2:] == ["What we could not see", "How this was made"]


def test_three_sentences_each_with_a_number() -> None:
    sentences = made().story.sentences
    assert len(sentences) == 3
    assert all(re.search(r"\d", sentence) for sentence in sentences)
    assert any("voices" in sentence for sentence in sentences)


def test_a_workforce_report_quotes_nobody() -> None:
    report = made()
    page = report.html().decode()
    assert report.story.quoted == ()
    assert "<blockquote" not in page
    assert "locker code was refused" not in page
    assert "No posts are quoted" in page


def test_a_workforce_report_quotes_where_its_programme_allows_it() -> None:
    report = made(quotes=True)
    assert report.story.quoted
    assert "<blockquote" in report.html().decode()


def test_a_workforce_report_has_no_mood_in_any_format() -> None:
    report = made()
    for format in ("html", "csv"):
        assert not re.search(r"unhappy|sounded|sentiment", report.write(format).decode())


@pytest.mark.parametrize("format", ["html", "pdf", "json", "csv"])
def test_hostile_words_are_words(format: str) -> None:
    content = quoting(HOSTILE).write(format)
    assert content
    if format == "html":
        page = content.decode()
        assert "<script" not in page
        assert not [1 for tag, _ in Elements(page).found if tag == "img"]
    if format == "pdf":
        text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
        assert "#import" in text
        assert "{{ 7|add:7 }}" in text


def test_the_table_is_tidy() -> None:
    rows = list(csv.DictReader(io.StringIO(made().csv().decode())))
    assert tuple(rows[0]) == render.COLUMNS
    assert all(None not in row for row in rows)
    assert {row["hidden"] for row in rows} == {"yes", "no"}
    assert all(row["value"] == "" for row in rows if row["hidden"] == "yes")
    weeks = [row for row in rows if row["section"] == "week" and row["key"] == "posts"]
    assert len(weeks) == 4


@pytest.mark.parametrize(
    "name", ["=HYPERLINK()", "+cmd|'/C'!A0", "-2+3", "@SUM(A1)", "\t=1", "%0A=1"], ids=repr
)
def test_a_spreadsheet_runs_nothing(name: str) -> None:
    programme = build.programme("couriers", "customers")
    place = build.places("couriers", 1)[0]
    items = [
        build.said("couriers", n, build.weeks_ago(1), name, "complaint", speaker=f"{n}", lang=name)
        for n in range(30)
    ]
    build.keep(place, items)
    content = render.make(programme, build.weeks_ago(1), build.weeks_ago(0)).csv().decode()
    for row in csv.reader(io.StringIO(content, newline="")):
        for cell in row:
            assert cell[:1] not in {"=", "+", "@", "\t", "%"}
            assert not cell.startswith("-") or re.fullmatch(r"-\d+(\.\d+)?", cell)


def test_the_json_says_the_range_as_days_and_the_sentences() -> None:
    report = made()
    told = msgspec.json.decode(report.json())
    assert told["from"] == build.weeks_ago(4).isoformat()
    assert told["to"] == (build.weeks_ago(0) - timedelta(days=1)).isoformat()
    assert tuple(told["sentences"]) == report.story.sentences
    assert told["figures"]["posts"] == report.figures.posts


def test_the_pdf_has_pages_with_the_findings() -> None:
    reader = pypdf.PdfReader(io.BytesIO(made().pdf()))
    text = " ".join(page.extract_text() for page in reader.pages)
    assert 2 <= len(reader.pages) <= 6
    assert "Complaints take a larger share than before" in text
    assert "What we could not see" in text


@pytest.mark.parametrize("text", ['"', "\\", '\\"#x', "a\nb", "\x00\x1b[31m", "„“ñ🚚"], ids=repr)
def test_a_typst_text_is_one_closed_literal(text: str) -> None:
    literal = pdf.text(text)
    inside = literal[1:-1].replace("\\\\", "").replace('\\"', "")
    assert literal[0] == literal[-1] == '"'
    assert '"' not in inside
    assert literal.isprintable()


@pytest.mark.parametrize("format", render.FORMATS)
def test_an_empty_programme_has_a_report_too(format: str) -> None:
    report = render.make(build.programme("empty"), build.weeks_ago(4), build.weeks_ago(0))
    assert report.story.sentences[0].startswith("No place is listened to yet")
    assert report.write(format)


def test_the_spanish_report_is_spanish() -> None:
    report = made(lang="es")
    page = report.html().decode()
    assert '<html lang="es">' in page
    assert "quejas" in report.story.sentences[0]
    assert "voces" in page
    words = re.sub(r"<[^>]*>", " ", re.sub(r"<style>.*?</style>", "", page, flags=re.S))
    for english in ("complaints", "voices", "posts", "Week of", "not seen", "hidden", "the", "weeks"):
        assert not re.search(rf"\b{english}\b", words), english


def test_a_report_that_leaves_looks_as_the_pages_do() -> None:
    """It is one file, so it carries the tokens along: they may not become others than the pages'."""
    own = Path(render.__file__).parent / "templates" / "report" / "report.css"
    pages = Path(render.__file__).parents[1] / "web" / "static" / "earnest" / "tokens.css"
    token = re.compile(r"(--[\w-]+):\s*([^;]+);")
    wanted = token.findall(pages.read_text("utf-8"))
    assert token.findall(own.read_text("utf-8"))[: len(wanted)] == wanted


def test_the_pdfs_colours_are_those_of_the_style_sheet() -> None:
    sheet = (Path(render.__file__).parent / "templates" / "report" / "report.css").read_text()
    light = sheet[: sheet.index("@media")]
    for name, value in paint.LIGHT.items():
        if name == "paper":
            continue
        found = re.search(rf"--{name}: oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)", light)
        assert found, name
        assert _srgb(*map(float, found.groups())) == value, name


def _srgb(lightness: float, chroma: float, hue: float) -> str:
    """OKLCH to the hexadecimal sRGB of CSS Color 4."""
    from math import cos, radians, sin

    a, b = chroma * cos(radians(hue)), chroma * sin(radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    gamma = (12.92 * x if x <= 0.0031308 else 1.055 * x ** (1 / 2.4) - 0.055 for x in linear)
    return "#" + "".join(f"{round(255 * min(1.0, max(0.0, x))):02x}" for x in gamma)
