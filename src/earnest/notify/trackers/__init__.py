"""Trackers of issues: what to ask of GitHub, GitLab and Jira, and how to read what they answer.

Nothing here sends: a tracker gives `Ask`s, whoever holds the guarded client sends them, and the answer comes
back to be read. Shapes are those of the official documents, named in each file.
"""

from earnest.notify.trackers.base import Ask, Garbled, Heard, Ticket, Tracker
from earnest.notify.trackers.github import GitHub
from earnest.notify.trackers.gitlab import GitLab
from earnest.notify.trackers.jira import Jira

__all__ = ["Ask", "Garbled", "GitHub", "GitLab", "Heard", "Jira", "Ticket", "Tracker", "tracker"]


def tracker(sort: str, settings: dict[str, str], token: str) -> Tracker:
    """The tracker of a channel. Raises BadSetting where its settings are not whole."""
    if sort == "github":
        return GitHub.of(settings, token)
    if sort == "gitlab":
        return GitLab.of(settings, token)
    return Jira.of(settings, token)
