"""What takes each personal column away: one row a column, with what is said of it to a person.

A column that says something of a person and is neither here nor among the plain ones fails a test.
"""

from collections.abc import Callable
from dataclasses import dataclass

from earnest.store import erase_actions, erase_cases, erase_escalations
from earnest.store.erase import bury, erase_posts, erase_user, let_back, remove, sweep, withdraw
from earnest.store.erase_inbox import unfile
from earnest.store.erase_learned import unlearn
from earnest.store.erase_outbox import remove_channel, unsend
from earnest.store.erase_themes import unplace


@dataclass(frozen=True, slots=True)
class Eraser:
    """What takes a personal column away, said for a person, and the function that does it."""

    says: str
    by: Callable[..., object]


_POST_SAYS = "goes with the post: deleted at the source, past its retention, or its community's consent ended"
_USER_SAYS = "goes with the person's account"
_REASON_SAYS = "emptied when it is older than the programme keeps posts"

ERASERS: dict[str, Eraser] = {
    "store.Post.text": Eraser(_POST_SAYS, erase_posts),
    "store.Post.key": Eraser(_POST_SAYS, erase_posts),
    "store.Post.voice": Eraser(_POST_SAYS, erase_posts),
    "store.Post.domain": Eraser(_POST_SAYS, erase_posts),
    "store.Post.region": Eraser(_POST_SAYS, erase_posts),
    "store.Voice.tag": Eraser(
        "leaves when the last post that counted it on that label in that week leaves", remove
    ),
    "store.Tombstone.key": Eraser(
        "stays on purpose, a keyed hash without content: it keeps a deleted post away", bury
    ),
    "store.StoredReport.quoted": Eraser(
        "emptied, and the report's files deleted, when a quoted post leaves", remove
    ),
    "store.ApiToken.hash": Eraser(_USER_SAYS, erase_user),
    "store.ApiToken.user": Eraser(_USER_SAYS, erase_user),
    "store.ApiToken.last_used": Eraser(_USER_SAYS, erase_user),
    "store.Correction.by": Eraser(
        "emptied when the person's account is removed; the correction stays", erase_user
    ),
    "store.Correction.post": Eraser("the correction goes with its post", remove),
    "store.Correction.voice": Eraser("the correction goes with its post", remove),
    "store.Second.post": Eraser("the second opinion goes with its post", remove),
    "store.Repost.post": Eraser("goes with the post, and when its wording changes", withdraw),
    "store.Repost.first": Eraser("goes with the first post: the earliest repeat takes its place", withdraw),
    "store.Left.post": Eraser("goes an hour after the post, with the next sweep", sweep),
    "store.Left.heir": Eraser("goes an hour later, with the next sweep", sweep),
    "store.ToFollow.post": Eraser("goes with the post", withdraw),
    "store.Alert.post": Eraser("an alert on a single post goes with the post", remove),
    "store.LearnedModel.by": Eraser(
        "emptied when the person's account is removed; the model stays", erase_user
    ),
    "store.LearnedPost.post_id": Eraser(
        "goes with the post; the model is then stale and made anew without it", unlearn
    ),
    "store.ReviewHold.post": Eraser("goes with the post", unlearn),
    "store.ReviewHold.by": Eraser(_USER_SAYS, erase_user),
    "store.BlindPost.post": Eraser("the blind question and its answers go with the post", unlearn),
    "store.BlindAnswer.by": Eraser(
        "emptied when the person's account is removed; the answer stays", erase_user
    ),
    "store.Settled.post": Eraser("goes with the post; another of its group takes its place", unfile),
    "store.PostTag.post": Eraser("goes with the post; another of its group takes its place", unfile),
    "store.Checkout.post": Eraser("goes with the post", unfile),
    "store.Checkout.by": Eraser(_USER_SAYS, erase_user),
    "store.ActPost.post": Eraser("goes with the post; the rest of the act can still be undone", unfile),
    "store.Act.by": Eraser(_USER_SAYS, erase_user),
    "store.SavedView.by": Eraser(_USER_SAYS, erase_user),
    "store.CasePost.post": Eraser(
        "emptied when the post goes; the case counts how many of its posts are not kept", erase_cases.unlink
    ),
    "store.CaseNote.text": Eraser(
        "stays with the case, a colleague's own words; wiped where somebody asks", erase_cases.erase_note
    ),
    "store.CaseNote.by": Eraser("emptied when the person's account is removed; the note stays", erase_user),
    "store.CaseMention.person": Eraser(_USER_SAYS, erase_user),
    "store.CaseMention.seen": Eraser(_USER_SAYS, erase_user),
    "store.CaseChange.by": Eraser(
        "emptied when the person's account is removed; the change stays", erase_user
    ),
    "store.Case.assignee": Eraser("emptied when the person's account is removed", erase_user),
    "store.Case.opened_by": Eraser(
        "emptied when the person's account is removed; the case stays", erase_user
    ),
    "store.Action.what": Eraser(
        "stays with the case, the operator's own words; gone a month after it was taken back",
        erase_actions.sweep,
    ),
    "store.Action.by": Eraser("emptied when the person's account is removed; the action stays", erase_user),
    "store.CaseInReport.by": Eraser(
        "emptied when the person's account is removed; the decision stays", erase_user
    ),
    "store.Attachment.name": Eraser("goes with the file, for good", erase_cases.erase_attachment),
    "store.Attachment.sha256": Eraser("goes with the file, for good", erase_cases.erase_attachment),
    "store.Attachment.by": Eraser("emptied when the person's account is removed; the file stays", erase_user),
    "store.TaxonomyVersion.by": Eraser(
        "emptied when the person's account is removed; the version stays", erase_user
    ),
    "store.TaxonomyExample.post_id": Eraser("goes with the post", withdraw),
    "store.Theme.name": Eraser("goes when a phrase it is made of does, or with the last post", unplace),
    "store.Theme.phrases": Eraser("a phrase goes when too few of the theme's posts say it", unplace),
    "store.Theme.by": Eraser("emptied when the person's account is removed; the theme stays", erase_user),
    "store.ThemePost.post": Eraser("the post leaves its theme", unplace),
    "store.Severe.post": Eraser("goes with the post, and when its wording changes", unplace),
    "store.OptOut.hash": Eraser(
        "stays until the account asks to be heard again, a keyed hash that no post carries", let_back
    ),
    "store.LeaveCode.hash": Eraser("goes when the code expires, 14 days after it was made", sweep),
    "store.Channel.settings": Eraser(
        "the addresses that the operator's own mails go to: emptied when the channel is removed",
        remove_channel,
    ),
    "store.Message.payload": Eraser(
        "emptied once it was delivered or given up; a post that goes takes its quote along", unsend
    ),
    "store.Message.quoted": Eraser("goes with the post, and when the message was sent", unsend),
    "store.Message.about": Eraser("the message is dropped with the post", unsend),
    "store.Message.person": Eraser(_USER_SAYS, erase_user),
    "store.MailWish.person": Eraser(_USER_SAYS, erase_user),
    "store.CaseLink.by": Eraser("emptied when the person's account is removed; the link stays", erase_user),
    "store.TeamMember.person": Eraser(_USER_SAYS, erase_user),
    "store.RouteVersion.by": Eraser(
        "emptied when the person's account is removed; the version stays", erase_user
    ),
    "store.Escalation.by": Eraser(
        "emptied when the person's account is removed; the escalation stays", erase_user
    ),
    "store.Escalation.settled_by": Eraser("emptied when the person's account is removed", erase_user),
    "store.Escalation.because": Eraser(_REASON_SAYS, erase_escalations.sweep),
    "store.Escalation.why": Eraser(_REASON_SAYS, erase_escalations.sweep),
    "store.EscalationWish.by": Eraser(
        "emptied when the person's account is removed; the wish stays", erase_user
    ),
    "store.EscalationWish.settled_by": Eraser("emptied when the person's account is removed", erase_user),
    "store.EscalationWish.because": Eraser(_REASON_SAYS, erase_escalations.sweep),
    "store.EscalationWish.answer": Eraser(_REASON_SAYS, erase_escalations.sweep),
    "store.AckLink.hash": Eraser(
        "goes when the link is too old, 14 days after its message", erase_escalations.sweep
    ),
    "store.Membership.user": Eraser(_USER_SAYS, erase_user),
    "store.SignIn.user": Eraser(_USER_SAYS, erase_user),
    "store.Person.user": Eraser(_USER_SAYS, erase_user),
    "store.Person.language": Eraser(_USER_SAYS, erase_user),
    "store.Person.zone": Eraser(_USER_SAYS, erase_user),
    "store.Person.known_as": Eraser(_USER_SAYS, erase_user),
    "store.Visit.user": Eraser(_USER_SAYS, erase_user),
    "store.Visit.browser": Eraser("goes with the session, and with the account", sweep),
    "store.Attempt.key": Eraser("a keyed hash that goes after a day", sweep),
    "store.TeamInvitation.email": Eraser("wiped when it is accepted, taken back or too old", sweep),
    "store.TeamInvitation.hash": Eraser("goes a month after the invitation expired", sweep),
    "store.TeamInvitation.by": Eraser(
        "emptied when the person's account is removed; the invitation stays until it expires", erase_user
    ),
    "store.SignIn.hash": Eraser("goes a day after the link expired, and with the account", sweep),
    "store.AuditLink.actor": Eraser(
        "stays on purpose, a number that leads to nobody once the person's account is removed", erase_user
    ),
    "auth.User.username": Eraser(_USER_SAYS, erase_user),
    "auth.User.email": Eraser(_USER_SAYS, erase_user),
    "auth.User.first_name": Eraser(_USER_SAYS, erase_user),
    "auth.User.last_name": Eraser(_USER_SAYS, erase_user),
    "auth.User.password": Eraser(_USER_SAYS, erase_user),
    "auth.User.last_login": Eraser(_USER_SAYS, erase_user),
    "auth.User.date_joined": Eraser(_USER_SAYS, erase_user),
}
"""Every column that says something of a person, and what takes it away."""
