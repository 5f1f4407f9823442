"""No page is forgotten by the browser's tests."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver

from earnest.web.urls import urlpatterns
from tests.browser import pages


def _names(found: list[URLPattern | URLResolver]) -> Iterator[str]:
    for one in found:
        if isinstance(one, URLPattern):
            yield str(one.name)
        else:
            yield from _names(one.url_patterns)


def test_every_address_is_a_page_that_a_browser_looks_at_or_known_to_be_none():
    listed = [*pages.SIGNED_IN, *pages.PUBLIC, *pages.ELSEWHERE, *pages.ALIASES, *pages.NO_PAGES]
    assert sorted(listed) == sorted(set(_names(urlpatterns)))
