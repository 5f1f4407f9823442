"""`earnest serve`: the pages, with a listener beside them.

One process answers about as many pages as one core can make. With `--processes` several share the address;
the first one only listens and looks after the others, so that reading posts takes nothing from the pages.
"""

import os
import socket
import threading
from pathlib import Path

import click

from earnest.cli import setup
from earnest.record.errors import SetupError

STOPPING = 45
"""Seconds that pages in hand and what is done beside have to end."""


@click.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to serve on; others must be named."
)
@click.option("--port", type=click.IntRange(1, 65_535), default=8_000, show_default=True)
@click.option("--listen/--no-listen", default=True, help="Also read the places that are due.")
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="How many processes answer; the listener then has one of its own.",
)
@setup.home_option
def command(host: str, port: int, listen: bool, processes: int, home: Path | None) -> None:
    """Serve the pages on this machine; say --host to let others reach them."""
    names = os.environ.get("EARNEST_HOSTS")
    if host in ("0.0.0.0", "::") and not names:  # noqa: S104 - this is where it is refused
        raise SetupError(
            f"To serve on {host}, say under which names people reach the pages.",
            advice="Set EARNEST_HOSTS, for example EARNEST_HOSTS=desk.example.org",
        )
    if not names and host not in ("127.0.0.1", "localhost", "::1"):
        os.environ["EARNEST_HOSTS"] = host
    check_free(host, port)
    folder = setup.django(home)
    serve(folder, host, port, listen=listen, processes=processes)


def serve(folder: Path, host: str, port: int, *, listen: bool = True, processes: int = 1) -> None:
    """Serve until stopped. Django must be set up (`setup.django`)."""
    import uvicorn
    from django.conf import settings

    stop = threading.Event()
    listener = threading.Thread(target=_listen, args=(folder, stop), name="listener", daemon=True)
    if listen:
        listener.start()
    click.echo(f"Serving http://{f'[{host}]' if ':' in host else host}:{port}  (stop with Ctrl-C)")
    try:
        uvicorn.run(
            "earnest.server.asgi:application",
            host=host,
            port=port,
            workers=processes,
            timeout_keep_alive=75,  # longer than a proxy or a browser thinks between two pages
            timeout_worker_healthcheck=60,  # a process that is busy is not dead
            log_level="warning",
            log_config=None,  # the settings' own: tracebacks without an error's words
            access_log=False,
            lifespan="off",
            server_header=False,
            proxy_headers=True,
            forwarded_allow_ips=settings.PROXIES,  # nobody else is believed when they say who asks
            timeout_graceful_shutdown=2,  # an open Live page would otherwise hold the server for minutes
        )
    finally:
        stop.set()
        if listen:
            listener.join(timeout=STOPPING)


def _listen(folder: Path, stop: threading.Event) -> None:
    """A listener that cannot start says so; the pages stay."""
    from earnest.flow import learn, supervise
    from earnest.record.errors import EarnestError

    try:
        keys = setup.keys(folder)
        supervise.listen_forever(stop, keys, learn.models(folder), setup.egress())
    except EarnestError as error:
        click.echo(f"earnest: not listening: {error.sentence()}", err=True)


def check_free(host: str, port: int) -> None:
    """Raises SetupError when the port is taken or the address is not this machine's."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, proto) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise SetupError(
            f"Cannot serve on {host} port {port} ({error.strerror}).",
            advice="Choose another with --port or --host.",
        ) from error
