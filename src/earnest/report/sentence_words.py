"""The few sentences a report begins with, in English: what rose, what fell, what could not be heard."""

from collections.abc import Sequence

from earnest.report.chart_words import ChartWords
from earnest.report.shapes import Change, Compared, Figures, Problem, Share, Week


class SentenceWords(ChartWords):
    """Sentences that matter; `story.py` chooses among them."""

    def share_sentence(self, figures: Figures, posts: str) -> str:
        compared, now = figures.compared, self.hundred(figures.complaints.value or 0)
        said = f"{now} in every 100 posts were complaints"
        if compared is None:
            return f"{said}, of {posts}; nothing was heard before to compare it with."
        then = self.against(compared)
        if compared.then.value is None or compared.now.value is None:
            return f"{said}, of {posts}; too few were heard in the {then} to compare it with."
        old = self.hundred(compared.then.value)
        moved = self._moved(compared.change)
        if compared.within:
            said += f", of {posts}; in the last {self.length(compared.since, compared.until)} it was "
            said += self.hundred(compared.now.value)
            return (
                f"{said}, {moved} {old} in the {then}."
                if moved
                else f"{said}, about as many as in the {then} ({old})."
            )
        if not moved:
            return f"{said}, about as many as in the {then} ({old}), of {posts}."
        return f"{said}, {moved} {old} in the {then} ({posts})."

    def _moved(self, change: Share) -> str:
        if change.low is None or change.high is None:
            return ""
        return "up from" if change.low > 0 else "down from" if change.high < 0 else ""

    def against(self, compared: Compared) -> str:
        """four weeks before"""
        return f"{self.length(compared.before, compared.since)} before"

    def share_hidden_sentence(self, posts: str, floor: int) -> str:
        return f"{posts} were heard; how many were complaints stands for fewer than {floor} and is not told."

    def rise_sentence(self, change: Change) -> str:
        said = f"“{change.name}” rose most ({self.voices(change.voices)})"
        if change.now is not None and change.before is not None:
            said += f", from {self.whole(change.before)} to {self.whole(change.now)} in every 1,000 posts"
        elif change.now is not None:
            said += f", to {self.whole(change.now)} in every 1,000 posts"
        return f"{said}{self.where(change)}{self.words_said(change)}."

    def where(self, change: Change) -> str:
        return f", mostly in {self.listing(change.cause.where)}" if change.cause.where else ""

    def words_said(self, change: Change) -> str:
        words = [word.text for word in change.cause.words]
        return f"; often said: {self.quoted(words)}" if words else ""

    def fall_sentence(self, change: Change) -> str:
        said = f"“{change.name}” fell most"
        if change.now is not None and change.before is not None:
            said += f", from {self.whole(change.before)} to {self.whole(change.now)} in every 1,000 posts"
        elif change.before is not None:
            said += f", from {self.whole(change.before)} in every 1,000 posts to too few voices to count"
        return f"{said} ({self.voices(change.voices)} before)."

    def also_rose_sentence(self, change: Change) -> str:
        return (
            f"“{change.name}” rose as well "
            f"({self.voices(change.voices)}){self.where(change)}{self.words_said(change)}."
        )

    def problem_sentence(self, problem: Problem) -> str:
        share = (
            ""
            if problem.complaints is None
            else f"; {self.in_100(problem.complaints)} of these posts complain"
        )
        return f"Most voices spoke of “{problem.name}”: {self.voices(problem.voices)}{share}."

    def next_problem_sentence(self, problem: Problem) -> str:
        return f"“{problem.name}” comes next, with {self.voices(problem.voices)}."

    def steady_sentence(self, against: str) -> str:
        return f"No topic rose or fell beyond chance against the {against}."

    def no_topic_sentence(self, floor: int) -> str:
        return f"No topic was spoken of by as many as {floor} voices, so none is told apart."

    def gap_sentence(self, gaps: Sequence[Week], weeks: int) -> str:
        named = self.listing([self.day(week.week) for week in gaps])
        if len(gaps) == 1:
            return f"One of the {self.count(weeks)} weeks was not seen (that of {named}); it is in no figure."
        return (
            f"{self.count(len(gaps)).capitalize()} of {self.count(weeks)} weeks were not seen "
            f"({named}); they are in no figure."
        )

    def nothing_sentence(self, figures: Figures) -> str:
        if not figures.places:
            return (
                "No place is listened to yet, so nothing was heard from "
                f"{self.days(figures.since, figures.until)}."
            )
        known = sum(row.observed + row.empty for row in figures.coverage)
        if not known:
            return (
                f"Nothing is known of {self.days(figures.since, figures.until)}: no place was heard. "
                "It does not mean that nobody spoke."
            )
        if any(week.hidden for week in figures.weeks):
            return (
                f"Fewer than {figures.floor} voices spoke in {self.days(figures.since, figures.until)}, "
                "too few to tell of without giving somebody away."
            )
        return f"Nobody spoke in {self.days(figures.since, figures.until)}, where we listened."
