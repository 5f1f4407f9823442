"""Tags: on posts, and the words themselves."""

from collections.abc import Sequence

from django.db import IntegrityError, connection, transaction

from earnest.record.errors import StoreError
from earnest.store import dialect, erase, scope
from earnest.store.models import CaseTag, PostTag, Tag
from earnest.store.words import tag_key
from earnest.store.write_inbox import Turn


def ensure(programme: str, name: str) -> int:
    """The tag of that name, made where there is none; case does not matter."""
    id = scope.id_of(programme)
    tag, _ = Tag.objects.get_or_create(programme_id=id, key=tag_key(name), defaults={"name": name})
    return tag.pk


def tag(turn: Turn, act: int, heads: Sequence[int], tag: int) -> list[int]:
    """Within a turn: put a tag on these groups; on which it was not before."""
    there = set(PostTag.objects.filter(tag_id=tag, post_id__in=list(heads)).values_list("post_id", flat=True))
    fresh = [head for head in heads if head not in there]
    PostTag.objects.bulk_create(PostTag(tag_id=tag, post_id=head, act=act) for head in fresh)
    return fresh


def untag(heads: Sequence[int], tag: int) -> list[int]:
    """Within a turn: take a tag off these posts; off which it went."""
    rows = PostTag.objects.filter(tag_id=tag, post_id__in=list(heads))
    gone = list(rows.values_list("post_id", flat=True))
    rows.delete()
    return gone


def take_off(act: int, tag: int) -> int:
    """Within a turn: take a tag off the posts on which an act put it."""
    gone, _ = PostTag.objects.filter(tag_id=tag, act=act).delete()
    return gone


def put_again(posts: Sequence[int], tag: int) -> int:
    """Within a turn: a tag that was taken off is there again, where it still is a tag."""
    if not Tag.objects.filter(pk=tag).exists():
        return 0
    there = set(PostTag.objects.filter(tag_id=tag, post_id__in=list(posts)).values_list("post_id", flat=True))
    fresh = [id for id in posts if id not in there]
    PostTag.objects.bulk_create(PostTag(tag_id=tag, post_id=id) for id in fresh)
    return len(fresh)


def rename(programme: str, tag: int, name: str) -> None:
    """Another name for a tag. Raises StoreError where another tag has it, or there is none such."""
    rows = Tag.objects.filter(pk=tag, programme_id=scope.id_of(programme))
    try:
        with transaction.atomic():
            changed = rows.update(name=name, key=tag_key(name))
    except IntegrityError as error:
        raise StoreError("There is a tag of that name.", advice="Merge the two instead.") from error
    if not changed:
        raise StoreError("There is no such tag.")


def merge(programme: str, into: int, other: int) -> int:
    """What has one tag has another from now on, and the one is gone; how many posts it was on.

    Raises StoreError where one of them is not there.
    """
    own = scope.id_of(programme)
    with transaction.atomic(), connection.cursor() as db:
        erase.wait_for_writers(db)
        if into == other or Tag.objects.filter(pk__in=(into, other), programme_id=own).count() != 2:
            raise StoreError("There are no two such tags.")
        db.execute(
            "INSERT INTO store_posttag (tag_id, post_id, act) SELECT %s, post_id, 0 FROM store_posttag"
            " WHERE tag_id = %s ON CONFLICT DO NOTHING",
            [into, other],
        )
        posts = PostTag.objects.filter(tag_id=other).count()
        _cases(into, other)
        remove(programme, other)
    return posts


def _cases(into: int, other: int) -> None:
    """Within a transaction: cases follow their tag; where a case has both, one of them is enough."""
    both = CaseTag.objects.filter(tag_id=into, out__isnull=True).values("case_id")
    CaseTag.objects.filter(tag_id=other, out__isnull=True, case_id__in=both).delete()
    CaseTag.objects.filter(tag_id=other).update(tag_id=into)


def remove(programme: str, tag: int) -> int:
    """A tag goes, off every post and case; how many posts it was on. Raises StoreError for none such."""
    own = scope.id_of(programme)
    with transaction.atomic(), connection.cursor() as db:
        if not Tag.objects.filter(pk=tag, programme_id=own).exists():
            raise StoreError("There is no such tag.")
        posts = PostTag.objects.filter(tag_id=tag).count()
        dialect.delete(db, "DELETE FROM store_posttag WHERE", "tag_id", [tag])
        CaseTag.objects.filter(tag_id=tag).delete()
        Tag.objects.filter(pk=tag).delete()
    return posts
