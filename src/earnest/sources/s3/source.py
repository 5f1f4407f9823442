"""Objects of a bucket as a source; `sources.drop` reads them."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Annotated, Any

import msgspec

from earnest.egress import Egress
from earnest.record.errors import MissingExtra
from earnest.record.raw import Page
from earnest.sources.base import SourceType, settings, way_out
from earnest.sources.drop.shelf import Shelf, read_shelf
from earnest.sources.drop.source import Columns, Dates, Group, Layout, Questions, check_layout, opener
from earnest.sources.http_json import server


class S3Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a steward sets. `secret_key` comes from the key folder."""

    bucket: Annotated[
        str,
        msgspec.Meta(
            title="Bucket",
            description="The bucket's name.",
            examples=["example-exports"],
            pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{1,62}$",
        ),
    ]
    prefix: Annotated[
        str,
        msgspec.Meta(
            title="Prefix",
            description="Only objects whose names begin so.",
            examples=["reviews/"],
            max_length=900,
        ),
    ] = ""
    key_id: Annotated[
        str | None,
        msgspec.Meta(
            title="Access key ID",
            description="The ID of a key that may list and read this bucket; empty for a public one.",
            examples=["AKIAIOSFODNN7EXAMPLE"],
        ),
    ] = None
    secret_key: Annotated[
        str,
        msgspec.Meta(
            title="Secret key", description="The secret part of that key.", examples=["wJalrXUtn…EXAMPLEKEY"]
        ),
    ] = ""
    area: Annotated[
        str,
        msgspec.Meta(
            title="Region of the bucket",
            description="Where the bucket lies, as its provider calls it.",
            examples=["eu-west-1"],
            pattern=r"^[a-z0-9-]{2,40}$",
        ),
    ] = "us-east-1"
    server: Annotated[
        str | None,
        msgspec.Meta(
            title="Endpoint",
            description="The address of another provider than Amazon.",
            examples=["https://s3.example.org"],
        ),
    ] = None
    layout: Layout = "posts"
    columns: Columns = {}
    questions: Questions = ()
    group: Group = None
    dates: Dates = None

    def __post_init__(self) -> None:
        check_layout(self.layout, self.questions)
        if (self.key_id is None) != (not self.secret_key):
            raise ValueError("`key_id` and the secret key belong together")


def _today() -> datetime:
    return datetime.now(UTC)


class BucketSource:
    """One bucket, or what lies under a prefix of it."""

    def __init__(self, wanted: S3Settings, shelf: Shelf, now: Callable[[], datetime] = _today) -> None:
        self._settings = wanted
        self._shelf = shelf
        self._opener = opener(
            wanted.layout, wanted.columns, wanted.questions, wanted.group, wanted.dates, now
        )

    def read(self, cursor: str | None) -> Iterator[Page]:
        """Every object that was not read yet. Raises SourceBusy, SourceGone, InputError or EgressRefused."""
        return read_shelf(self._shelf, cursor, self._opener)

    def probe(self) -> str:
        """Lists the bucket."""
        return f"The bucket {self._settings.bucket} with {len(self._shelf.entries()):,} objects."


def open_s3(given: Mapping[str, Any], egress: Egress | None) -> BucketSource:
    """A bucket. Raises BadSetting, MissingExtra without boto3."""
    wanted = settings("s3", given, S3Settings)
    endpoint = server(wanted.server, wanted.server, "s3") if wanted.server else None
    if find_spec("boto3") is None:
        raise MissingExtra("Reading a bucket", "s3")
    from earnest.sources.s3.bucket import Bucket

    shelf = Bucket(
        way_out(egress, "A bucket"),
        wanted.bucket,
        wanted.prefix,
        endpoint,
        wanted.area,
        wanted.key_id,
        wanted.secret_key,
    )
    return BucketSource(wanted, shelf)


S3 = SourceType(
    type="s3",
    kinds=("addressed", "open"),
    title="Files dropped into a bucket (S3)",
    extra="s3",
    tested_against="moto, a mock server of S3",
    open=open_s3,
    secret="secret_key",  # noqa: S106 - the name of the setting
    catches_up=True,
    settings=S3Settings,
    asks="The bucket is the operator's own, or its owner gave a key to it.",
    key="Make a key that may do s3:ListBucket and s3:GetObject on this bucket, and nothing else.",
)
