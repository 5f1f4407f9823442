"""Writing the audit chain: one link after the other, across threads, processes and machines."""

from django.db import transaction

from earnest.store import chain, clock
from earnest.store.models import AuditHead, AuditLink


def append(key: bytes, actor: str, action: str, programme: str, about: str, detail: str) -> int:
    """Add a link behind the last one; its number. Part of the caller's transaction where there is one.

    The head is locked until that transaction ends, so a caller that holds one writes its link last.
    """
    with transaction.atomic():
        head = _head()
        at = int(clock.now().timestamp() * 1_000_000)
        seq, previous = head.seq + 1, bytes(head.mac)
        mac = chain.seal(key, previous, seq, at, actor, action, programme, about, detail)
        AuditLink.objects.create(
            seq=seq,
            at=at,
            actor=actor,
            action=action,
            programme=programme,
            about=about,
            detail=detail,
            previous=previous,
            mac=mac,
        )
        AuditHead.objects.filter(pk=head.pk).update(seq=seq, mac=mac)
    return seq


def _head() -> AuditHead:
    """The head, locked; made where the chain has no link yet."""
    locked = AuditHead.objects.select_for_update()
    found = locked.filter(pk=1).first()
    if found is None:
        AuditHead.objects.bulk_create([AuditHead(id=1, seq=0, mac=chain.START)], ignore_conflicts=True)
        found = locked.get(pk=1)
    return found
