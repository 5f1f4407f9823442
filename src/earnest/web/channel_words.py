"""What the pages of channels, sent messages and tickets say: codes become words here, and nowhere else."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Sort:
    """A kind of channel, for a person who chooses one."""

    title: Promise
    says: Promise
    secret: Promise | None = None
    hint: Promise | None = None


SORTS: dict[str, Sort] = {
    "mail": Sort(_("Mail"), _("To one address or several, by the mail server of this installation.")),
    "apprise": Sort(
        _("A messenger"),
        _("Slack, Teams, Discord, Telegram, Mattermost, a pager, and some eighty others."),
        _("Its address"),
        _(
            "As apprise writes it: slack://…, workflows://… for Teams, discord://…, tgram://…."
            " It holds a key and is not shown again."
        ),
    ),
    "webhook": Sort(
        _("A signed webhook"),
        _("To a program of your own, signed the way Standard Webhooks does."),
        _("Its address"),
        _("Begins with https://. It is kept as a secret and not shown again."),
    ),
    "github": Sort(
        _("GitHub issues"),
        _("Cases get issues in a repository, and show how those stand."),
        _("A token"),
        _("A fine-grained token that may read and write issues of this one repository."),
    ),
    "gitlab": Sort(
        _("GitLab issues"),
        _("Cases get issues in a project, and show how those stand."),
        _("A token"),
        _("A project access token with the scope api."),
    ),
    "jira": Sort(
        _("Jira issues"),
        _("Cases get issues in a project, and show how those stand."),
        _("A token"),
        _("An API token, with the user it belongs to; or a personal access token without one."),
    ),
}

EVENTS: dict[str, Promise] = {
    "case_opened": _("A case was opened"),
    "case_changed": _("A case was changed"),
    "case_closed": _("A case was closed"),
    "case_reopened": _("A case came back"),
    "escalated": _("A case was escalated"),
    "acknowledged": _("An escalation was acknowledged"),
    "action_recorded": _("Something was done about a case"),
    "alert_opened": _("An alert was opened"),
}

KINDS: dict[str, Promise] = {
    **EVENTS,
    "escalation": _("Escalation"),
    "escalation_step": _("Escalation, a step up"),
    "ticket": _("A ticket is made"),
    "ticket_comment": _("A comment on a ticket"),
    "mention": _("Named in a note"),
    "assigned": _("Given a case"),
    "test": _("A test"),
}

RESULTS: dict[str, Promise] = {
    "": _("waits for its turn"),
    "delivered": _("arrived"),
    "partly": _("arrived, but some addresses were refused"),
    "by_hand": _("dropped by hand"),
    "post_gone": _("dropped: the post it was about is gone"),
    "restored": _("dropped: a backup was put back, and it may have been sent before"),
    "channel_off": _("the channel is off or was removed"),
    "busy": _("the other side is busy"),
    "slow": _("the other side asked to slow down"),
    "unreachable": _("the other side cannot be reached"),
    "not_allowed": _("this address is not allowed"),
    "unsure": _("the answer was cut off or makes no sense"),
    "sign_in": _("the other side does not know the key"),
    "forbidden": _("the other side does not allow this"),
    "not_found": _("nothing is at this address"),
    "gone": _("the other side says that this is gone for good"),
    "refused": _("the other side refuses the message"),
    "no_recipient": _("the mail server knows no such recipient"),
    "no_secret": _("the secret of the channel is missing"),
    "no_mail_server": _("no mail server is set"),
    "no_extra": _("the extra “notices” is not installed"),
    "no_address": _("the person has no confirmed address"),
    "too_long": _("it was tried for too long"),
    "unexpected": _("an unexpected error stopped it"),
}

STATES: dict[str, Promise] = {
    "waiting": _("waiting"),
    "sending": _("being sent"),
    "delivered": _("arrived"),
    "refused": _("refused"),
    "given_up": _("given up"),
    "dropped": _("dropped"),
}

TICKET_STATES: dict[str, Promise] = {
    "open": _("open"),
    "closed": _("closed"),
    "gone": _("not there any more"),
    "unknown": _("not looked at yet"),
}

TRACKERS: dict[str, str] = {"github": "GitHub", "gitlab": "GitLab", "jira": "Jira"}


def kind(code: str) -> Promise | str:
    """What a message was about; a code nobody named yet with its words parted."""
    return KINDS.get(code) or code.replace("_", " ")


def result(code: str) -> Promise | str:
    """How a message fared."""
    return RESULTS.get(code, RESULTS["unexpected"])


def rests(at: datetime | None, now: datetime) -> bool:
    """Whether a channel rests."""
    return at is not None and at > now
