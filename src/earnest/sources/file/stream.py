"""A file as a stream of UTF-8 bytes: decompressed, transcoded, in bounded memory."""

import codecs
import zlib
from collections.abc import Iterator
from pathlib import Path

from backports import zstd

CHUNK = 256 * 1024
"""Bytes read at a time; no chunk handed out is much larger, whatever the compression ratio."""


class Stream:
    """Chunks of decoded bytes from an offset.

    `broken` is a sentence once the data ended early or turned out damaged: what came before was handed out.
    """

    def __init__(self, path: Path, compression: str, encoding: str, offset: int) -> None:
        self.broken: str | None = None
        seekable = compression == "plain" and encoding == "utf-8"
        chunks = _decompressed(path, compression, offset if seekable else 0)
        if encoding != "utf-8":
            chunks = _transcoded(chunks, encoding)
        self._chunks = chunks if seekable else _from(chunks, offset)

    def read(self) -> bytes:
        """The next chunk; empty at the end."""
        try:
            return next(self._chunks, b"")
        except (zlib.error, zstd.ZstdError) as error:
            self.broken = "the compressed data is damaged here"
            self._cause = error
        except EOFError:
            self.broken = "the compressed data ends early: the file was cut off"
        except OSError as error:
            self.broken = f"the file cannot be read further ({error.strerror or type(error).__name__})"
        return b""


def _decompressed(path: Path, compression: str, offset: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        if compression == "plain":
            file.seek(offset)
            while chunk := file.read(CHUNK):
                yield chunk
            return
        inflate = _gzip if compression == "gzip" else _zstd if compression == "zstd" else _long_zstd
        yield from inflate(iter(lambda: file.read(CHUNK), b""))


def _gzip(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Members one after the other; zeros may pad the end."""
    member = zlib.decompressobj(wbits=31)
    fresh = False
    for chunk in chunks:
        data = chunk
        while data:
            if fresh:
                data = data.lstrip(b"\0")
                if not data:
                    break
                member, fresh = zlib.decompressobj(wbits=31), False
            out = member.decompress(data, CHUNK)
            if out:
                yield out
            if member.eof:
                data, fresh = member.unused_data, True
            else:
                data = member.unconsumed_tail
        while not member.eof and (out := member.decompress(b"", CHUNK)):
            yield out
    if not fresh:
        raise EOFError


_LONG: dict[int, int] = {zstd.DecompressionParameter.window_log_max: 31}


def _long_zstd(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Frames that look back up to 2 GB, as archives of Reddit do; that much memory may be needed for them."""
    return _zstd(chunks, _LONG)


def _zstd(chunks: Iterator[bytes], options: dict[int, int] | None = None) -> Iterator[bytes]:
    frame = zstd.ZstdDecompressor(options=options)
    for chunk in chunks:
        data = chunk
        while data or not (frame.eof or frame.needs_input):
            if frame.eof:
                frame = zstd.ZstdDecompressor(options=options)
            out = frame.decompress(data, CHUNK)
            if out:
                yield out
            data = frame.unused_data if frame.eof else b""
    if not frame.eof:
        raise EOFError


def _transcoded(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    for chunk in chunks:
        yield decoder.decode(chunk).encode()
    yield decoder.decode(b"", final=True).encode()


def _from(chunks: Iterator[bytes], offset: int) -> Iterator[bytes]:
    """What comes after `offset`; empty chunks are dropped, because an empty chunk means the end."""
    for chunk in chunks:
        if offset >= len(chunk):
            offset -= len(chunk)
            continue
        yield chunk[offset:]
        offset = 0
