"""Traces tell how long steps take, to a real collector, and never what was said or by whom."""

import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from earnest.egress import Egress
from earnest.flow import schedule, trace
from earnest.flow.learn import models
from earnest.gate.voice import Keys
from earnest.store import read, write
from tests import programmes

pytestmark = pytest.mark.django_db

FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Forum</title>
<item><guid>kestrelid</guid><title>Tips</title><author>kestrelwriter</author>
<link>https://kestrelhost.example/1</link>
<description>my kestrelword tips are missing since monday</description></item></channel></rss>"""


class Sink:
    """A collector and a feed on loopback."""

    def __init__(self):
        self.bodies = []
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                sink.bodies.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
                self._say(b"")

            def do_GET(self):
                self._say(FEED)

            def _say(self, body):
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def close(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def sink():
    made = Sink()
    yield made
    trace.end()
    made.close()


def turns(home, sink):
    keys = Keys.make(home / "keys" / "voices.key")
    programmes.live("guests", "Guests", "customers")
    settings = {"url": f"{sink.url}/kestrelpath"}
    write.add_place("guests", "kestrelplace", type="feed", kind="open", settings=settings)
    egress = Egress("EarnestTests/1", timeout=5, allow_private=True)
    return list(schedule.listen_once(keys, models(home), egress))


def test_spans_reach_a_collector_with_counts_and_nothing_else(home, sink):
    pytest.importorskip("opentelemetry.exporter", reason="the extra 'metrics' is not installed")
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    assert trace.begin(sink.url)
    (turn,) = turns(home, sink)
    assert turn.heard.admitted == 1
    trace.end()
    sent = b"".join(body for path, body in sink.bodies if path == "/v1/traces")
    told = [ExportTraceServiceRequest.FromString(body) for _, body in sink.bodies]
    spans = [
        span
        for one in told
        for resource in one.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    assert {span.name for span in spans} == {"listen", "page", "gate", "understand", "keep"}
    values = {value.value.WhichOneof("value") for span in spans for value in span.attributes}
    assert values == {"int_value"}
    # How many were kept is not told: beside how many came it would say what was withheld.
    assert {value.key for span in spans for value in span.attributes} == {"posts"}
    assert not [span for span in spans if span.events or span.links]
    assert b"kestrel" not in sent
    assert b"127.0.0.1" not in sent
    assert b"guests" not in sent


def test_an_error_leaves_no_words_in_a_span(sink):
    pytest.importorskip("opentelemetry.exporter", reason="the extra 'metrics' is not installed")
    trace.begin(sink.url)
    with pytest.raises(ValueError, match="kestrel"), trace.span("gate", posts=3):
        raise ValueError("kestrelword")
    trace.end()
    sent = b"".join(body for _, body in sink.bodies)
    assert b"gate" in sent
    assert b"kestrel" not in sent


def test_where_a_machine_names_a_collector_and_the_extra_is_missing_nothing_is_sent_and_nothing_breaks(
    sink, monkeypatch
):
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    monkeypatch.setenv(trace.ENDPOINT, sink.url)
    assert not trace.begin()
    with trace.span("listen"):
        pass
    assert sink.bodies == []


def test_without_a_collector_nothing_is_sent(home, sink, monkeypatch):
    monkeypatch.delenv(trace.ENDPOINT, raising=False)
    assert not trace.begin()
    (turn,) = turns(home, sink)
    assert turn.heard.admitted == 1
    assert sink.bodies == []
    assert len(read.posts("guests", read.Filters()).rows) == 1
