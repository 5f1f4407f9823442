"""The ASGI door: `uvicorn earnest.server.asgi:application`."""

import gc
import os
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import django
from asgiref.sync import ThreadSensitiveContext
from django.core.handlers.asgi import ASGIHandler
from django.urls import get_resolver

from earnest.record import quiet

KEPT = 8
"""Threads that wait for the next request, each with its connection to the database."""


class Desk(ASGIHandler):
    """Answers each request in one thread, as Django does, and keeps the threads: a new one would open the
    database anew.
    """

    def __init__(self) -> None:
        super().__init__()
        self._free: list[ThreadPoolExecutor] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request. The thread used last is taken first: what it read is still in its memory."""
        thread = self._free.pop() if self._free else ThreadPoolExecutor(1, thread_name_prefix="request")
        try:
            async with ThreadSensitiveContext(executor=thread):
                await super().__call__(scope, receive, send)
        finally:
            if len(self._free) < KEPT:
                self._free.append(thread)
            else:
                thread.shutdown(wait=False)


def _application() -> Desk:
    quiet.settle()
    # Static files are small and are read whole; Django says so each time the server starts.
    warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "earnest.server.settings")
    django.setup(set_prefix=False)
    found = Desk()
    get_resolver().url_patterns  # noqa: B018 - every page is imported now, not by the first visitor
    from earnest.store import recent

    recent.begin()
    gc.collect()
    gc.freeze()  # what was imported stays; looking through it again and again takes time from the pages
    return found


application = _application()
