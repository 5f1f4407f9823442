"""Kafka as a source of Spark's structured streaming, read by confluent-kafka: no connector jar is needed.

A span of offsets is a partition; Spark keeps the offsets in its checkpoint, and nothing is committed to
Kafka. A span that is read again gives the same rows. Messages that retention deleted before they were read
are an error, never a silent gap. Raises (in a worker) WorkerFailed with a sentence.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from pyspark.sql.datasource import DataSource, DataSourceStreamReader, InputPartition
from pyspark.sql.streaming.datasource import (
    ReadAllAvailable,
    ReadLimit,
    ReadMaxRows,
    SupportsTriggerAvailableNow,
)

from earnest.flow.messages import Message, Offsets, read, shared
from earnest.flow.spark import WorkerFailed

SCHEMA = "partition int, offset long, error string, id string, text string, created string, region string"
BATCH = 2_000
PATIENCE = 60.0
"""Seconds without an answer of the brokers."""
_ARROW = pa.schema(
    [
        ("partition", pa.int32()),
        ("offset", pa.int64()),
        *((name, pa.string()) for name in ("error", "id", "text", "created", "region")),
    ]
)


class KafkaPosts(DataSource):  # type: ignore[misc]  # pyspark is not there when types are checked
    """`spark.readStream.format("earnest_kafka")` with the options servers, topic and most (a batch)."""

    @classmethod
    def name(cls) -> str:
        return "earnest_kafka"

    def schema(self) -> str:
        return SCHEMA

    def streamReader(self, schema: Any) -> "Reader":  # noqa: N802 - the name that Spark calls
        return Reader(self.options["servers"], self.options["topic"], int(self.options.get("most", "100000")))


@dataclass
class Span(InputPartition):  # type: ignore[misc]
    """The messages of a partition from `start` up to and without `end`."""

    partition: int
    start: int
    end: int


class Reader(DataSourceStreamReader, SupportsTriggerAvailableNow):  # type: ignore[misc]
    """One reader plans in the driver; copies of it read spans in the workers."""

    def __init__(self, servers: str, topic: str, most: int) -> None:
        self._servers = servers
        self._topic = topic
        self._most = most
        self._target: Offsets | None = None

    def initialOffset(self) -> Offsets:  # noqa: N802 - Spark's name
        """From the oldest message that is still there."""
        return {at: low for at, (low, _) in self._edges().items()}

    def getDefaultReadLimit(self) -> ReadLimit:  # noqa: N802 - Spark's name
        return ReadMaxRows(self._most)

    def prepareForTriggerAvailableNow(self) -> None:  # noqa: N802 - Spark's name
        self._target = {at: high for at, (_, high) in self._edges().items()}

    def latestOffset(self, start: Offsets, limit: ReadLimit) -> Offsets:  # noqa: N802 - Spark's name
        """As far as there are messages, and as the limit allows, the same from each partition."""
        edges = self._edges()
        ends = {at: high for at, (_, high) in edges.items()} if self._target is None else self._target
        begun = {at: start.get(at, edges.get(at, (0, 0))[0]) for at in ends}
        if isinstance(limit, ReadAllAvailable):
            return {**start, **{at: max(begun[at], ends[at]) for at in ends}}
        return {**start, **shared(begun, ends, limit.max_rows)}

    def partitions(self, start: Offsets, end: Offsets) -> Sequence[Span]:
        return [Span(int(at), start.get(at, 0), end[at]) for at in sorted(end) if end[at] > start.get(at, 0)]

    def commit(self, end: Offsets) -> None:
        """The checkpoint is what counts; Kafka is told nothing."""

    def read(self, span: Span) -> Iterator[pa.RecordBatch]:
        rows: list[tuple[Any, ...]] = []
        for offset, value in self._messages(span):
            found = read(value, f"{self._topic}/{span.partition}/{offset}")
            if isinstance(found, Message):
                rows.append((span.partition, offset, None, found.id, found.text, found.created, found.region))
            else:
                rows.append((span.partition, offset, found, None, None, None, None))
            if len(rows) == BATCH:
                yield _batch(rows)
                rows = []
        if rows:
            yield _batch(rows)

    def _messages(self, span: Span) -> Iterator[tuple[int, bytes | None]]:
        from confluent_kafka import KafkaError, TopicPartition

        consumer = self._consumer()
        try:
            consumer.assign([TopicPartition(self._topic, span.partition, span.start)])
            place, heard = span.start, time.monotonic()
            while place < span.end:
                messages = consumer.consume(BATCH, timeout=1.0)
                for message in messages:
                    error = message.error()
                    if error is None:
                        place = message.offset() + 1
                        if place <= span.end:
                            yield message.offset(), message.value()
                    elif error.code() == KafkaError._PARTITION_EOF:
                        # Offsets that hold no message (markers, compaction) end a partition, too.
                        place = max(place, message.offset())
                    elif error.code() == KafkaError._AUTO_OFFSET_RESET:
                        raise WorkerFailed(
                            f"<<Messages of partition {span.partition} from offset {place:,} on were deleted"
                            " by Kafka before they were read.>>"
                        )
                    elif not error.retriable():
                        raise WorkerFailed(f"<<Kafka refused partition {span.partition} ({error.name()}).>>")
                if messages:
                    heard = time.monotonic()
                elif time.monotonic() - heard > PATIENCE:
                    raise WorkerFailed(f"<<Kafka does not answer for partition {span.partition}.>>")
        finally:
            consumer.close()

    def _edges(self) -> dict[str, tuple[int, int]]:
        """By partition: the oldest offset that is there, and the next that will be."""
        from confluent_kafka import KafkaException, TopicPartition

        consumer = self._consumer()
        try:
            about = consumer.list_topics(self._topic, timeout=PATIENCE).topics[self._topic]
            if about.error is not None:
                raise WorkerFailed(f"<<The topic cannot be read ({about.error.name()}).>>")
            return {
                str(at): consumer.get_watermark_offsets(TopicPartition(self._topic, at), timeout=PATIENCE)
                for at in sorted(about.partitions)
            }
        except KafkaException as error:
            failed = error.args[0].name()
        finally:
            consumer.close()
        raise WorkerFailed(f"<<Kafka does not answer ({failed}).>>")

    def _consumer(self) -> Any:
        from confluent_kafka import Consumer

        return Consumer(
            {
                "bootstrap.servers": self._servers,
                "group.id": "earnest",
                "enable.auto.commit": False,
                "enable.auto.offset.store": False,
                "enable.partition.eof": True,
                "auto.offset.reset": "error",
                "isolation.level": "read_committed",
                "log_level": 0,
            }
        )


def _batch(rows: list[tuple[Any, ...]]) -> pa.RecordBatch:
    columns = zip(*rows, strict=True)
    return pa.record_batch(
        [pa.array(column, field.type) for column, field in zip(columns, _ARROW, strict=True)], schema=_ARROW
    )
