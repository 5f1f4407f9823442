"""A stream of posts from Kafka, labelled by Spark into Parquet, each message once.

    Kafka → spark_kafka → gate and labels → OUT/<batch>/posts/*.parquet, OUT/<batch>/refused/*.json

Spark writes down which offsets a batch has before it does it, in OUT/_checkpoint. A batch is written beside
its place and renamed, so it is there whole or not at all; a batch that is there is not done again. So a kill
at any moment loses nothing and repeats nothing. Messages that are no post are skipped; their partition,
offset and error class stand in `refused`, and nothing of what they said. No raw text is written anywhere.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from earnest.flow.annotate.footer import Footer
from earnest.flow.annotate.run import files_of
from earnest.flow.spark import Labelling, prepared, schema_after, sentences, session
from earnest.record.errors import BadFile, InputError, MissingExtra

MOST = 100_000
"""Messages of a batch."""
KEPT = ("id", "text", "created", "region")


@dataclass(frozen=True, slots=True)
class Streamed:
    """What is in the output, of this run and those before it."""

    posts: int
    refused: int
    batches: int


@dataclass(frozen=True, slots=True)
class Splitting:
    """What runs in the workers: messages that are none aside, posts labelled.

    aside  the folder in which a span's refused messages are written down
    """

    labelling: Labelling
    aside: Path

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        """pyarrow batches of `spark_kafka.SCHEMA` in, labelled ones of KEPT out."""
        refused: list[tuple[int, int, str]] = []
        yield from self.labelling(self._posts(batches, refused))
        if refused:
            partition, offset, _ = refused[0]
            self.aside.mkdir(parents=True, exist_ok=True)
            draft = self.aside / f".{partition}-{offset}.{os.getpid()}"
            draft.write_text("".join(json.dumps(_told(one)) + "\n" for one in refused), "ascii")
            draft.replace(self.aside / f"{partition}-{offset}.json")

    def _posts(self, batches: Iterator[Any], refused: list[tuple[int, int, str]]) -> Iterator[Any]:
        import pyarrow.compute as pc

        for batch in batches:
            bad = batch.filter(pc.is_valid(batch["error"])).select(["partition", "offset", "error"])
            refused += zip(*(column.to_pylist() for column in bad.columns), strict=True)
            yield batch.filter(pc.is_null(batch["error"])).select(list(KEPT))


def _told(one: tuple[int, int, str]) -> dict[str, int | str]:
    return {"partition": one[0], "offset": one[1], "error": one[2]}


def stream(
    servers: str,
    topic: str,
    out: Path,
    model: str | Path,
    *,
    sentiment: bool,
    master: str = "local[*]",
    once: bool = False,
    most: int = MOST,
    progress: Callable[[Streamed], None] = lambda done: None,
) -> Streamed:
    """Label a topic's posts into the folder `out` until stopped, or (`once`) as far as there are messages
    now.

    Goes on where an earlier run into the same folder was. Raises MissingExtra, BadFile where the folder is of
    another topic, EarnestError.
    """
    if find_spec("confluent_kafka") is None:
        raise MissingExtra("Reading from Kafka", "spark")
    with (
        session(master) as spark,
        sentences(),
        prepared(spark, model, sentiment=sentiment) as labelling,
    ):
        from earnest.flow.spark_kafka import KafkaPosts

        _claim(out, servers, topic)
        spark.dataSource.register(KafkaPosts)
        source = (
            spark.readStream.format("earnest_kafka")
            .options(servers=servers, topic=topic, most=str(most))
            .load()
        )
        schema = schema_after(source.select(*KEPT).schema, sentiment=sentiment, place=topic)

        def keep(frame: Any, batch: int) -> None:
            whole = out / f"{batch:012}"
            if whole.exists():
                return
            draft = out / f"_{batch:012}.part"
            shutil.rmtree(draft, ignore_errors=True)
            task = Splitting(labelling, (draft / "refused").absolute())
            frame.mapInArrow(task, schema).write.parquet((draft / "posts").absolute().as_uri())
            draft.replace(whole)
            progress(written(out))

        query = source.writeStream.foreachBatch(keep).option(
            "checkpointLocation", (out / "_checkpoint").absolute().as_uri()
        )
        running = (query.trigger(availableNow=True) if once else query).start()
        try:
            running.awaitTermination()
        finally:
            running.stop()
    return written(out)


def _claim(out: Path, servers: str, topic: str) -> None:
    """One folder is for one topic: offsets of another would skip its messages."""
    note = out / "_topic"
    try:
        out.mkdir(parents=True, exist_ok=True)
        if not note.exists():
            if any(out.iterdir()):
                raise BadFile("is not empty", place=out.name, advice="Name a folder that is not there yet.")
            note.write_text(topic, "utf-8")
        elif note.read_text("utf-8") != topic:
            raise BadFile("holds another topic", place=out.name, advice="Use a folder for each topic.")
    except OSError as error:
        raise BadFile(f"cannot be written ({error.strerror})", place=str(out)) from error


def written(out: Path) -> Streamed:
    """What is in the output by now."""
    batches = [path for path in sorted(out.iterdir()) if path.is_dir() and path.name.isdecimal()]
    posts = refused = 0
    for batch in batches:
        for file in files_of(batch / "posts", empty=True):
            posts += sum(group.rows for group in Footer.read(file).groups)
        for file in (batch / "refused").glob("*.json"):
            refused += len(file.read_text("ascii").splitlines())
    return Streamed(posts, refused, len(batches))


def address_of(source: str) -> tuple[str, str]:
    """Servers and topic of "kafka://host:port,host:port/topic". InputError where it is none."""
    servers, _, topic = source.removeprefix("kafka://").partition("/")
    if not servers or not topic or "/" in topic:
        raise InputError(
            "is no address of a topic", place=source, advice="Write it as kafka://host:9092/topic."
        )
    return servers, topic
