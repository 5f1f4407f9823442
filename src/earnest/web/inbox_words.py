"""What the inbox says: what was done, what waits, who is on it."""

from django.utils.translation import gettext, ngettext

from earnest.store.read_inbox import Order, Waiting
from earnest.store.write_inbox import Done
from earnest.web import words


def orders() -> dict[Order, str]:
    """What the queue may be ordered by, as a choice reads."""
    return {
        "newest": gettext("Newest first"),
        "severe": gettext("Most severe first"),
        "unsure": gettext("Unsure first"),
    }


def done(act: Done, tags: dict[int, str]) -> str:
    """What somebody did last, as one sentence."""
    count = len(act.posts)
    named = {"count": count, "tag": tags.get(act.about, "?"), "case": act.about}
    if act.what == "tag":
        return (
            ngettext("%(count)s post is tagged %(tag)s.", "%(count)s posts are tagged %(tag)s.", count)
            % named
        )
    if act.what == "untag":
        return (
            ngettext(
                "The tag %(tag)s is off %(count)s post.", "The tag %(tag)s is off %(count)s posts.", count
            )
            % named
        )
    if act.what == "label":
        return (
            ngettext(
                "%(count)s post has another label now.", "%(count)s posts have another label now.", count
            )
            % named
        )
    if act.what == "case":
        return (
            ngettext("%(count)s post is in case %(case)s.", "%(count)s posts are in case %(case)s.", count)
            % named
        )
    if act.how == "later":
        return ngettext("%(count)s post is put off.", "%(count)s posts are put off.", count) % named
    if act.how == "nothing":
        return (
            ngettext(
                "Nothing is to be done about %(count)s post.",
                "Nothing is to be done about %(count)s posts.",
                count,
            )
            % named
        )
    return ngettext("%(count)s post is done.", "%(count)s posts are done.", count) % named


def left(count: int) -> str:
    """What a bulk action did not touch."""
    if not count:
        return ""
    return ngettext(
        "%(count)s was left as it is: somebody else is on it, or has dealt with it.",
        "%(count)s were left as they are: somebody else is on them, or has dealt with them.",
        count,
    ) % {"count": count}


def back(posts: int, others: int) -> str:
    """What undoing did."""
    said = ngettext("Taken back for %(count)s post.", "Taken back for %(count)s posts.", posts) % {
        "count": posts
    }
    if not others:
        return said
    return f"{said} " + ngettext(
        "%(count)s was changed since and stays as it is.",
        "%(count)s were changed since and stay as they are.",
        others,
    ) % {"count": others}


def waits(waiting: Waiting) -> str:
    """How much waits and since when."""
    if not waiting.count or waiting.oldest is None:
        return gettext("Nothing waits.")
    named = {"count": words.number(waiting.count), "since": words.moment(waiting.oldest)}
    if waiting.more:
        return gettext("More than %(count)s posts wait, the oldest since %(since)s.") % named
    return (
        ngettext(
            "%(count)s post waits, since %(since)s.",
            "%(count)s posts wait, the oldest since %(since)s.",
            waiting.count,
        )
        % named
    )
