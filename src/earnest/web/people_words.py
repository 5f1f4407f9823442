"""Words for roles, and the mail that invites somebody."""

from collections.abc import Callable

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from earnest.desk.invitations import LIVES, Made
from earnest.desk.letters import Letter
from earnest.store import read_people

ROLES = {
    "viewer": _("viewer"),
    "delegate": _("delegate"),
    "analyst": _("analyst"),
    "lead": _("lead"),
    "steward": _("steward"),
    "admin": _("admin"),
}

DOES = {
    "viewer": _("Sees figures, themes and reports; no single post."),
    "delegate": _(
        "Speaks for a community: sees the figures, the same reports as the operator, who accessed the posts,"
        " and may pause its places."
    ),
    "analyst": _("Reads posts, works the inbox and the cases, corrects labels, records what was done."),
    "lead": _("An analyst who also escalates, makes reports, and keeps rules, routes and the taxonomy."),
    "steward": _("A lead who also keeps places, consent, retention and people, and sees the audit."),
    "admin": _("Everything, in this programme."),
}
"""What each role does, in a sentence."""


def letter(before: str, programme: str, role: str) -> Callable[[str], Letter]:
    """The mail of an invitation, for its token; the link is `before` and the token."""

    def made(token: str) -> Letter:
        subject = gettext("You are invited to the listening desk of %(programme)s") % {"programme": programme}
        text = gettext(
            "You are invited to the listening desk of %(programme)s, as %(role)s.\n\n"
            "%(does)s\n\n"
            "Choose a name and a password here, within %(days)s days:\n%(link)s\n\n"
            "The link works once. If you did not expect this, do nothing: it runs out by itself."
        ) % {
            "programme": programme,
            "role": ROLES.get(role, role),
            "does": DOES.get(role, ""),
            "days": LIVES.days,
            "link": f"{before}{token}",
        }
        return Letter(subject, text)

    return made


CHANGED = {
    "email_set": _("The e-mail address of your account was changed; this was the one before."),
    "password_changed": _("The password of your account was changed."),
    "second_factor_added": _("A second factor was added to your account."),
    "second_factor_removed": _("A second factor was removed from your account."),
    "recovery_codes_made": _("New recovery codes were made for your account."),
    "single_sign_on_joined": _("Your account was joined with single sign-on."),
}
"""What is told by mail when an account changes."""


def changed(action: str, name: str) -> Letter:
    """The mail that tells somebody how their way in changed."""
    text = gettext(
        "%(what)s\n\nYou sign in as %(name)s. If it was not you, tell whoever runs the desk at once."
    ) % {"what": CHANGED[action], "name": name}
    return Letter(gettext("Your account on the listening desk"), text)


def told(action: str) -> Callable[[int, str], Letter]:
    """The same mail for an account's id and name, in the language that they chose."""

    def made(user: int, name: str) -> Letter:
        with _theirs(user):
            return changed(action, name)

    return made


def forgotten(before: str) -> Callable[[int, str, str], Letter]:
    """The mail with a link for another password; the link is `before` and its token."""

    def made(user: int, name: str, token: str) -> Letter:
        with _theirs(user):
            text = gettext(
                "Somebody asked for a new password for your account on the listening desk; you sign in as"
                " %(name)s.\n\n"
                "Choose it here, within an hour:\n%(link)s\n\n"
                "The link works once. If you did not ask, do nothing: your password stays as it is."
            ) % {"name": name, "link": f"{before}{token}"}
            return Letter(gettext("A new password for the listening desk"), text)

    return made


def confirming(before: str, name: str) -> Callable[[str], Letter]:
    """The mail to a new address, for its token: the reader asked for it on the page they look at."""

    def made(token: str) -> Letter:
        text = gettext(
            "%(name)s wants to use this e-mail address on the listening desk.\n\n"
            "Confirm it here, within a day:\n%(link)s\n\n"
            "If that is not you, do nothing: the address is not used."
        ) % {"name": name, "link": f"{before}{token}"}
        return Letter(gettext("Confirm your e-mail address"), text)

    return made


def _theirs(user: int) -> translation.override:
    """The language that a person chose; else that of the page, which is how whoever asks reads it."""
    chosen = read_people.chosen(user).language
    return translation.override(chosen if chosen in dict(settings.LANGUAGES) else translation.get_language())


def mailed(made: Made) -> str:
    """What became of the mail."""
    said = {
        "sent": gettext("The mail is on its way."),
        "no_server": gettext("No mail server is set, so no mail was sent: pass the link on yourself."),
        "failed": gettext("The mail server did not take the mail: pass the link on yourself."),
    }
    return said.get(made.mailed, "")
