"""Tags and filters of the pages; the work is in `earnest.web.words`."""

from datetime import datetime

from django import template
from django.utils.safestring import SafeString

from earnest.store import read
from earnest.store.read import PostRow, Programme
from earnest.web import words

register = template.Library()

register.filter("kind", words.kind)
register.filter("label", words.label)
register.filter("tongue", words.tongue)
register.filter("moment", words.moment)
register.filter("day", words.day)


@register.inclusion_tag("web/_hidden.html")
def hidden_days(programme: Programme) -> dict[str, object]:
    """What is not shown of a programme until it is looked at again at its source."""
    return {"rows": read.hidden_days(programme.slug)}


@register.filter
def exact(at: datetime) -> str:
    """A time for a post's first column: to the second."""
    return words.moment(at, seconds=True)


@register.filter
def trouble(error: str) -> str:
    """What a class of error means, for the person who keeps the place."""
    return words.TROUBLES.get(error, error)


@register.filter
def said(post: PostRow) -> SafeString:
    """A post's text, cut where it is very long."""
    return words.words(post.text)


@register.filter
def thousands(count: int) -> str:
    """12,345."""
    return f"{count:,}"


@register.filter
def posts(count: int) -> str:
    """ "1 post", "1,204 posts"."""
    return words.several(count, "post", "posts")


@register.filter
def short_lang(code: str) -> str:
    """A `lang` attribute, or nothing where the language is not known."""
    return "" if code == "und" else code


@register.filter
def told(share: dict[str, float]) -> str:
    """A stored share with its likely range: "71 in 100 (likely 63 to 78)"."""
    return words.share(share)


@register.filter
def percent(share: float) -> str:
    """0.42 as "42"."""
    return f"{share * 100:.0f}"
