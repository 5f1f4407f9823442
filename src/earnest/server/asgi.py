"""The ASGI door: `uvicorn earnest.server.asgi:application`."""

import asyncio
import gc
import os
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import django
from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import get_resolver

from earnest.record import quiet

KEPT = 8
"""Threads that wait for the next request, each with its connection to the database."""

TURNS = 3
"""Answers that one process makes at once; others wait for their turn. One core makes one page at a time, and
eight that take it from each other cost up to twice the work. A few, so that one that waits for the database
holds nobody up. Parts of a stream need no turn.
"""


class Desk(ASGIHandler):
    """Answers each request in one thread, from its first middleware to its last, and keeps the threads.

    Django's own goes back to the event loop between any two middlewares and opens the database anew for each
    request: about as much work as a page.
    """

    def __init__(self) -> None:
        super().__init__()
        self.load_middleware(is_async=False)
        self._free: list[ThreadPoolExecutor] = []
        self._turns = asyncio.Semaphore(TURNS)

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

    async def run_get_response(self, request: HttpRequest) -> HttpResponseBase:
        """All of the answer but a stream's parts, which are sent from the event loop."""
        async with self._turns:
            response = await sync_to_async(self.get_response)(request)
        response._handler_class = self.__class__  # type: ignore[attr-defined]  # as Django does
        if isinstance(response, FileResponse):
            response.block_size = self.chunk_size
        return response


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
