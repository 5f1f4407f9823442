"""Who read what a community said, in the words of its delegate's page."""

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

WHO: dict[str, str | Promise] = {
    "viewer": _("a viewer"),
    "analyst": _("an analyst"),
    "lead": _("a lead"),
    "steward": _("a steward"),
    "delegate": _("a delegate"),
    "admin": _("an admin"),
    "cli": _("somebody at the server"),
    "system": _("Earnest itself"),
}
DID: dict[str, str | Promise] = {
    "posts_read": _("read a list of posts"),
    "live_read": _("followed new posts as they arrived"),
    "post_read": _("read one post"),
    "corrected": _("corrected the labels of a post"),
    "exported": _("took a report along as a file"),
    "report_read": _("read a report"),
    "report_made": _("made a report"),
    "review_read": _("read posts of the review queue"),
    "blind_read": _("read posts of the blind sample"),
    "inbox_read": _("read posts of the inbox"),
}
"""What is an access (`desk.accesses.READS`)."""


def who(role: str) -> str:
    """Somebody, by their role."""
    return str(WHO.get(role) or gettext("somebody no longer in this programme"))


def did(action: str) -> str:
    """What they did."""
    return str(DID[action])
