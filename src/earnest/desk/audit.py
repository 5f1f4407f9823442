"""The audit chain: who read, changed or took out what, written down before it is done with.

    audit.note("person:3", "post_read", programme="riders", about="post:1234")

Promises: a link is written or the call fails, so that nothing is read unseen; it holds no words of a post and
no name (people are numbers, `person:3`); it is never changed, and `audit_verify.verify` finds what was.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

from earnest.desk import access, audit_key
from earnest.desk.accesses import Access, accesses, accesses_for
from earnest.store import chain, clock, read_audit, write_audit

__all__ = [
    "ACTIONS",
    "Access",
    "NotContentFree",
    "accesses",
    "accesses_for",
    "by",
    "note",
    "note_hourly",
    "ready",
]

ACTIONS: dict[str, str] = {
    "posts_read": "read a list of posts",
    "live_read": "followed new posts as they arrived",
    "post_read": "read one post",
    "exported": "took a report along as a file",
    "report_read": "read a report",
    "report_made": "made a report",
    "corrected": "corrected the labels of a post",
    "signed_in": "signed in",
    "signed_out": "signed out",
    "sign_in_refused": "somebody could not sign in",
    "person_added": "added a person or changed their role",
    "person_removed": "took a person off the desk",
    "person_invited": "invited somebody to the desk",
    "invitation_revoked": "took an invitation back",
    "invitation_accepted": "accepted an invitation",
    "password_changed": "changed a password",
    "email_set": "set a person's e-mail address",
    "password_link_asked": "somebody asked for a mail that sets another password",
    "second_factor_added": "added a second factor",
    "second_factor_removed": "removed a second factor",
    "second_factors_forgotten": "took a person's second factors away",
    "recovery_codes_made": "made recovery codes",
    "single_sign_on_joined": "joined their account with single sign-on",
    "sessions_ended": "ended sessions",
    "sign_in_locked": "somebody failed too often at signing in",
    "shown_changed": "chose whether the public notice names them",
    "link_made": "made a sign-in link",
    "programme_added": "added a programme",
    "programme_changed": "changed a programme's terms",
    "went_live": "let a programme begin to listen",
    "place_added": "added a place",
    "place_tried": "tried a place before adding it",
    "place_changed": "changed a place's settings",
    "place_paused": "paused a place",
    "place_resumed": "resumed a place",
    "place_closed": "closed a place",
    "place_moved": "took over a place's new address",
    "backfill_asked": "asked for a place's past",
    "backfill_stopped": "stopped reading a place's past",
    "secret_made": "made a signing secret for a place",
    "imported": "imported a file",
    "invited": "made an invitation for a community",
    "consent_opened": "saw a community's consent begin",
    "consent_renewed": "saw a community's consent renewed",
    "consent_paused": "could not prove a community's consent",
    "consent_closed": "saw a community's consent end",
    "opted_out": "let somebody opt out",
    "opted_in": "let somebody back in who had opted out",
    "erased": "erased posts",
    "erased_on_request": "erased what somebody asked to have erased",
    "swept": "deleted what was kept long enough",
    "rechecked": "looked again whether posts are still public",
    "keys_rotated": "changed the key of voices",
    "epoch_destroyed": "destroyed the voice key of a quarter",
    "model_chosen": "took over a model that was learned",
    "model_gone_back": "went back to the model before",
    "learning_begun": "had a model made from corrections",
    "correction_undone": "took a correction back",
    "review_read": "read posts of the review queue",
    "blind_read": "read posts of the blind sample",
    "blind_answered": "answered a post of the blind sample",
    "second_set": "changed who takes a second look at posts",
    "taxonomy_proposed": "proposed a change to the taxonomy",
    "taxonomy_taken_back": "took a proposed change to the taxonomy back",
    "taxonomy_applied": "decided for a change to the taxonomy",
    "taxonomy_begun": "let a version of the taxonomy begin",
    "alerts_read": "read alerts",
    "alert_closed": "closed an alert",
    "alert_snoozed": "put an alert aside",
    "alert_case": "opened a case from an alert, or added it to one",
    "alert_rule_set": "added or changed a rule of alerts",
    "alert_rule_removed": "took a rule of alerts away",
    "alert_rule_snoozed": "put a rule of alerts aside",
    "cases_read": "read cases",
    "case_read": "read a case",
    "case_opened": "opened a case",
    "case_filled": "put posts or themes into a case",
    "case_emptied": "took posts or themes out of a case",
    "case_changed": "changed a case",
    "case_closed": "closed a case",
    "case_reopened": "saw a case come back",
    "case_merged": "made two cases one",
    "case_split": "made one case two",
    "case_undone": "undid a change of a case",
    "case_noted": "wrote a note on a case",
    "note_erased": "wiped a note of a case",
    "case_attached": "put a file on a case",
    "case_detached": "deleted a file of a case",
    "attachment_read": "took a file of a case along",
    "action_recorded": "wrote down what was done about a case",
    "action_changed": "changed what was written of an action",
    "action_removed": "took an action back",
    "case_in_report": "decided whether reports tell of a case",
    "case_left_alone": "decided that a case stays closed",
    "audit_read": "read the audit chain",
    "audit_verified": "verified the audit chain",
    "audit_head": "took the head of the audit chain along",
    "chain_begun": "went on with a new key of the audit chain, the old one being lost",
    "theme_renamed": "gave a theme another name",
    "theme_merged": "made two themes one",
    "theme_unmerged": "undid the merging of two themes",
    "theme_split": "took a post out of a theme",
    "theme_dismissed": "said that a group of posts is no theme",
    "theme_restored": "said that a group of posts is a theme after all",
    "severe_seen": "put a severe post aside",
    "token_made": "made a token of the programming interface",
    "token_revoked": "revoked a token of the programming interface",
    "inbox_read": "read posts of the inbox",
    "inbox_taken": "took posts of the inbox to work on",
    "inbox_settled": "dealt with posts of the inbox",
    "inbox_tagged": "put a tag on posts",
    "inbox_untagged": "took a tag off posts",
    "inbox_filed": "put posts of the inbox into a case",
    "inbox_undone": "took back what they did in the inbox",
    "inbox_changed": "changed how the inbox works",
    "inbox_begun_afresh": "let the inbox begin afresh",
    "tag_renamed": "gave a tag another name",
    "tag_merged": "made two tags one",
    "tag_removed": "took a tag away",
    "view_saved": "saved a view",
    "view_shared": "gave a view to the whole desk",
    "view_removed": "removed a view",
    "channel_added": "added a channel for messages",
    "channel_changed": "changed a channel",
    "channel_secret_set": "set the secret of a channel",
    "channel_removed": "removed a channel",
    "channel_tested": "sent a test message",
    "hook_opened": "opened a way in for another system",
    "hook_closed": "closed the way in of another system",
    "hook_taken": "let another system tell something of a case",
    "message_retried": "had a message tried again",
    "message_dropped": "dropped a message",
    "sent_read": "read the list of what was sent",
    "ticket_asked": "asked for a ticket in another system",
    "ticket_linked": "linked a case to a ticket",
    "ticket_unlinked": "parted a case from a ticket",
    "ticket_answered": "answered what a closed ticket proposed",
    "team_set": "added or changed a team",
    "team_removed": "took a team away",
    "route_set": "added or changed a route of escalations",
    "route_removed": "took a route of escalations away",
    "escalated": "sent a case up",
    "escalation_asked": "asked for a case to be sent up",
    "escalation_declined": "declined to send a case up",
    "escalation_climbed": "told the next step of an escalation",
    "escalation_acknowledged": "acknowledged an escalation",
    "escalation_returned": "handed an escalation back",
    "escalation_handed_on": "handed an escalation on to another team",
    "escalation_stopped": "stopped an escalation",
    "escalation_resumed": "took the stop of an escalation back",
    "escalation_ended": "saw an escalation end with its case",
    "backed_up": "wrote a backup",
    "restored": "put back a backup",
    "upgraded": "brought the tables to a newer version",
    "dpia_made": "wrote a data protection impact assessment",
}
"""Every action, as the end of a sentence that begins with who did it."""

_ACTOR = re.compile(r"(person|delegate):\d{1,12}|system|cli|visitor")
_TOKEN = re.compile(r"[A-Za-z0-9._:/+-]+")
_NAME = re.compile(r"[a-z][a-z_]{0,23}")
_NUMBER = re.compile(r"\d{9}")
_PERSON = re.compile(r"(^|[/:])u/|://")
LONGEST = 60
MOST = 6


class NotContentFree(ValueError):
    """A link was to hold what none may: a defect of the caller, never of a person's input."""


def note(
    actor: str,
    action: str,
    *,
    programme: str | None = None,
    about: str = "",
    detail: Mapping[str, str | int] | None = None,
) -> None:
    """Write one link, in the caller's transaction where there is one (then as its last step).

    `about` and the values of `detail` are single words such as "post:12", "place:reviews", "2026Q3" or
    "pay.tips"; numbers are free. Raises NotContentFree for anything else, MissingKeys without the key.
    """
    detail = detail or {}
    _check(actor, action, programme, about, detail)
    home = Path(settings.EARNEST_HOME)
    write_audit.append(audit_key.key(home), actor, action, programme or "", about, chain.detail_text(detail))


def note_hourly(
    actor: str,
    action: str,
    *,
    programme: str | None = None,
    about: str = "",
    detail: Mapping[str, str | int] | None = None,
) -> None:
    """As `note`, at most once an hour for the same in every word: for pages that ask again by themselves."""
    ready()
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    if not read_audit.noted(actor, action, programme or "", about, chain.detail_text(detail or {}), hour):
        note(actor, action, programme=programme, about=about, detail=detail)


def by(
    user: access.Person,
    action: str,
    programme: str | None = None,
    about: str = "",
    *,
    hourly: bool = False,
    detail: Mapping[str, str | int] | None = None,
) -> None:
    """What a signed-in person does: their number, and the role they held when they did it."""
    role = access.role_of(user, programme) if programme else "admin" if user.is_superuser else None
    detail = dict(detail or {}) | ({"role": role} if role else {})
    actor = f"{'delegate' if role == 'delegate' else 'person'}:{user.pk}"
    (note_hourly if hourly else note)(actor, action, programme=programme, about=about, detail=detail)


def ready() -> None:
    """Raises MissingKeys when links could not be written: asked once when a process starts."""
    audit_key.key(Path(settings.EARNEST_HOME))


def _check(
    actor: str, action: str, programme: str | None, about: str, detail: Mapping[str, str | int]
) -> None:
    if not _ACTOR.fullmatch(actor):
        raise NotContentFree("An actor is person:<id>, delegate:<id>, system, cli or visitor.")
    if action not in ACTIONS:
        raise NotContentFree("This action is not in desk.audit.ACTIONS.")
    for word in (programme or "", about):
        _check_word(word)
    if len(detail) > MOST:
        raise NotContentFree(f"A link has at most {MOST} details.")
    for name, value in detail.items():
        if not _NAME.fullmatch(name):
            raise NotContentFree("A detail's name is a short lower-case word.")
        if isinstance(value, str):
            _check_word(value)
            if _NUMBER.search(value):
                raise NotContentFree("A link takes long numbers as numbers only.")
        elif not isinstance(value, int):
            raise NotContentFree(f"The detail '{name}' is neither a word nor a whole number.")


def _check_word(word: str) -> None:
    """One short word that is nobody's address, handle or number, and no words of a post."""
    if not word:
        return
    longest = 80 if ":" in word else LONGEST
    if len(word) > longest or not _TOKEN.fullmatch(word) or _PERSON.search(word):
        raise NotContentFree("A link takes single short words: no text, address, handle or link.")
