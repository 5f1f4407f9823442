"""What stands on and beside charts and tables, and what tells them to those who do not see them. English."""

from collections.abc import Sequence

from earnest.report.pieces import Pieces
from earnest.report.shapes import Change, Week


class ChartWords(Pieces):
    """Titles, notes, column heads, keys, descriptions."""

    this_range = "this report"
    to = "to"
    before = "before"
    volume_title = "Posts by week"
    share_title = "Complaints in every 100 posts, by week"
    moods_title = "How customers’ posts sounded, by week"
    changes_title = "What rose and what fell"
    changes_unit = "posts for every 1,000"
    few_now = "now too few voices"
    few_then = "before: too few voices"
    as_table = "The figures as a table"
    category = "Category"

    volume_note = (
        "The line under the bars is coverage: drawn where we heard, hollow where nobody spoke, absent "
        "where we do not "
        "know. A dot is a week with too few posts to tell."
    )
    volume_part = " A pale bar is part of a week."
    share_note = "The band is the likely range, right 95 times in 100. The line under the weeks is coverage."
    changes_note = "Hollow: the period before. Filled: now. Ochre where most of what rose is complaints."
    moods_note = (
        "From below: unhappy, neither, content. What the words sound like to a model, as "
        "shares of the week’s posts."
    )
    heat_week_title = "Complaints for every 1,000 posts of the week, by category"
    heat_place_title = "Complaints for every 1,000 posts of the place, by category"

    def heat_hidden(self, floor: int) -> str:
        return f"hidden, fewer than {floor} voices"

    def under(self, value: int) -> str:
        return f"under {value}"

    def span(self, low: int, high: int) -> str:
        return f"{low} to {high}" if high > low else str(low)

    def over(self, value: int) -> str:
        return f"{value} and more"

    def volume_described(self, weeks: Sequence[Week]) -> str:
        told = [f"{self.short_day(week.week)}: {self._posts_or_why(week)}" for week in weeks]
        return "; ".join(told) + "." if told else self.nothing

    def _posts_or_why(self, week: Week) -> str:
        if week.hidden:
            return self.hidden_word
        return self.not_seen if week.posts is None else self.posts(week.posts)

    def share_described(self, weeks: Sequence[Week]) -> str:
        told = [
            f"{self.short_day(week.week)}: "
            + (
                self.not_seen
                if week.state == "unknown"
                else self.share(week.complaints.value, week.complaints.hidden)
            )
            for week in weeks
        ]
        return "; ".join(told) + "." if told else self.nothing

    def moods_described(self, weeks: Sequence[Week]) -> str:
        told = [
            f"{self.short_day(week.week)}: "
            + ", ".join(
                f"{self.moods[mood]} {self.hundred(getattr(week.moods, mood))}" for mood in self.moods
            )
            for week in weeks
            if week.moods
        ]
        return "; ".join(told) + "." if told else self.nothing

    def changes_described(self, shown: Sequence[Change]) -> str:
        told = [
            f"{change.name}: {self._rate(change.before)} {self.to} {self._rate(change.now)}"
            for change in shown
        ]
        return "; ".join(told) + "." if told else self.nothing

    def _rate(self, value: int | None) -> str:
        return self.hidden_word if value is None else self.whole(value)

    def state(self, state: str) -> str:
        return {"observed": "heard", "empty": self.nobody_spoke}.get(state, self.not_seen)

    volume_heads = ("Week of", "Posts", "Places heard", "Coverage")
    share_heads = ("Week of", "Complaints in 100 posts", "Likely range", "Coverage")
    moods_heads = ("Week of", "Unhappy", "Neither", "Content")
    changes_heads = ("Topic", "Before", "Now", "Likely change", "Voices at least")

    def range_of(self, low: float | None, high: float | None) -> str:
        return self.nothing if low is None or high is None else f"{self.hundred(low)} to {self.hundred(high)}"

    def places_heard(self, heard: int, places: int) -> str:
        return f"{heard} of {places}"
