"""The same labels on a Spark cluster and on a stream: real Spark, real Kafka protocol, exact counts.

What needs Spark runs in the full lane, with the Python of `make spark`.
"""

import ast
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import earnest
from earnest.cli import earnest as cli
from earnest.flow.messages import shared
from earnest.flow.spark import WorkerFailed, said_of
from earnest.flow.spark_stream import address_of
from earnest.record.errors import InputError
from earnest.understand.classify import Model
from tests import spark
from tests.flow.test_annotate import PROTECTED, SAID, posts, rows

HERE = Path(__file__).parent
CANARY = "tsetse-canary"


@pytest.fixture(scope="module")
def python() -> Path:
    found = spark.python()
    if found is None:
        pytest.skip("Spark is not installed: make spark (and Java 17)")
    return found


def run(python: Path, *words: str | Path, status: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [python, *words], capture_output=True, text=True, env=spark.environment(), timeout=560
    )
    assert done.returncode == status, done.stderr[-2_000:]
    return done


def annotate(python: Path, *words: str | Path, status: int = 0) -> subprocess.CompletedProcess[str]:
    return run(python, "-m", "earnest", "annotate", "--engine", "spark", *words, status=status)


def all_rows(folder: Path) -> dict[str, list[Any]]:
    """The rows of a folder's files, in the order of their ids."""
    found: dict[str, list[Any]] = {}
    for file in sorted(folder.rglob("*.parquet")):
        for name, values in rows(file).items():
            found.setdefault(name, []).extend(values)
    order = sorted(range(len(found["id"])), key=lambda at: int(found["id"][at][1:]))
    return {name: [values[at] for at in order] for name, values in found.items()}


@pytest.mark.slow
def test_spark_gives_what_one_machine_gives(python: Path, tmp_path: Path) -> None:
    source = posts(tmp_path / "in.parquet", 60_000, every=9, max_row_group_size=7_000)
    done = annotate(python, source, tmp_path / "spark", "--master", "local[2]")
    run(python, "-m", "earnest", "annotate", source, tmp_path / "here.parquet")
    here, there = rows(tmp_path / "here.parquet"), all_rows(tmp_path / "spark")
    assert len(there["id"]) == sum(1 for at in range(60_000) if at % 9)
    assert there == here
    assert "53,333 posts labelled" in done.stdout
    assert "withheld: 6,667" in done.stdout


@pytest.mark.slow
def test_a_standalone_master_and_two_workers_count_exactly(python: Path, tmp_path: Path) -> None:
    """With a model folder that is sent along; and nobody listens beyond this machine."""
    model = Path(earnest.__file__).parent / "understand" / "models" / "airline"
    source = posts(tmp_path / "in.parquet", 200_000, every=10, max_row_group_size=20_000)
    before = spark.listening_elsewhere()
    with spark.cluster(tmp_path) as master:
        done = annotate(python, source, tmp_path / "out", "--master", master, "--model", model)
        assert spark.listening_elsewhere() == before
        ran = {file.parent.parent.parent.name for file in tmp_path.glob("w*/app-*/*/stderr")}
    found = all_rows(tmp_path / "out")
    assert "180,000 posts labelled" in done.stdout
    assert found["id"] == [f"p{at}" for at in range(200_000) if at % 10]
    assert PROTECTED not in found["text"]
    assert set(found["label"]) <= set(Model.load(model).labels)
    assert ran == {"w0", "w1"}


@pytest.mark.slow
def test_workers_know_no_django(python: Path, tmp_path: Path) -> None:
    source = posts(tmp_path / "in.parquet", 100)
    loaded = json.loads(run(python, HERE / "spark_probe.py", source).stdout.splitlines()[-1])
    assert "earnest.understand.classify" in loaded
    assert not [name for name in loaded if name.split(".")[0] in ("django", "httpx")]


@pytest.mark.slow
def test_what_fails_is_one_sentence_without_a_word_of_a_post(python: Path, tmp_path: Path) -> None:
    source = posts(tmp_path / "in.parquet", 3_000, said=CANARY, dictionary_enabled=False)
    data = bytearray(source.read_bytes())
    # The rows are damaged, the footer is whole; one canary stays.
    data[2_000:2_400] = b"\xff" * 400
    source.write_bytes(data)
    done = annotate(python, source, tmp_path / "out", "--master", "local[2]", status=1)
    told = done.stdout + done.stderr
    assert CANARY not in told
    assert "Traceback" not in told
    assert "Spark could not do it" in told
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_worker_of_another_version_refuses(python: Path, tmp_path: Path) -> None:
    source = posts(tmp_path / "in.parquet", 100)
    done = run(python, HERE / "spark_probe.py", source, "other version")
    assert "A worker has another version of Earnest" in done.stdout


class Broker:
    """librdkafka's own mock of a broker: it speaks Kafka's protocol on loopback, in this process."""

    def __init__(self) -> None:
        kafka = pytest.importorskip("confluent_kafka", reason="confluent-kafka is not installed")
        self._producer = kafka.Producer(
            {"bootstrap.servers": "-", "test.mock.num.brokers": 1, "log_level": 0}
        )
        (broker,) = self._producer.list_topics(timeout=20).brokers.values()
        self.address = f"kafka://{broker.host}:{broker.port}"
        assert broker.host.startswith("127.")

    def send(self, topic: str, messages: list[bytes]) -> None:
        for at, message in enumerate(messages):
            self._producer.produce(topic, message, partition=at % 4)
            if at % 10_000 == 0:
                self._producer.flush()
        self._producer.flush()


@pytest.fixture
def broker() -> Broker:
    return Broker()


def messages(first: int, last: int) -> list[bytes]:
    """Posts; each hundredth is protected, and each thousandth no post."""
    return [
        b"{no" + CANARY.encode()
        if at % 1_000 == 1
        else json.dumps(
            {"id": f"p{at}", "author": "ann", "text": PROTECTED if at % 100 == 0 else SAID[at % 5]}
        ).encode()
        for at in range(first, last)
    ]


def wanted(last: int) -> list[str]:
    return [f"p{at}" for at in range(last) if at % 1_000 != 1 and at % 100]


def refusals(out: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for file in out.glob("[0-9]*/refused/*.json")
        for line in file.read_text().splitlines()
    ]


@pytest.mark.slow
def test_a_stream_reads_each_message_once_and_goes_on(python: Path, tmp_path: Path, broker: Broker) -> None:
    out = tmp_path / "out"
    words = (f"{broker.address}/posts", out, "--master", "local[2]", "--once")
    broker.send("posts", messages(0, 50_000))
    first = annotate(python, *words, status=1)
    assert all_rows(out)["id"] == wanted(50_000)
    assert "49,450 posts labelled" in first.stdout
    broker.send("posts", messages(50_000, 60_000))
    second = annotate(python, *words, status=1)
    assert all_rows(out)["id"] == wanted(60_000)
    assert "59,340 posts labelled" in second.stdout
    assert Counter(one["error"] for one in refusals(out)) == {"NotJSON": 60}
    assert {tuple(one) for one in refusals(out)} == {("partition", "offset", "error")}
    assert set(rows(next(out.glob("[0-9]*/posts/*.parquet")))) == {
        "id", "text", "created", "region", "kind", "label", "labels", "unsure", "sentiment", "lang",
    }  # fmt: skip
    held = b"".join(file.read_bytes() for file in out.rglob("*") if file.is_file())
    assert CANARY.encode() not in held + first.stderr.encode()


@pytest.mark.slow
def test_a_stream_that_is_killed_loses_nothing_and_repeats_nothing(
    python: Path, tmp_path: Path, broker: Broker
) -> None:
    out = tmp_path / "out"
    broker.send("posts", messages(0, 40_000))
    command = [python, HERE / "spark_stream_run.py", broker.address, out]
    for kills in range(1, 4):
        process = subprocess.Popen(
            command, env=spark.environment(), start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        end = time.monotonic() + 200
        # Killed in the middle of a batch, just after one, and where it happens to be.
        signs = ("_*.part/posts", "0*", "_*.part/posts/_temporary/0/task*")
        before = set(out.glob(signs[kills - 1])) if out.exists() else set()
        while time.monotonic() < end and process.poll() is None:
            if out.exists() and set(out.glob(signs[kills - 1])) - before:
                break
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        _gone(process.pid)
    run(python, *command[1:])
    assert all_rows(out)["id"] == wanted(40_000)
    assert len(refusals(out)) == 40


def _gone(group: int) -> None:
    """Until every process of a group that was killed has ended."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)


@pytest.mark.slow
def test_a_broker_that_is_not_there_is_one_sentence(python: Path, tmp_path: Path) -> None:
    done = annotate(
        python, f"kafka://127.0.0.1:{spark.free_port()}/posts", tmp_path / "out", "--once", status=1
    )
    assert "Kafka does not answer" in done.stderr
    assert "Traceback" not in done.stderr


def test_only_its_own_files_know_spark() -> None:
    source = Path(earnest.__file__).parent
    found = set()
    for file in source.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = (
                [one.name for one in node.names] if isinstance(node, ast.Import)
                else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            )  # fmt: skip
            if any(name.split(".")[0] in ("pyspark", "pyarrow", "py4j") for name in names):
                found.add(str(file.relative_to(source)))
    assert found == {"flow/spark.py", "flow/spark_kafka.py", "flow/spark_stream.py"}


def test_a_file_of_spark_can_be_imported_without_spark() -> None:
    """`earnest annotate --engine spark` must be able to say what to install."""
    subprocess.run([sys.executable, "-c", "import earnest.flow.spark, earnest.flow.spark_stream"], check=True)


ADDRESSES = [
    ("kafka://127.0.0.1:9092/posts", ("127.0.0.1:9092", "posts")),
    ("kafka://a:1,b:2/posts", ("a:1,b:2", "posts")),
    ("kafka://a:1", None),
    ("kafka:///posts", None),
    ("kafka://a:1/", None),
    ("kafka://a:1/posts/more", None),
]


@pytest.mark.parametrize(("said", "found"), ADDRESSES)
def test_the_address_of_a_topic(said: str, found: tuple[str, str] | None) -> None:
    if found is None:
        with pytest.raises(InputError, match="no address of a topic"):
            address_of(said)
    else:
        assert address_of(said) == found


USAGE = [
    ("a cluster here", "in.parquet out --master local[2]", "--master is for --engine spark"),
    (
        "processes on a cluster",
        "in.parquet out --engine spark --processes 2",
        "--processes is for this machine",
    ),
    ("a topic here", "kafka://a:1/posts out", "kafka:// is for --engine spark"),
    ("once of a file", "in.parquet out --engine spark --once", "--once is for kafka://"),
]


@pytest.mark.parametrize(("words", "said"), [row[1:] for row in USAGE], ids=[row[0] for row in USAGE])
def test_an_option_that_would_do_nothing_is_refused(words: str, said: str) -> None:
    done = CliRunner().invoke(cli, ["annotate", *words.split()])
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())


SPOKEN = [
    ("ours", f"Traceback … earnest.flow.spark.{WorkerFailed.__name__}: <<The gate could not run.>> Java …",
     "The gate could not run."),
    ("anything else", f"Py4JJavaError: {CANARY}", "Spark could not do it (RuntimeError)."),
    ("our line of code, quoted", 'raise WorkerFailed(f"<<{failed}>>")',
     "Spark could not do it (RuntimeError)."),
]  # fmt: skip


@pytest.mark.parametrize(("words", "said"), [row[1:] for row in SPOKEN], ids=[row[0] for row in SPOKEN])
def test_of_an_error_of_spark_only_what_is_ours_is_told(words: str, said: str) -> None:
    assert said_of(RuntimeError(words)) == said


@given(
    held=st.dictionaries(
        st.sampled_from("01234"), st.tuples(st.integers(0, 1_000), st.integers(0, 1_000)), min_size=1
    ),
    most=st.integers(1, 2_000),
)
def test_a_batch_takes_its_share_of_each_partition(held: dict[str, tuple[int, int]], most: int) -> None:
    begun = {at: start for at, (start, _) in held.items()}
    ends = {at: start + more for at, (start, more) in held.items()}
    reached = shared(begun, ends, most)
    waiting = sum(more for _, more in held.values())
    taken = sum(reached[at] - begun[at] for at in held)
    assert all(begun[at] <= reached[at] <= ends[at] for at in held)
    assert taken == min(most, waiting)
