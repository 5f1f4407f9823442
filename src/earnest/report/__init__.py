"""Tell: what a report says, from roll-ups to a page that a leader reads.

Why: figures that people act on must name what they stand for. Promises: every figure comes from the roll-ups
and says its coverage; a gap is None, never 0; a figure that stands for too few voices is not in `Figures` at
all, so that no format (page, PDF, table, JSON) can leak it; sentences are written from figures by fixed
rules.

Read in this order: `shapes.py` (what is told), `figures.py` (measured), `cells.py` (hidden), `story.py`
(said), `charts.py` (drawn), `render.py` and `pdf.py` (written), `publish.py` (kept).
"""
