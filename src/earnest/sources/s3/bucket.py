"""A bucket as a shelf: boto3, whose every request goes through the guarded way out."""

import io
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from typing import Any

import boto3
import botocore.exceptions
from botocore import UNSIGNED
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from earnest.egress import Egress
from earnest.egress.client import ALL
from earnest.record.errors import BadFile, EarnestError, EgressRefused, SourceBusy, SourceGone
from earnest.sources.drop.folder import PARTIAL
from earnest.sources.drop.shelf import MOST, Entry

LARGEST = 256 * 1024 * 1024
"""Bytes of one object: it is held in memory while it is read."""

_PIECE = 8 * 1024 * 1024
_AGAIN = "Earnest tries again by itself."


class Bucket:
    """The objects under a prefix."""

    def __init__(
        self, egress: Egress, bucket: str, prefix: str, endpoint: str | None, area: str, key_id: str | None,
        secret_key: str,
    ) -> None:  # fmt: skip
        self._bucket, self._prefix = bucket, prefix
        self._egress = egress
        self._piece = min(_PIECE, max(1, egress.limits[2] - 1_024))
        self._signed = key_id is not None
        session = boto3.session.Session(
            aws_access_key_id=key_id or "none", aws_secret_access_key=secret_key or "none", region_name=area
        )
        self._client: Any = session.client(
            "s3",
            endpoint_url=endpoint,
            config=Config(
                signature_version="s3v4" if self._signed else UNSIGNED,
                retries={"total_max_attempts": 1},
                s3={"addressing_style": "path" if endpoint else "auto"},
                ignore_configured_endpoint_urls=True,
            ),
        )
        self._client.meta.events.register("before-send.s3", self._send)

    def entries(self) -> Sequence[Entry]:
        """Every object that is no folder and not empty. Raises SourceBusy, SourceGone or EgressRefused."""
        found: list[Entry] = []
        token: dict[str, str] = {}
        while True:
            with _told():
                page = self._client.list_objects_v2(Bucket=self._bucket, Prefix=self._prefix, **token)
            for one in page.get("Contents", []):
                name = str(one["Key"])
                last = name.rsplit("/", 1)[-1]
                if (
                    not last
                    or last.startswith((".", "_"))
                    or last.lower().endswith(PARTIAL)
                    or not one["Size"]
                ):
                    continue
                written = one["LastModified"].astimezone(UTC)
                found.append(Entry(name, f"{one['ETag']}-{one['Size']}", written))
            following = page.get("NextContinuationToken")
            if not following or len(found) > MOST:
                return found
            token = {"ContinuationToken": following}

    @contextmanager
    def file(self, entry: Entry) -> Iterator[Path]:
        """An object as a file that is in memory alone. Raises BadFile where it is too large."""
        etag, _, size = entry.version.rpartition("-")
        if int(size) > LARGEST:
            raise BadFile(
                f"is larger than {LARGEST // 1024**2} MB", place="object", advice="Drop it in parts."
            )
        held = os.memfd_create("earnest", os.MFD_CLOEXEC)
        try:
            self._fetch(entry.name, etag, int(size), held)
            moment = int(entry.written.timestamp() * 1_000_000_000)
            # what was read of it is known again by its time
            os.utime(held, ns=(moment, moment))
            yield Path(f"/proc/{os.getpid()}/fd/{held}")
        finally:
            os.close(held)

    def _fetch(self, name: str, etag: str, size: int, held: int) -> None:
        """In pieces, each of the same version. Raises as `entries`."""
        # an object that was stored compressed is unpacked by its content here, not by a header
        plain = {"ResponseContentEncoding": "identity"} if self._signed else {}
        for start in range(0, size, self._piece):
            end = min(start + self._piece, size) - 1
            with _told():
                got = self._client.get_object(
                    Bucket=self._bucket, Key=name, Range=f"bytes={start}-{end}", IfMatch=etag, **plain
                )
                piece = got["Body"].read()
            if len(piece) != end - start + 1:
                raise SourceBusy("An object came in another length than it has.", advice=_AGAIN)
            os.pwrite(held, piece, start)

    def _send(self, request: Any, **_: object) -> AWSResponse:
        """What boto3 would send, sent through the guarded way out."""
        headers = {
            str(name): value.decode("latin-1") if isinstance(value, bytes) else str(value)
            for name, value in request.headers.items()
        }
        body = request.body if isinstance(request.body, bytes) else None
        answer = self._egress.ask(request.method, request.url, headers=headers, body=body, takes=ALL)
        kept = {name: value for name, value in answer.headers.items() if name != "transfer-encoding"}
        return AWSResponse(request.url, answer.status, kept, _Raw(answer.body))


class _Raw(io.BytesIO):
    """A body as botocore reads it."""

    def stream(self, amount: int = 65_536, **_: object) -> Iterator[bytes]:
        while piece := self.read(amount):
            yield piece


@contextmanager
def _told() -> Iterator[None]:
    """Foreign errors become sentences; nothing that the server wrote is repeated."""
    try:
        yield
    except EgressRefused as error:
        if "redirects" in error.problem:
            raise SourceGone(
                "The bucket is somewhere else.", advice="Set 'area' to its region.", why="moved"
            ) from error
        raise
    except EarnestError:
        raise
    except botocore.exceptions.ClientError as error:
        raise _refused(error) from error
    except (botocore.exceptions.BotoCoreError, ValueError, KeyError) as error:
        raise SourceBusy("What the bucket answered cannot be understood.", advice=_AGAIN) from error


_GONE = {
    "NoSuchBucket": ("There is no such bucket.", "Check the setting 'bucket'.", "gone"),
    "AccessDenied": (
        "The key may not read this bucket.",
        "Allow it s3:ListBucket and s3:GetObject.",
        "forbidden",
    ),
    "AllAccessDisabled": ("The bucket was shut.", "Ask its owner, or close this place.", "gone"),
    "InvalidAccessKeyId": ("The bucket does not know the key.", "Make a new key.", "key_refused"),
    "SignatureDoesNotMatch": ("The secret key does not fit.", "Give the secret key again.", "key_refused"),
    "PermanentRedirect": ("The bucket is somewhere else.", "Set 'area' to the bucket's region.", "moved"),
    "AuthorizationHeaderMalformed": ("The bucket is elsewhere.", "Set 'area' to its region.", "moved"),
}
_STATUS = {401: "AccessDenied", 403: "AccessDenied", 404: "NoSuchBucket"}


def _refused(error: botocore.exceptions.ClientError) -> EarnestError:
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in ("PreconditionFailed", "NoSuchKey") or status == 412:
        return SourceBusy("An object was changed while it was being read.", advice=_AGAIN)
    code = code if code in _GONE else _STATUS.get(status, "")
    if code:
        problem, advice, why = _GONE[code]
        return SourceGone(problem, advice=advice, why=why)
    return SourceBusy("The bucket cannot answer now.", advice=_AGAIN, why="down")
