"""The report as PDF, set by typst: no browser, no system package, nothing fetched.

The document is written from the same `Story` as the page. Every text goes in as a typst string literal, so
that nothing that anybody wrote can be read as markup or code.
"""

from types import ModuleType

from earnest.record.errors import MissingExtra
from earnest.report import paint
from earnest.report.document import Block, Chart, Facts, Grid, HeatTable, Lines, Quotes, Section, Story, Table

_HEAD = """
#set document(title: {title})
#set page(paper: "a4", margin: (x: 22mm, top: 20mm, bottom: 20mm), numbering: "1", footer: context [
  #set text(size: 8pt, fill: rgb("{ink3}"))
  #{foot} #h(1fr) #counter(page).display("1")
])
#set text(font: ({fonts}), size: 10pt, lang: {lang}, fill: rgb("{ink}"))
#set par(leading: 0.62em, spacing: 0.9em, justify: false)
#let quiet(body) = text(size: 8.5pt, fill: rgb("{ink3}"), body)
#let section(title) = block(
  above: 2.2em, below: 0.8em, sticky: true, breakable: false, text(size: 14pt, weight: 600, title),
)
#let aside(body) = block(
  inset: (left: 8pt), stroke: (left: 0.6pt + rgb("{rule2}")), text(size: 8.5pt, fill: rgb("{ink2}"), body),
)
"""

_SANS = ("Liberation Sans", "Arial", "Helvetica", "Noto Sans", "DejaVu Sans", "Libertinus Serif")
_SERIF = ("Charter", "Noto Serif", "Libertinus Serif")


def write(story: Story) -> bytes:
    """The story as a PDF. Raises MissingExtra where typst is not installed."""
    typst = _typst()
    files = {"main.typ": ""}
    parts = [_head(story), _front(story)]
    for section in story.sections:
        parts.append(_section(section, files))
    files["main.typ"] = "\n".join(parts)
    found: bytes = typst.compile(
        {name: text.encode() for name, text in files.items()} | {"main": files["main.typ"].encode()}
    )
    return found


def _typst() -> ModuleType:
    try:
        import typst
    except ImportError as error:
        raise MissingExtra("A report as PDF", "pdf") from error
    module: ModuleType = typst
    return module


def text(value: str) -> str:
    """A typst string literal: nothing in it is markup or code, and no control character remains."""
    plain = "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in value)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _head(story: Story) -> str:
    values = {
        "title": text(f"{story.title}, {story.range}"),
        "foot": text(f"{story.title}, {story.range}"),
        "lang": text(story.lang),
        "fonts": _fonts(_SANS),
        "ink": paint.LIGHT["ink"],
        "ink2": paint.LIGHT["ink-2"],
        "ink3": paint.LIGHT["ink-3"],
        "rule2": paint.LIGHT["rule-2"],
    }
    head = _HEAD
    for key, value in values.items():
        head = head.replace(f"{{{key}}}", value)
    return head


def _fonts(names: tuple[str, ...]) -> str:
    return ", ".join(text(name) for name in names)


def _front(story: Story) -> str:
    lines = [
        f"#text(size: 22pt, weight: 600, {text(story.title)})",
        f"#v(-0.6em)\n#text(size: 13pt, fill: rgb({text(paint.LIGHT['ink-2'])}), {text(story.range)})",
        f"\n#quiet({text('   ·   '.join(story.byline))})",
        "#v(1em)",
    ]
    for number, sentence in enumerate(story.sentences, 1):
        lines.append(
            "#block(above: 1.1em, grid(columns: (18pt, 1fr), "
            f"quiet({text(str(number))}), text(size: 13pt, {text(sentence)})))"
        )
    return "\n".join(lines)


def _section(section: Section, files: dict[str, str]) -> str:
    lines = [f"#section({text(section.heading)})"]
    # Sticky: a heading and its words never stay behind on a page that its figure left.
    sticky = "true" if section.blocks else "false"
    lines += [f"#block(sticky: {sticky}, above: 0.9em, {text(paragraph)})" for paragraph in section.prose]
    lines += [_block(block, files) for block in section.blocks]
    lines += [f"#aside({text(note)})" for note in section.aside]
    return "\n".join(lines)


def _block(block: Block, files: dict[str, str]) -> str:
    match block:
        case Chart():
            return _chart(block, files)
        case HeatTable():
            return _heat(block)
        case Facts():
            return _facts(block)
        case Table():
            return _grid(block.grid)
        case Quotes():
            return "\n".join(
                f"#block(above: 1em, breakable: false)[#text(font: ({_fonts(_SERIF)}), size: 10.5pt, "
                f"{text(quote.text)})"
                f" \\ #quiet({text(quote.where)})]"
                for quote in block.quotes
            )
        case Lines():
            return "#list(" + ", ".join(text(line) for line in block.lines) + ",)"


def _chart(chart: Chart, files: dict[str, str]) -> str:
    name = f"chart-{len(files)}.svg"
    files[name] = paint.standalone(chart.drawing.wide)
    return (
        f"#block(above: 1.2em, breakable: false)[*#{text(chart.title)}* \\ #quiet({text(chart.note)})\n"
        f"#image({text(name)}, width: 100%, alt: {text(chart.title)})]"
    )


def _grid(grid: Grid) -> str:
    columns = ", ".join("1fr" if at == 0 else "auto" for at in range(len(grid.heads)))
    aligned = ", ".join("right" if at in grid.numbers else "left" for at in range(len(grid.heads)))
    cells = [f"quiet({text(head)})" for head in grid.heads]
    cells += [text(value) for row in grid.rows for value in row]
    return (
        f"#block(above: 1em, text(size: 9pt, table(columns: ({columns}), align: ({aligned}), inset: "
        "(x: 4pt, y: 5pt), "
        f"stroke: (x, y) => (bottom: 0.5pt + rgb({text(paint.LIGHT['rule'])})), {', '.join(cells)})))"
    )


def _heat(table: HeatTable) -> str:
    columns = ", ".join(["auto"] + ["1fr"] * len(table.heads))
    cells = [f"quiet({text(table.corner)})"] + [f"align(center, quiet({text(head)}))" for head in table.heads]
    for title, spots in table.lines:
        cells.append(text(title))
        for spot in spots:
            if spot.step == "gap":
                words = f"rotate(-90deg, reflow: true, quiet({text(spot.text)}))"
                cells.append(f"table.cell(rowspan: {spot.rows}, align: center + horizon, {words})")
            elif spot.step == "few":
                cells.append(
                    f'table.cell(stroke: (dash: "dotted", paint: rgb({text(paint.LIGHT["control"])}), '
                    "thickness: 0.5pt), align: center, [·])"
                )
            else:
                fill = paint.LIGHT[f"heat-{spot.step}"]
                ink = paint.LIGHT["paper" if spot.step in ("4", "5") else "ink"]
                cells.append(
                    f"table.cell(fill: rgb({text(fill)}), align: center, text(fill: rgb({text(ink)}), "
                    f"{text(spot.text)}))"
                )
    key = "   ".join(
        f"{'· ' if step == 'few' else ''}{words}" for step, words in table.legend if step == "few"
    )
    size = "9pt" if len(table.heads) <= 12 else "6.5pt"
    return (
        f"#block(above: 1em, breakable: false)[#quiet({text(table.title)})\n#text(size: {size}, "
        f"table(columns: ({columns}), inset: (x: 3pt, y: 4.5pt), stroke: none, column-gutter: 2pt, "
        "row-gutter: 2pt, "
        f"{', '.join(cells)}))\n#quiet({text(key)})]"
    )


def _facts(facts: Facts) -> str:
    cells = []
    for fact in facts.facts:
        said = fact.text
        if fact.words:
            said += f" {facts.often} {', '.join(word.text for word in fact.words)}."
        cells += [f"text(weight: 600, {text(fact.term)})", text(said)]
    return (
        "#block(above: 1.2em, grid(columns: (32%, 1fr), row-gutter: 0.9em, column-gutter: 10pt, "
        f"{', '.join(cells)}))"
    )
