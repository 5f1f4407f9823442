"""The small pieces that sentences are made of, in English: numbers, days, lists."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta


class Pieces:
    """How one language writes numbers, shares, days and lists. `wording_es.py` overrides what differs."""

    lang = "en"
    months: Sequence[str] = (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    )  # fmt: skip
    kinds: Mapping[str, str] = {
        "complaint": "complaints",
        "question": "questions",
        "idea": "ideas",
        "praise": "praise",
        "report": "reports of what happened",
    }
    languages: Mapping[str, str] = {
        "en": "English", "es": "Spanish", "pt": "Portuguese", "fr": "French", "de": "German", "it": "Italian",
        "nl": "Dutch", "sv": "Swedish", "ca": "Catalan", "und": "could not be told",
    }  # fmt: skip
    moods: Mapping[str, str] = {"negative": "unhappy", "neutral": "neither", "positive": "content"}

    nothing = "–"
    not_seen = "not seen"
    nobody_spoke = "nobody spoke"

    def whole(self, value: float) -> str:
        """1,204"""
        return f"{round(value):,}"

    def percent(self, value: float) -> str:
        return f"{round(value)}%"

    def share(self, value: float | None, hidden: bool = False) -> str:
        """38 in 100, or that it is hidden, or a dash."""
        if value is None:
            return self.hidden_word if hidden else self.nothing
        return self.in_100(value)

    hidden_word = "too few voices"

    def in_100(self, value: float) -> str:
        return f"{self.hundred(value)} in 100"

    def hundred(self, value: float) -> str:
        """A share as a number of 100, never 0 or 100 for what is not quite so."""
        count = round(100 * value)
        if count == 0 and value > 0:
            return "fewer than 1"
        if count == 100 and value < 1:
            return "more than 99"
        return str(count)

    def signed(self, value: int) -> str:
        """+8, −3, 0"""
        return f"{'+' if value > 0 else '−' if value < 0 else ''}{self.whole(abs(value))}"

    def posts(self, count: int) -> str:
        return f"{self.whole(count)} {'post' if count == 1 else 'posts'}"

    def voices(self, count: int) -> str:
        return f"{self.whole(count)} {'voice' if count == 1 else 'voices'}"

    def short_day(self, day: date) -> str:
        return f"{day.day} {self.months[day.month - 1][:3]}"

    def day(self, day: date, *, year: bool = False) -> str:
        return f"{day.day} {self.months[day.month - 1]}" + (f" {day.year}" if year else "")

    def days(self, since: date, until: date) -> str:
        """19 October to 15 November 2026 (`until` is the day after)."""
        last = until - timedelta(days=1)
        if last <= since:
            return self.day(since, year=True)
        if (since.year, since.month) == (last.year, last.month):
            return f"{since.day} to {self.day(last, year=True)}"
        return f"{self.day(since, year=since.year != last.year)} to {self.day(last, year=True)}"

    def length(self, since: date, until: date) -> str:
        """four weeks, or 10 days"""
        days = (until - since).days
        if days % 7:
            return f"{days} days" if days != 1 else "day"
        return "week" if days == 7 else f"{self.count(days // 7)} weeks"

    def count(self, number: int) -> str:
        named = (
            "no",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        )
        return named[number] if 0 <= number < len(named) else self.whole(number)

    def listing(self, items: Sequence[str]) -> str:
        """a, b and c"""
        if len(items) < 2:
            return "".join(items)
        return f"{', '.join(items[:-1])} and {items[-1]}"

    def quoted(self, words: Sequence[str]) -> str:
        return ", ".join(f"“{word}”" for word in words)
