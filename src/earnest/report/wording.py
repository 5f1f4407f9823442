"""Every sentence of a report, in English. `wording_es.py` says the same in Spanish.

Sentences are written from figures by fixed rules (`story.py` chooses them). Calm words; a change never
without its range; "after", never "because".
"""

from collections.abc import Sequence
from datetime import date

from earnest.report.sentence_words import SentenceWords
from earnest.report.shapes import Change, Compared, Figures, HeatRow, Problem, Share, Week


class Wording(SentenceWords):
    """English."""

    heading_unseen = "What we could not see"
    heading_made = "How this was made"
    heading_kinds = "What sort of thing was said"

    # the head

    def title(self, name: str) -> str:
        return f"{name}: what was said"

    def heard_from(self, figures: Figures) -> str:
        places = f"{self.count(figures.places)} {'place' if figures.places == 1 else 'places'}"
        posts = self.posts(figures.posts)
        return f"{posts} from {places}" if figures.exact else f"About {posts} from {places}"

    def made_on(self, day: date) -> str:
        return f"Made on {self.day(day, year=True)}"

    no_authors = "Earnest knows no authors."
    delegate = "The community’s delegate receives the same report on the same day"

    # findings: the headings of the sections

    def volume_finding(self, figures: Figures) -> str:
        posts, old = figures.posts, figures.posts_before
        if not old:
            return f"{self.posts(posts)} were heard"
        ratio = posts / old
        if ratio >= 1.15:
            return f"More was said: {self.posts(posts)}, where it was about {self.whole(old)} before"
        if ratio <= 0.87:
            return f"Less was said: {self.posts(posts)}, where it was about {self.whole(old)} before"
        return f"{self.posts(posts)}, about as many as before"

    def volume_prose(self, figures: Figures, uneven: bool) -> str:
        if uneven:
            return (
                "Places were heard in some weeks and not in others, so part of the change may be in "
                "the hearing."
            )
        return "The same places were heard in both periods, as far as it is known."

    def share_finding(self, share: Share, compared: Compared | None) -> str:
        if share.value is None:
            return "How many posts were complaints cannot be told"
        moved = self._moved(compared.change) if compared else ""
        if not moved:
            return f"About {self.hundred(share.value)} in 100 posts are complaints"
        size = "larger" if moved == "up from" else "smaller"
        return f"Complaints take a {size} share than before"

    def share_prose(self, share: Share, compared: Compared | None) -> str:
        if share.value is None or share.low is None or share.high is None:
            return "The number of complaints stands for too few voices."
        likely = f"The likely range is {self.hundred(share.low)} to {self.hundred(share.high)} in 100."
        if compared is None or compared.change.low is None or compared.change.high is None:
            return likely
        low, high = round(100 * compared.change.low), round(100 * compared.change.high)
        whose = (
            f"The last {self.length(compared.since, compared.until)}, against"
            if compared.within
            else "Against"
        )
        moved = "is likely" if self._moved(compared.change) else "is within chance,"
        span = f"{self.signed(low)} to {self.signed(high)} in 100"
        return f"{likely} {whose} the {self.against(compared)}: the change {moved} {span}."

    def gaps_note(self, gaps: Sequence[Week]) -> str:
        if not gaps:
            return ""
        named = self.listing([self.day(week.week) for week in gaps])
        many = "A gap." if len(gaps) == 1 else f"{self.count(len(gaps)).capitalize()} gaps."
        weeks = "the week of" if len(gaps) == 1 else "the weeks of"
        return (
            f"{many} In {weeks} {named} no place was heard. Nothing is drawn there. It does not "
            "mean that nobody spoke."
        )

    def changes_finding(self, rising: Sequence[Change], falling: Sequence[Change]) -> str:
        if rising and falling:
            return f"{rising[0].name} rose most, {falling[0].name} fell most"
        if rising:
            return f"{rising[0].name} rose most"
        return f"{falling[0].name} fell most" if falling else "Nothing rose or fell beyond chance"

    def changes_prose(self, compared: Compared) -> str:
        now = f", in the last {self.length(compared.since, compared.until)}" if compared.within else ""
        return (
            f"Posts on a topic for every 1,000 posts{now}, against the {self.against(compared)}. Only "
            "topics whose "
            "change is beyond chance are here (99 times in 100), those with the largest change times "
            "voices first."
        )

    steady_prose = (
        "Topics moved no more than they would by chance. That may also mean that too few posts were heard."
    )

    def change_fact(self, change: Change) -> tuple[str, str]:
        """A term and what is to be said of it."""
        name = f"{change.name} {'rose' if change.rising else 'fell'}"
        said = []
        if change.low is not None and change.high is not None:
            low, high = sorted((abs(change.low), abs(change.high)))
            said.append(f"Likely by {self.whole(low)} to {self.whole(high)} in every 1,000 posts.")
        if change.cause.where:
            said.append(f"Mostly in {self.listing(change.cause.where)}.")
        if change.cause.since:
            said.append(f"First stands out in the week of {self.day(change.cause.since)}.")
        if change.rising and change.complaints is not None:
            said.append(f"{self.in_100(change.complaints).capitalize()} of these posts are complaints.")
        said.append(f"{self.voices(change.voices).capitalize()}{'' if change.rising else ' before'}.")
        return name, " ".join(said)

    often_said = "Often said:"
    why_note = (
        "What the posts have in common is where they come from and the words they hold. It does not "
        "prove a cause. "
        "A word is shown only when it stands in enough posts."
    )

    def heat_finding(self, rows: Sequence[HeatRow]) -> str:
        if not rows:
            return "Complaints by category cannot be told"
        return f"{rows[0].title} draws the most complaints"

    heat_prose = (
        "Complaints for every 1,000 posts of the week, so that a busy week does not look like a bad one."
    )

    def heat_note(self, floor: int, few: int) -> str:
        said = (
            f"A dot is a cell hidden because fewer than {floor} voices spoke, or because it would "
            "give such a cell away."
        )
        if few == 1:
            return f"{said} One more category is hidden throughout or has no complaints."
        return (
            f"{said} {self.count(few).capitalize()} more categories are hidden throughout or have no "
            "complaints."
            if few
            else said
        )

    def heat_none(self, floor: int) -> str:
        return (
            f"Complaints on each category stand for fewer than {floor} voices a week, or give such "
            "a week away."
        )

    def place_finding(self, rows: Sequence[HeatRow]) -> str:
        return "Where complaints were heard, by place"

    place_prose = (
        "Complaints for every 1,000 posts of each place: what people bring up differs by where they speak."
    )

    def problems_finding(self, problems: Sequence[Problem]) -> str:
        if not problems:
            return "No topic reached enough voices to be told"
        return f"Most voices: {self.listing([problem.name for problem in problems[:2]])}"

    def problems_prose(self, figures: Figures) -> str:
        return (
            "Distinct voices are counted within a topic and quarter; the same person under two topics "
            "cannot be known, "
            "so voices of different topics must not be added. Posts are rounded."
        )

    def no_quotes(self) -> str:
        return "No posts are quoted: this programme is about people’s work."

    quotes_note = "Quotes are posts as they were kept: names, numbers and addresses were replaced before."
    problem_heads = ("Topic", "Voices", "Posts, about", "Complaints among them", "Who can act")

    def moods_finding(self, weeks: Sequence[Week]) -> str:
        told = [week.moods for week in weeks if week.moods]
        if not told:
            return "How posts sounded cannot be told"
        share = sum(mood.negative for mood in told) / len(told)
        return f"In a usual week, {self.hundred(share)} in 100 posts sound unhappy"

    moods_prose = "How a customer’s post sounds says little about what to do; the topics above do."

    def kinds_prose(self, parts: Sequence[tuple[str, str]], hidden: Sequence[str]) -> str:
        """parts: (name, share), largest first; hidden: names of those that stand for too few voices."""
        return f"In every 100 posts: {self._mixed(parts, hidden)}."

    def languages_prose(self, parts: Sequence[tuple[str, str]], hidden: Sequence[str]) -> str:
        """As `kinds_prose`."""
        return f"By language, in every 100 posts: {self._mixed(parts, hidden)}."

    def _mixed(self, parts: Sequence[tuple[str, str]], hidden: Sequence[str]) -> str:
        told = ", ".join(f"{name} {share}" for name, share in parts)
        few = f"{self.listing(hidden)}: {self.hidden_word}" if hidden else ""
        return "; ".join(part for part in (told, few) if part)

    def place_hours(self, title: str, observed: int, empty: int, unknown: int) -> str:
        hours = observed + empty + unknown
        return (
            f"{title}: of {self.whole(hours)} hours, {self.whole(observed)} with posts, "
            f"{self.whole(empty)} in which nobody spoke, {self.whole(unknown)} not known."
        )

    def withheld(self, weeks: Sequence[int | None]) -> str:
        known = [count for count in weeks if count is not None]
        said = "Posts withheld at the gate, on the whole installation and for all reasons together: "
        if not known:
            return f"{said}fewer than 20 a week."
        low, high = min(known), max(known)
        amount = (
            f"about {self.whole(low)}" if low == high else f"about {self.whole(low)} to {self.whole(high)}"
        )
        quiet = "" if len(known) == len(weeks) else ", in other weeks fewer than 20"
        return f"{said}{amount} a week{quiet}. The figure is rounded and never split."

    def unclear(self, share: float | None) -> str:
        if share is None:
            return ""
        return (
            f"{self.in_100(share).capitalize()} posts could not be placed under any topic without a "
            "picture or more context."
        )

    beyond = "People who speak in none of these places. We do not look for them."
    withheld_note = "Withheld posts were dropped before anything was stored. Nobody here has read them."

    def made(self, figures: Figures, model: str) -> list[str]:
        said = ["Every post is labelled by a model that runs on this machine. Its labels are estimates."]
        if model:
            said[0] += f" {model}"
        if figures.quality:
            right = sum(one.right for one in figures.quality)
            of = sum(one.of for one in figures.quality)
            said.append(
                f"People looked at {self.whole(of)} labelled posts here and left {self.whole(right)} "
                "as they were."
            )
        if figures.blind is not None:
            blind = figures.blind
            said.append(
                f"On {self.whole(blind.of)} posts drawn by lot, labelled by people who did not see the "
                f"model's answer, its main label was right for {self.hundred(blind.right)} in 100 "
                f"({self.hundred(blind.low)} to {self.hundred(blind.high)})."
            )
        said.append(
            "Voices are counted inside a topic with a key that is destroyed after the quarter closes. "
            "No list of people "
            f"exists. A figure that stands for fewer than {figures.floor} voices is hidden, and with "
            "it what would give it "
            f"away. Counts of a topic are rounded to the nearest {figures.floor}."
        )
        if figures.audience == "customers":
            said.append("Of a topic whose posts all came without an author, each post counts as a voice.")
        said.append(
            "Sentences are written from the figures by fixed rules. Ranges are right 95 times in 100 "
            "(99 for what rose and "
            "fell), and allow for one voice speaking several times."
            + (" No mood was computed for anyone." if figures.audience == "workforce" else "")
        )
        page = f"/leave/{figures.programme}"
        said.append(f"Whoever does not want to be heard writes “Earnest opt out” or uses {page} here.")
        return said

    def model_quality(self, right: float, of: int) -> str:
        return (
            f"On {self.whole(of)} examples it had not seen, its main label was right for "
            f"{self.hundred(right)} in 100."
        )


def of(lang: str) -> Wording:
    """The wording of a language; English where there is none."""
    if lang == "es":
        from earnest.report.wording_es import Espanol

        return Espanol()
    return Wording()
