"""Unpacking what came back, in small steps, so that a cap stops a bomb before it has gone off."""

import zlib
from collections.abc import Iterator

from backports import zstd

from earnest.record.errors import EgressRefused

_PIECE = 64 * 1024
"""Bytes that one step of decompression may give, whatever the ratio."""


def decoded(encoding: str, raw: Iterator[bytes]) -> Iterator[bytes]:
    """Decompress in small steps. Raises zlib.error, ZstdError or EOFError for damaged data.

    A coding that was never offered is EgressRefused.
    """
    coding = encoding.strip().lower()
    if coding in ("", "identity"):
        yield from raw
    elif coding in ("gzip", "x-gzip", "deflate"):
        yield from _inflated(raw)
    elif coding == "zstd":
        frame = zstd.ZstdDecompressor()
        for data in raw:
            if frame.eof:
                break
            yield frame.decompress(data, _PIECE)
            while not (frame.eof or frame.needs_input):
                yield frame.decompress(b"", _PIECE)
        if not frame.eof:
            raise EOFError
    else:
        raise EgressRefused("The answer is compressed in a way that was not asked for.")


def _inflated(raw: Iterator[bytes]) -> Iterator[bytes]:
    """gzip or zlib by its header (47), else bare deflate, which some servers mean by "deflate"."""
    inflate = None
    for data in raw:
        if not data:
            continue
        if inflate is None:
            first = data[0]
            inflate = zlib.decompressobj(47 if first == 0x1F or first & 0x0F == 8 else -15)
        yield inflate.decompress(data, _PIECE)
        while inflate.unconsumed_tail:
            yield inflate.decompress(inflate.unconsumed_tail, _PIECE)
        if inflate.eof:
            return
    if inflate is not None:
        raise EOFError
