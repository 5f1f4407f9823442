"""The interface keeps to its own document, whatever it is sent: schemathesis against every route, in process.

What comes in as the document says may be refused for reasons that no schema can say (there is no such post);
what comes in otherwise must be refused. Nothing is ever answered with an error of the server.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from earnest.api.v1 import document, rate, stream
from tests.api.conftest import token_of
from tests.web import sample

FULL = os.environ.get("EARNEST_FULL") == "1"
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.missing_required_header,
]
ROUTES = [
    pytest.param(path, method, id=told["operationId"])
    for path, methods in document.document()["paths"].items()
    for method, told in methods.items()
]


class Site(WSGIHandler):
    """The whole site, but for what ends a request by closing the test's own database connection."""

    def __call__(self, environ: Any, start_response: Any) -> list[bytes]:
        response = self.get_response(self.request_class(environ))
        headers = [
            *response.items(),
            *(("Set-Cookie", one.OutputString()) for one in response.cookies.values()),
        ]
        start_response(f"{response.status_code} {response.reason_phrase}", headers)
        content = b"".join(response) if response.streaming else response.content
        for closer in response._resource_closers:
            closer()
        return [content]


@pytest.fixture(scope="module")
def every(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Any, dict[str, str]]]:
    """The document as it is tested, and the header of a token that may do everything in `riders`."""
    patch = pytest.MonkeyPatch()
    patch.setattr(stream, "LIFE", 0.0)
    patch.setattr(rate, "LIMIT", 1_000_000)
    site = Site()
    site.load_middleware()
    with django_db_blocker.unblock(), transaction.atomic():
        sample.fill(posts=20)
        headers = {"Authorization": f"Bearer {token_of('steward')}"}
        yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", site), headers
        transaction.set_rollback(True)
    patch.undo()
    rate.forget()


def try_out(
    every: tuple[Any, dict[str, str]], path: str, method: str, mode: GenerationMode, most: int
) -> None:
    schema, headers = every
    operation = schema[path][method.upper()]
    known = {"programme": "riders"} if mode is GenerationMode.POSITIVE else None

    @settings(
        max_examples=most,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def each(case: Any) -> None:
        if known:
            case.path_parameters = {**(case.path_parameters or {}), **known}
        case.call_and_validate(headers=headers, checks=CHECKS)

    each()


pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume"),
]


@pytest.mark.parametrize(("path", "method"), ROUTES)
def test_what_comes_as_the_document_says_is_answered_as_it_says(every, path, method):
    try_out(every, path, method, GenerationMode.POSITIVE, 40 if FULL else 2)


@pytest.mark.parametrize(("path", "method"), ROUTES)
def test_what_comes_otherwise_is_refused(every, path, method):
    try_out(every, path, method, GenerationMode.NEGATIVE, 40 if FULL else 2)
