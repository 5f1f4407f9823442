"""The same labels on a Spark cluster: the function of `batches` inside `mapInArrow`. pyspark is imported here
and in the files beside this one that begin with "spark", and nowhere else.

What must be so: Earnest is installed on every worker (the same version; a worker that has another refuses),
and input and output are folders that all machines see. Rows keep no order across files, because Spark keeps
none. No Django in the workers. A failure is one sentence; what Python or the JVM said of it may hold a post
and is not told.
"""

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from earnest import __version__
from earnest.flow.annotate import Annotated
from earnest.flow.annotate.footer import Footer
from earnest.flow.annotate.run import files_of
from earnest.flow.batches import labelled, leading, schema_of
from earnest.gate import bulk
from earnest.record.errors import BadFile, EarnestError, MissingExtra, SetupError
from earnest.understand.classify import Model

SPLIT = "64m"
"""Bytes of a file that one task reads: some ten seconds of work, and what a lost worker costs."""
LOOPBACK = re.compile(r"local\b.*|spark://(127\.0\.0\.1|localhost|\[::1\])[:/].*")


class WorkerFailed(Exception):
    """Its words are all that leaves a worker: a sentence without anything that a post held."""


@dataclass(frozen=True, slots=True)
class Labelling:
    """What runs in the workers. Made in the driver; travels as these plain values.

    model     a pack's id, or the name of a model folder's archive that was sent along
    sent      whether it is such an archive
    expected  what a worker must have to give the same answers as the driver: versions of all that decides
    """

    model: str
    sent: bool
    sentiment: bool
    expected: tuple[str, str, str]

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        """pyarrow batches in and out."""
        import pyarrow as pa

        try:
            model = _loaded(self.model, self.sent)
            if versions(model) != self.expected:
                raise SetupError(
                    "A worker has another version of Earnest, or of its model.",
                    advice="Install the same everywhere.",
                )
            for batch in labelled(batches, model, sentiment=self.sentiment):
                yield pa.record_batch(batch)
        except EarnestError as error:
            failed = error.sentence()
        except Exception as error:  # noqa: BLE001 - its words may hold a post
            failed = f"A worker failed ({type(error).__name__})."
        else:
            return
        # Raised out here, so that neither a cause nor its words go into Spark's logs.
        raise WorkerFailed(f"<<{failed}>>")


@cache
def _loaded(model: str, sent: bool) -> Model:
    """One model a worker process."""
    if not sent:
        return Model.shipped(model)
    from pyspark import SparkFiles

    with tempfile.TemporaryDirectory(prefix="earnest-") as folder:
        shutil.unpack_archive(SparkFiles.get(model), folder, "zip")
        return Model.load(Path(folder))


def versions(model: Model) -> tuple[str, str, str]:
    """What decides the answers: two machines with the same give the same."""
    return (__version__, model.id, bulk.version())


def annotate(
    source: Path, out: Path, model: str | Path, *, sentiment: bool, master: str = "local[*]"
) -> Annotated:
    """Label a Parquet file, or a folder of them, into a new folder. `model` is a pack's id or a folder.

    The folder appears under its name only when it is whole. Texts too long to be judged count as withheld.
    Raises MissingExtra, BadFile, ModelError, EarnestError.
    """
    _needs_spark()
    try:
        files = files_of(source)
        footers = [Footer.read(file) for file in files]
        if out.exists():
            raise BadFile("is there already", place=out.name, advice="Name a folder that is not there yet.")
        draft = out.absolute().with_name(f".{out.name}.part")
        shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        where = error.filename or source
        raise BadFile(f"cannot be read or written ({error.strerror or error})", place=str(where)) from error
    with session(master) as spark, sentences(), prepared(spark, model, sentiment=sentiment) as task:
        left_out = write(spark, task, files, draft, groups=sum(len(one.groups) for one in footers))
    rows = sum(group.rows for file in files_of(draft, empty=True) for group in Footer.read(file).groups)
    draft.replace(out)
    read = sum(group.rows for footer in footers for group in footer.groups)
    return Annotated(rows, read - rows, (), left_out, task.expected[1])


def write(spark: Any, task: Labelling, files: Sequence[Path], out: Path, *, groups: int) -> tuple[str, ...]:
    """Label files into the new folder `out`; which columns were left out. `groups` is how many row groups the
    files have: where they are fewer than the cluster could do at once, rows are spread first.
    """
    wide = 2 * spark.sparkContext.defaultParallelism
    spark.conf.set("spark.sql.files.minPartitionNum", str(2 * wide))
    frame = spark.read.parquet(*(file.absolute().as_uri() for file in files))
    left_out = leading(_arrow(frame.schema))
    schema = schema_after(frame.schema, sentiment=task.sentiment, place=files[0].name)
    if groups < wide:
        frame = frame.repartition(wide)
    frame.mapInArrow(task, schema).write.parquet(out.absolute().as_uri())
    return left_out


@contextmanager
def prepared(spark: Any, model: str | Path, *, sentiment: bool) -> Iterator[Labelling]:
    """The labelling that the workers run. A model folder is sent to them, as long as the block lasts."""
    if not isinstance(model, Path):
        yield Labelling(model, False, sentiment, versions(Model.shipped(model)))
        return
    expected = versions(Model.load(model))
    with tempfile.TemporaryDirectory(prefix="earnest-") as folder:
        name = f"earnest-model-{expected[1]}"
        # As one file: Spark sends no local folder to a cluster.
        spark.sparkContext.addFile(shutil.make_archive(str(Path(folder) / name), "zip", model))
        yield Labelling(f"{name}.zip", True, sentiment, expected)


def schema_after(schema: Any, *, sentiment: bool, place: str) -> Any:
    """Spark's schema of what comes out. Raises BadFile as `batches.schema_of`."""
    import pyarrow as pa
    from pyspark.sql.pandas.types import from_arrow_schema

    return from_arrow_schema(pa.schema(schema_of(_arrow(schema), sentiment=sentiment, place=place)))


def _arrow(schema: Any) -> Any:
    from arro3.core import Schema
    from pyspark.sql.pandas.types import to_arrow_schema

    return Schema.from_arrow(to_arrow_schema(schema))


def _needs_spark() -> None:
    if find_spec("pyspark") is None or find_spec("pyarrow") is None:
        raise MissingExtra("Labelling on a Spark cluster", "spark")


@contextmanager
def session(master: str, settings: Sequence[tuple[str, str]] = ()) -> Iterator[Any]:
    """A Spark session that ends with the block. On this machine it listens on loopback alone. Raises
    MissingExtra."""
    _needs_spark()
    from pyspark.sql import SparkSession

    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        raise SetupError("Spark needs Java, and there is none.", advice="Install Java 17, or set JAVA_HOME.")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("PYSPARK_DRIVER_PYTHON", sys.executable)
    builder = SparkSession.builder.master(master).appName("earnest annotate")
    if LOOPBACK.fullmatch(master):
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        builder = builder.config("spark.driver.host", "127.0.0.1").config(
            "spark.driver.bindAddress", "127.0.0.1"
        )
    for name, value in (
        ("spark.ui.enabled", "false"),
        ("spark.ui.showConsoleProgress", "false"),
        ("spark.log.level", "OFF"),
        ("spark.sql.session.timeZone", "UTC"),
        ("spark.sql.files.maxPartitionBytes", SPLIT),
        ("spark.sql.execution.arrow.maxRecordsPerBatch", "8192"),
        *settings,
    ):
        builder = builder.config(name, value)
    with sentences():
        spark = builder.getOrCreate()
    try:
        yield spark
    finally:
        spark.stop()


@contextmanager
def sentences() -> Iterator[None]:
    """Whatever Spark raises becomes one sentence: ours from a worker, or only the name of what went wrong."""
    try:
        yield
    except EarnestError:
        raise
    except Exception as error:  # noqa: BLE001 - its words may hold a post, and hold a page of Java
        failed = said_of(error)
    else:
        return
    raise EarnestError(failed, advice="Nothing was written. Look at the cluster, then run it again.")


def said_of(error: BaseException) -> str:
    """What may be told of an error of Spark's."""
    ours = re.search(r"WorkerFailed: <<(.{1,400}?)>>", str(error))
    if ours:
        return ours[1]
    named = getattr(error, "getCondition", lambda: None)()
    return f"Spark could not do it ({named or type(error).__name__})."
