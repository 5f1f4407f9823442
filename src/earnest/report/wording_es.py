"""Placeholder"""

from earnest.report.wording import Wording


class Espanol(Wording):
    """Español."""
