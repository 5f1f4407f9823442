"""Ways out for foreign client libraries: what they send and take goes through `Egress` all the same.

Why it exists: a well-kept client of a platform knows its paging, its shapes and its errors; what it does not
know is which addresses may be reached, how large an answer may be and who Earnest says it is. So each gets a
door of its own kind that leads through the guarded client, and no door of its own:

    requests_session   tweepy, Mastodon.py, google-auth            (`ways_requests.py`)
    httplib2_http      google-api-python-client                    (`ways_requests.py`)
    httpx_transport    atproto                                     (`ways_httpx.py`)
    httpx_async_transport   python-telegram-bot                    (`ways_httpx.py`)
    aiohttp_connector, aiohttp_session   discord.py, asyncpraw, slack-sdk   (`ways_aiohttp.py`)
    open_socket, open_websocket   IMAP, websockets                 (`ways_socket.py`)

Promises, each of them tested against a real server: private addresses are refused where `Egress` refuses
them, in every spelling, at the moment of the connection; an answer is never held beyond the cap of decoded
bytes or the total time; User-Agent is Earnest's own; cookies are neither kept nor sent; a request is never
redirected, since a token may be in it. A status is an answer: the library sees its own 401 and 429. What the
guard refuses comes out as EgressRefused, SourceBusy or SourceGone, through the library and past its own
error types. `at` maps the beginning of an address that is fixed in a library ("https://api.example.com") to
another, which a source takes from its setting `server`.

The libraries are imported when a way is asked for: none of them belongs to the base install but httpx.
"""

from earnest.egress.ways_aiohttp import aiohttp_connector, aiohttp_session
from earnest.egress.ways_httpx import httpx_async_transport, httpx_transport
from earnest.egress.ways_requests import httplib2_http, requests_session
from earnest.egress.ways_socket import open_socket, open_websocket

__all__ = [
    "aiohttp_connector",
    "aiohttp_session",
    "httplib2_http",
    "httpx_async_transport",
    "httpx_transport",
    "open_socket",
    "open_websocket",
    "requests_session",
]
