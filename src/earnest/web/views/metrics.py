"""Figures for Prometheus: how places are read, and nothing of what was said.

Only for addresses that may (`EARNEST_METRICS_FROM`: this machine) or with the token
(`EARNEST_METRICS_TOKEN`). No text, label, person or post; no count by place; nothing of what was withheld;
places of invited communities are one figure together, without names.
"""

import hmac
from collections import Counter
from collections.abc import Iterable
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from earnest import __version__
from earnest.store import read_health
from earnest.web import metrics_text
from earnest.web.metrics_text import Family

KIND = "text/plain; version=0.0.4; charset=utf-8"


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The figures, or 403."""
    if not _may(request):
        return HttpResponse("Not for this address.\n", status=403, content_type="text/plain")
    return HttpResponse(metrics_text.text(families()), content_type=KIND)


def _may(request: HttpRequest) -> bool:
    token, said = settings.METRICS_TOKEN, request.headers.get("authorization", "")
    if token and hmac.compare_digest(said.encode(), f"Bearer {token}".encode()):
        return True
    try:
        address = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    forwarded = any(name in request.headers for name in ("x-forwarded-for", "x-real-ip", "forwarded", "via"))
    if forwarded:
        return False  # a proxy asks, of this machine or beside it, for somebody whom nobody knows
    return any(address in network for network in settings.METRICS_FROM)


def families() -> Iterable[Family]:
    """What a scrape is told."""
    beats, places = read_health.beats(), read_health.for_metrics()
    yield Family("earnest_info", "gauge", "The version that runs.", [({"version": __version__}, 1)])
    yield Family("earnest_supervisors", "gauge", "Processes that listen.", [({}, len(beats))])
    if beats:
        ages = [age for _, age, _ in beats]
        yield Family(
            "earnest_supervisor_beat_age_seconds",
            "gauge",
            "Seconds since a listener was last seen.",
            [({}, min(ages))],
        )
    shown = [one for one in places if one.kind != "closed"]
    states = Counter((one.state, one.code or "none") for one in places if one.kind == "closed")
    yield Family(
        "earnest_invited_places",
        "gauge",
        "Places of invited communities by state, without names.",
        [({"state": state, "code": code}, count) for (state, code), count in sorted(states.items())],
    )
    for name, what, value in _FIGURES:
        yield Family(
            f"earnest_place_{name}",
            "gauge",
            what,
            [
                ({"programme": one.programme, "place": one.place, "type": one.type}, told)
                for one in shown
                if (told := value(one)) is not None
            ],
        )
    yield Family(
        "earnest_place_problem",
        "gauge",
        "1 for the class of what is wrong with a place.",
        [
            ({"programme": one.programme, "place": one.place, "type": one.type, "code": one.code}, 1)
            for one in shown
            if one.code and one.state not in ("paused", "closed")
        ],
    )


_FIGURES = (
    (
        "up",
        "1 where a place is read as it should be, 0 where not.",
        lambda one: None if one.state in ("paused", "closed") else int(one.code in ("", "moved")),
    ),
    ("read_age_seconds", "Seconds since a place was last read.", lambda one: one.age),
    ("interval_seconds", "Seconds between two reads of a place.", lambda one: one.interval or None),
    ("late_seconds", "Seconds by which its last turn was late.", lambda one: one.late),
    ("turn_seconds", "Seconds that its last turn took.", lambda one: one.took),
    ("failures", "Failures in a row.", lambda one: one.failures),
    ("requests_left", "Requests that its server still allows.", lambda one: one.remaining),
)
