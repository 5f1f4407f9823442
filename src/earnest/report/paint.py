"""The light colours as plain values, for what cannot read the style sheet's variables: the PDF.

They are those of `templates/report/report.css`, whose colours a test computes again and compares.
"""

LIGHT: dict[str, str] = {
    "paper": "#ffffff",
    "ink": "#161d22",
    "ink-2": "#424a51",
    "ink-3": "#5f666c",
    "rule": "#dcdfe1",
    "rule-2": "#bbbec1",
    "control": "#7f868c",
    "accent": "#066478",
    "complaint": "#9f4d1a",
    "chart-c1": "#227691",
    "chart-c2": "#d67523",
    "chart-context": "#888d91",
    "heat-0": "#f3f8f9",
    "heat-1": "#d7eaef",
    "heat-2": "#b0d5df",
    "heat-3": "#7bb7c7",
    "heat-4": "#22798e",
    "heat-5": "#075365",
}

_RULES = """
text { font-family: "Liberation Sans", Arial, Helvetica, "Noto Sans", "DejaVu Sans", "Libertinus Serif";
       font-size: 12.5px; fill: $ink-2 }
.t-strong { fill: $ink; font-weight: 600 } .t-quiet { fill: $ink-3; font-size: 12px }
.t-c1 { fill: $accent; font-weight: 600 } .t-c2 { fill: $complaint; font-weight: 600 }
.rule { stroke: $rule; stroke-width: 1 } .base, .tick, .lead-line { stroke: $ink-3; stroke-width: 1; fill:
none } .l1, .l2, .l0 { fill: none; stroke-width: 2; stroke-linejoin: round } .l1 { stroke: $chart-c1 } .l2 {
stroke: $chart-c2 } .l0 { stroke: $chart-context } .b1 { fill: $chart-c1 } .b2 { fill: $chart-c2 } .b0 {
fill: $chart-context; fill-opacity: .55 } .band1 { fill: $chart-c1; fill-opacity: .15 } .band2 { fill:
$chart-c2; fill-opacity: .16 } .band0 { fill: $chart-context; fill-opacity: .18 }
.ci2 { stroke: $chart-c2; stroke-width: 1.5 } .ci1 { stroke: $chart-c1; stroke-width: 1.5 }
.dot0 { fill: $chart-context } .ring { fill: $paper; stroke-
width: 2 } .r1 { stroke: $chart-c1 } .r2 { stroke: $chart-c2 } .empty { fill: none; stroke: $ink-3; stroke-
width: 1 } .seen { fill: $ink-3 }
"""


def standalone(drawing: str) -> str:
    """A drawing that carries its own style and can stand alone as a file."""
    rules = _RULES
    for name in sorted(LIGHT, key=len, reverse=True):
        rules = rules.replace(f"${name}", LIGHT[name])
    head, mark, rest = drawing.partition(">")
    return f'{head} xmlns="http://www.w3.org/2000/svg"{mark}<style>{rules}</style>{rest}'
