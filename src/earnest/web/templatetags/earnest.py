"""Tags and filters of the pages; the work is in `earnest.web.words`."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from earnest.store import read
from earnest.store.read import PostRow, Programme
from earnest.web import notice_words, words

register = template.Library()

register.filter("kind", words.kind)
register.filter("kind_name", words.kind_name)
register.filter("mood", words.mood)
register.filter("audience", words.audience)
register.filter("rule_name", words.rule_name)
register.filter("label", words.label)
register.filter("tongue", words.tongue)
register.filter("moment", words.moment)
register.filter("day", words.day)
register.filter("place_type", notice_words.place_type)


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
    return str(words.TROUBLES.get(error, error))


@register.filter
def said(post: PostRow) -> SafeString:
    """A post's text, cut where it is very long."""
    return words.words(post.text)


@register.filter
def thousands(count: int) -> str:
    """12,345."""
    return words.number(count)


@register.filter
def posts(count: int) -> str:
    """ "1 post", "1,204 posts"."""
    return words.posts(count)


@register.filter
def cited(terms: Sequence[object]) -> SafeString:
    """Words that people used, each marked as such, in the language they are in where that is known."""
    return format_html_join(", ", "{}", ((_cited(term),) for term in terms))


def _cited(term: object) -> SafeString:
    lang = short_lang(getattr(term, "lang", "und"))
    said = getattr(term, "text", term)
    return format_html('<i lang="{}">{}</i>', lang, said) if lang else format_html("<i>{}</i>", said)


@register.filter
def named(names: Mapping[str, str]) -> str:
    """A label's or a category's name in the page's language."""
    return words.named(names)


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
