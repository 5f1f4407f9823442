"""`earnest annotate` on one machine. Read `run.py` first; `hand.py` is what each process does."""

from earnest.flow.annotate.run import Annotated, annotate

__all__ = ["Annotated", "annotate"]
