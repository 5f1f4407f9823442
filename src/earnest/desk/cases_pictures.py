"""Pictures made anew: what came in is read with care, and only its pixels go out."""

import io
import struct
import zlib

from PIL import Image, ImageOps, UnidentifiedImageError

from earnest.desk.cases_files import TAKES
from earnest.record.errors import Refused

MOST_PIXELS = 25_000_000
"""Of four bytes each, held three times over while a picture is made anew: 300 MB at most."""
LONGEST_SIDE = 12_000
SHOWN_SIDE = 4_096
"""A picture that is larger is made smaller."""

_FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/png"}

_UNREADABLE = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    OSError,
    ValueError,
    SyntaxError,
    MemoryError,
    Warning,
    EOFError,
    LookupError,
    TypeError,
    ArithmeticError,
    AttributeError,
    RuntimeError,
    struct.error,
    zlib.error,
)
"""What Pillow raises for files that are not what they seem."""


def anew(content: bytes) -> tuple[str, bytes, tuple[int, int]]:
    """The pixels of a picture as a new file of the same kind. The same bytes in give the same bytes out."""
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP", "GIF")) as picture:
            type = _FORMATS[str(picture.format)]
            width, height = picture.size
            if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
                raise Refused(
                    f"This picture has {width:,} by {height:,} points, more than Earnest opens.",
                    advice="Make it smaller.",
                )
            picture.seek(0)
            picture.draft("RGB", (SHOWN_SIDE, SHOWN_SIDE))
            picture.load()
            turned = ImageOps.exif_transpose(picture)
            return type, *_pixels(turned, type)
    except Refused:
        raise
    except _UNREADABLE as error:
        raise Refused(
            "This picture cannot be read: it is damaged or not what it seems.", advice=TAKES
        ) from error


def _pixels(picture: Image.Image, type: str) -> tuple[bytes, tuple[int, int]]:
    """A picture's pixels on a fresh canvas: what else came with it has no way over."""
    clear = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    pixels = picture.convert("RGBA" if clear and type != "image/jpeg" else "RGB")
    pixels.thumbnail((SHOWN_SIDE, SHOWN_SIDE))
    fresh = Image.new(pixels.mode, pixels.size)
    fresh.paste(pixels)
    out = io.BytesIO()
    if type == "image/jpeg":
        fresh.save(out, "JPEG", quality=88, optimize=False, progressive=False)
    elif type == "image/webp":
        fresh.save(out, "WEBP", quality=88, method=4, exact=False)
    else:
        fresh.save(out, "PNG", optimize=False)
    return out.getvalue(), fresh.size
