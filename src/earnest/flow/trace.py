"""How long each step of listening takes, for an operator's own collector: never what was said, or by whom.

Off unless the environment names a collector (OTEL_EXPORTER_OTLP_ENDPOINT) and the extra `metrics` is
installed. A span has a name of this package and whole numbers: nothing else can be put into one, so no text,
author, address or name of a place ever leaves with it.

    listen > page > gate, understand, keep
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer

Name = Literal["listen", "page", "gate", "understand", "keep", "backfill"]

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"

_tracer: "Tracer | None" = None
_provider: "TracerProvider | None" = None


def begin(endpoint: str | None = None) -> bool:
    """Send spans to a collector from now on; whether there is one. Called once, by whoever listens. Machines
    name a collector for all that runs on them, so without the extra this is no error: the doctor says it.
    """
    global _tracer, _provider
    endpoint = os.environ.get(ENDPOINT, "").strip() if endpoint is None else endpoint
    if not endpoint or _tracer is not None:
        return _tracer is not None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ModuleNotFoundError:
        return False

    # No other attribute of the machine, the process or the environment goes along.
    _provider = TracerProvider(resource=Resource({"service.name": "earnest"}), shutdown_on_exit=False)
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=5)
    _provider.add_span_processor(BatchSpanProcessor(exporter))
    _tracer = _provider.get_tracer("earnest")
    return True


def end() -> None:
    """Send what is left and stop."""
    global _tracer, _provider
    if _provider is not None:
        _provider.shutdown()
    _tracer = _provider = None


@contextmanager
def span(name: Name, **counts: int) -> Iterator[None]:
    """A step that takes time, with counts beside it. An error passes through and leaves its class alone."""
    if _tracer is None:
        yield
        return
    with _tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False) as now:
        for key, count in counts.items():
            now.set_attribute(key, int(count))
        try:
            yield
        except Exception:
            now.set_attribute("failed", 1)
            raise
