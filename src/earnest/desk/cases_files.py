"""Files on cases, made safe before anything is kept.

A picture is read and made anew: only its pixels stay, no place, camera, thumbnail, comment or second file
behind it. What it is is found from its own bytes, never from its name or what a browser says of it. PDF and
plain text are kept as they are and only ever handed out as a download. Everything else is refused.
"""

import re
import unicodedata
from dataclasses import dataclass, field

from django.conf import settings

from earnest.record.errors import Refused

LONGEST_NAME = 100

TYPES: dict[str, str] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "application/pdf": "pdf",
    "text/plain": "txt",
}
"""What is kept, with the ending of its name. A GIF is kept as the PNG of its first picture."""

_MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
TAKES = "Earnest takes pictures (JPEG, PNG, WebP, GIF), PDF and plain text."


@dataclass(frozen=True, slots=True)
class SafeFile:
    """A file as it is kept."""

    name: str
    type: str
    content: bytes = field(repr=False)
    width: int = 0
    height: int = 0


def largest() -> int:
    """The most bytes a file may have."""
    return int(settings.EARNEST_LARGEST_FILE)


def made_safe(name: str, content: bytes) -> SafeFile:
    """What is kept of a file. Raises Refused with one sentence for what is not taken."""
    if not content:
        raise Refused("This file is empty.")
    if len(content) > largest():
        raise Refused(f"A file has at most {largest() / 1024 / 1024:.0f} MiB.", advice="Make it smaller.")
    if content.startswith(_MAGIC) or (content[:4] == b"RIFF" and content[8:12] == b"WEBP"):
        # Only who brings a picture pays for what reads pictures.
        from earnest.desk import cases_pictures

        type, made, size = cases_pictures.anew(content)
        return SafeFile(neutral(name, TYPES[type]), type, made, *size)
    if content.startswith(b"%PDF-"):
        if b"%%EOF" not in content[-2_048:]:
            raise Refused("This PDF is not whole.", advice="Download it again.")
        return SafeFile(neutral(name, "pdf"), "application/pdf", content)
    return SafeFile(neutral(name, "txt"), "text/plain", _text(content))


def _text(content: bytes) -> bytes:
    """Plain text as UTF-8. Raises Refused for what is none, and for text that a browser would run."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("Earnest does not take this kind of file.", advice=TAKES) from None
    if any(unicodedata.category(sign) == "Cc" and sign not in "\t\n\r\f" for sign in text):
        raise Refused("Earnest does not take this kind of file.", advice=TAKES)
    begins = text[:1_024].lstrip().lower()
    if begins.startswith("<") and re.match(r"<(!doctype|\?xml|!--|[a-z][\w:-]*[\s/>])", begins):
        raise Refused("Earnest does not take HTML, SVG or XML.", advice=TAKES)
    return text.encode()


def neutral(name: str, ending: str) -> str:
    """A name without a path, without signs that a system, header or shell would read, and with the ending of
    what the file is.
    """
    last = re.split(r"[\\/]", str(name))[-1]
    folded = unicodedata.normalize("NFKC", last)
    kept = "".join(sign if sign.isalnum() or sign in " ._-()" else "_" for sign in folded)
    stem = kept.rpartition(".")[0] or kept
    stem = re.sub(r"\.+", "_", stem)
    stem = re.sub(r"[ _]{2,}", lambda found: found[0][0], stem).strip(" ._-")
    if not stem or _RESERVED.match(stem):
        stem = f"file_{stem}".rstrip("_")
    while len(stem.encode()) > LONGEST_NAME:
        stem = stem[:-1]
    return f"{stem}.{ending}"
