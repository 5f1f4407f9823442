"""`earnest annotate` on one machine: rows in, the same rows labelled out, whatever happens on the way."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from arro3.core import Array, DataType, RecordBatch, RecordBatchReader
from arro3.io import read_parquet, write_parquet
from hypothesis import given, settings
from hypothesis import strategies as st

from earnest.flow.annotate import Annotated, annotate, hand, parts, run
from earnest.flow.annotate.footer import Footer, Group, join
from earnest.record.errors import BadFile, EarnestError
from tests.flow.annotate_probe import loaded_by_a_hand

SAID = [
    "Customer took the tip back after I delivered",
    "The app crashed at the door again",
    "Call me on +1 415 555 0132 about the missing order",
    "No parking anywhere near the new restaurant",
    "",
]
PROTECTED = "We are forming a union, come to the meeting of all couriers on Friday"


def write(path: Path, columns: dict[str, Array], **how: Any) -> Path:
    write_parquet(RecordBatch.from_pydict(columns), path, **how)
    return path


def texts(said: Sequence[str | None]) -> Array:
    return Array(list(said), DataType.string())


def posts(path: Path, count: int, *, every: int = 0, said: str = "", **how: Any) -> Path:
    """So many posts; with `every`, each such one is protected speech."""
    spoken = [PROTECTED if every and at % every == 0 else f"{said}{SAID[at % 5]}" for at in range(count)]
    return write(path, {"id": texts([f"p{at}" for at in range(count)]), "text": texts(spoken)}, **how)


def rows(path: Path) -> dict[str, list[Any]]:
    table = read_parquet(path).read_all()
    return {name: table.column(name).to_pylist() for name in table.column_names}


def label(source: Path, out: Path, processes: int = 1) -> Annotated:
    return annotate(source, out, "gig-delivery", sentiment=True, processes=processes)


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of 100 rows, so that small files have many."""
    monkeypatch.setattr(parts, "ROWS", 100)


@pytest.mark.slow
def test_what_comes_out_has_the_order_of_what_went_in(tmp_path: Path, small_parts: None) -> None:
    source = posts(tmp_path / "in.parquet", 1_234, max_row_group_size=300)
    done = label(source, tmp_path / "out.parquet", processes=2)
    found = rows(tmp_path / "out.parquet")
    assert done.rows == 1_234
    assert found["id"] == [f"p{at}" for at in range(1_234)]
    assert found["label"][0] == "pay.tips"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.parquet", "out.parquet"]


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Annotated, dict[str, list[Any]]]:
    """What comes of a file with all sorts of posts and columns."""
    folder = tmp_path_factory.mktemp("mixed")
    said = [*SAID[:4], "x" * 20_001, *[PROTECTED] * 50, None, "y" * 1_000_000]
    names = ("id", "author", "text", "user_name", "city")
    columns = {name: texts(said if name == "text" else ["one"] * len(said)) for name in names}
    done = label(write(folder / "in.parquet", columns), folder / "out.parquet")
    return done, rows(folder / "out.parquet")


Mixed = tuple[Annotated, dict[str, list[Any]]]


def test_protected_posts_are_not_among_them_and_texts_are_redacted(mixed: Mixed) -> None:
    done, found = mixed
    assert (done.rows, done.withheld) == (5, 50)
    assert PROTECTED not in found["text"]
    assert found["text"][2] == "Call me on [phone] about the missing order"


def test_columns_that_lead_to_a_person_are_not_written(mixed: Mixed) -> None:
    done, found = mixed
    assert done.left_out == ("author", "user_name")
    assert list(found)[:3] == ["id", "text", "city"]


def test_a_text_too_long_to_be_judged_is_told_by_its_place(mixed: Mixed) -> None:
    done, found = mixed
    assert done.refused == ("in.parquet: row 5", "in.parquet: row 57")
    assert found["text"][3:] == [SAID[3], None]


@pytest.mark.slow
def test_a_folder_of_files_becomes_one_in_the_order_of_their_names(tmp_path: Path, small_parts: None) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    posts(folder / "b.parquet", 250)
    posts(folder / "a.parquet", 130, max_row_group_size=7)
    posts(folder / "_draft.parquet", 10)
    label(folder, tmp_path / "out.parquet")
    wanted = [f"p{at}" for at in range(130)] + [f"p{at}" for at in range(250)]
    assert rows(tmp_path / "out.parquet")["id"] == wanted


def test_a_file_without_rows_gives_one_with_all_columns(tmp_path: Path) -> None:
    empty = RecordBatch.from_pydict({"id": texts([]), "text": texts([])})
    write_parquet(RecordBatchReader.from_batches(empty.schema, []), tmp_path / "in.parquet")
    assert label(tmp_path / "in.parquet", tmp_path / "out.parquet").rows == 0
    assert list(rows(tmp_path / "out.parquet"))[2:] == [
        "kind",
        "label",
        "labels",
        "unsure",
        "sentiment",
        "lang",
    ]


def _not_utf8(path: Path) -> None:
    """A column that says it is text and is not."""
    posts(path, 300, dictionary_enabled=False)
    data = path.read_bytes()
    at = data.index(b"took the tip")
    path.write_bytes(data[:at] + b"\xff\xfe\xfd\xfc" + data[at + 4 :])


def _cut(path: Path) -> None:
    posts(path, 300)
    path.write_bytes(path.read_bytes()[:-9])


def _middle(path: Path) -> None:
    """Damage where only reading the rows finds it."""
    posts(path, 3_000, compression="zstd(1)")
    data = bytearray(path.read_bytes())
    ends = Footer.read(path).ends
    data[ends // 4 : ends // 2] = os.urandom(ends // 2 - ends // 4)
    path.write_bytes(data)


def _footer(path: Path) -> None:
    posts(path, 300)
    data = bytearray(path.read_bytes())
    data[-400:-100] = b"\xff" * 300
    path.write_bytes(data)


def _folder_of_two_sorts(path: Path) -> None:
    path.mkdir()
    posts(path / "a.parquet", 3)
    write(path / "b.parquet", {"text": texts(["tips"])})


def _empty_folder(path: Path) -> None:
    path.mkdir()


BAD = [
    ("no file", lambda path: None, "No such file"),
    ("cut off", _cut, "not a whole Parquet file"),
    ("a footer of nonsense", _footer, "in.parquet"),
    ("damage in the middle", _middle, "cannot be read as Parquet after row 0"),
    ("text that is no UTF-8", _not_utf8, "cannot be read as Parquet after row 0"),
    ("a folder with other columns", _folder_of_two_sorts, "b.parquet: has other columns than a.parquet"),
    ("an empty folder", _empty_folder, "no Parquet file"),
]
AT_ONCE = ("no file", "cut off", "a footer of nonsense", "damage in the middle", "an empty folder")


@pytest.mark.parametrize(
    ("make", "said"),
    [pytest.param(*row[1:], id=row[0], marks=[] if row[0] in AT_ONCE else pytest.mark.slow) for row in BAD],
)
def test_what_cannot_be_labelled_is_one_sentence_and_leaves_nothing(
    tmp_path: Path, make: Callable[[Path], object], said: str
) -> None:
    make(tmp_path / "in.parquet")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(BadFile, match=said) as caught:
        label(tmp_path / "in.parquet", tmp_path / "out.parquet")
    assert "tip" not in caught.value.sentence()
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.slow
def test_parts_of_another_run_are_never_mixed_in(tmp_path: Path, small_parts: None) -> None:
    out = tmp_path / "out.parquet"
    _leave_parts(posts(tmp_path / "old.parquet", 500, every=3), out)
    source = posts(tmp_path / "in.parquet", 500)
    assert label(source, out).rows == 500
    assert rows(out)["id"] == [f"p{at}" for at in range(500)]


def _leave_parts(source: Path, out: Path) -> None:
    """A run that ends before its parts are joined."""
    original = run.join
    run.join = _stop
    try:
        with pytest.raises(KeyboardInterrupt):
            label(source, out)
    finally:
        run.join = original
    assert list(out.with_name(f".{out.name}.parts").glob("*.parquet"))


def _stop(*_: object) -> int:
    raise KeyboardInterrupt


@pytest.mark.slow
def test_finished_parts_are_not_done_again(tmp_path: Path, small_parts: None) -> None:
    source, out = posts(tmp_path / "in.parquet", 1_000), tmp_path / "out.parquet"
    _leave_parts(source, out)
    told: list[tuple[int, int]] = []
    annotate(
        source, out, "gig-delivery", sentiment=True, processes=1,
        progress=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    assert told == [(1_000, 1_000)]
    assert rows(out)["id"] == [f"p{at}" for at in range(1_000)]


def test_two_runs_to_one_file_do_not_meet(tmp_path: Path) -> None:
    source, out = posts(tmp_path / "in.parquet", 10), tmp_path / "out.parquet"
    with run._held(out), pytest.raises(BadFile, match="by another run"):
        label(source, out)


COMMAND = Path(sys.executable).with_name("earnest")


@pytest.mark.slow
def test_a_kill_at_any_moment_loses_no_row_and_writes_none_twice(tmp_path: Path) -> None:
    """Real kills: at the start, a little after each part that came to be, and while parts are joined."""
    source, out = posts(tmp_path / "in.parquet", 330_000, every=7), tmp_path / "out.parquet"
    parts, draft = tmp_path / ".out.parquet.parts", tmp_path / ".out.parquet.part"
    seen = 0
    for turn in range(7):
        process = subprocess.Popen(
            [COMMAND, "annotate", source, out], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        while process.poll() is None and len(list(parts.glob("*.parquet"))) <= seen and not draft.exists():
            time.sleep(0.01)
            if turn == 0:
                break
        time.sleep(0.07 * turn)
        # Every other time only the parent: its hands must not write on.
        if process.poll() is None:
            (os.killpg if turn % 2 else os.kill)(process.pid, signal.SIGKILL)
        process.wait()
        if out.exists():
            break
        seen = len(list(parts.glob("*.parquet")))
    assert seen >= 2
    subprocess.run([COMMAND, "annotate", source, out], check=True, stdout=subprocess.DEVNULL)
    assert rows(out)["id"] == [f"p{at}" for at in range(330_000) if at % 7]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.parquet", "out.parquet"]


@pytest.mark.slow
def test_a_hand_that_is_killed_is_one_sentence_and_what_it_did_is_kept(
    tmp_path: Path, small_parts: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[hand.Hand] = []

    def spawn(job: hand.Job) -> hand.Hand:
        started.append(hand.spawn(job))
        return started[-1]

    monkeypatch.setattr(run, "spawn", spawn)
    source, out = posts(tmp_path / "in.parquet", 5_000), tmp_path / "out.parquet"

    def kill(done: int, total: int) -> None:
        if done >= 1_000:
            started[0].process.kill()
            time.sleep(0.05)

    with pytest.raises(EarnestError, match="was ended by SIGKILL") as caught:
        annotate(source, out, "gig-delivery", sentiment=True, processes=1, progress=kill)
    assert "goes on from there" in caught.value.advice
    assert not out.exists()
    monkeypatch.undo()
    monkeypatch.setattr(parts, "ROWS", 100)
    assert label(source, out).rows == 5_000


def test_a_hand_knows_no_django(tmp_path: Path) -> None:
    source = posts(tmp_path / "in.parquet", 20)
    (tmp_path / "parts").mkdir()
    job = hand.Job((source,), tmp_path / "parts", "gig-delivery", sentiment=True)
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=loaded_by_a_hand, args=(theirs, job))
    process.start()
    ready = ours.recv()
    assert ready.columns == ("id", "text")
    ours.send(parts.plan([Footer.read(source)])[0])
    assert ours.recv().number == 0
    ours.send(None)
    loaded = ours.recv()
    process.join()
    assert "earnest.understand.classify" in loaded
    assert not [name for name in loaded if name.split(".")[0] in ("django", "httpx", "socketserver")]


@pytest.mark.slow
def test_ten_times_the_rows_take_no_more_memory(tmp_path: Path) -> None:
    """The greatest memory of the command and of each of its processes."""
    script = (
        "import resource, sys; from pathlib import Path; from earnest.flow.annotate import annotate\n"
        "if __name__ == '__main__':\n"
        "    annotate(Path(sys.argv[1]), Path(sys.argv[2]), 'gig-delivery', sentiment=True, processes=1)\n"
        "    told = Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0]\n"
        "    print(told, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
    )
    file = tmp_path / "measure.py"
    file.write_text(script)
    peaks = []
    for count in (100_000, 1_000_000):
        source = tmp_path / f"{count}.parquet"
        _write_many(source, count)
        told = subprocess.run(
            [sys.executable, file, source, tmp_path / "out.parquet"],
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        peaks.append([int(word) for word in told.split()])
        assert len(rows(tmp_path / "out.parquet")["id"]) == count
    (own, theirs), (own_10, theirs_10) = peaks
    assert own_10 < own + 20_000
    assert theirs_10 < theirs * 1.25


def _write_many(path: Path, count: int) -> None:
    def batches() -> Iterator[RecordBatch]:
        for at in range(0, count, 10_000):
            ids = range(at, at + 10_000)
            yield RecordBatch.from_pydict(
                {"id": texts([f"p{n}" for n in ids]), "text": texts([SAID[n % 4] for n in ids])}
            )

    first = next(batches())
    write_parquet(RecordBatchReader.from_batches(first.schema, batches()), path)


@settings(max_examples=200, deadline=None)
@given(
    files=st.lists(
        st.lists(st.tuples(st.integers(0, 400_000), st.integers(1, 50_000)), max_size=6),
        min_size=1,
        max_size=4,
    )
)
def test_a_plan_has_every_row_once_and_in_order(files: list[list[tuple[int, int]]]) -> None:
    footers = [
        Footer(Path(f"{at}"), {}, 0, tuple(Group(count, count * mean) for count, mean in groups))
        for at, groups in enumerate(files)
    ]
    wanted = [
        (file, group, row, count)
        for file, groups in enumerate(files)
        for group, (count, _) in enumerate(groups)
        for row in ([0] if count else [])
    ]
    found: dict[tuple[int, int], int] = {}
    order = []
    for part in parts.plan(footers):
        assert part.rows <= parts.ROWS + 1
        for piece in part.pieces:
            place = (piece.file, piece.group)
            assert piece.start == found.get(place, 0)
            found[place] = piece.start + piece.rows
            order.append((*place, piece.start))
    assert order == sorted(order)
    assert found == {(file, group): count for file, group, _, count in wanted}


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=400), length=st.integers(0, 500))
def test_a_footer_of_any_bytes_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, length: int
) -> None:
    path = tmp_path_factory.mktemp("footer") / "any.parquet"
    path.write_bytes(b"PAR1" + data + length.to_bytes(4, "little") + b"PAR1")
    with suppress(BadFile):
        Footer.read(path)


@settings(max_examples=25, deadline=None)
@given(
    counts=st.lists(st.integers(0, 40), min_size=1, max_size=4),
    group=st.integers(1, 17),
    compression=st.sampled_from(["uncompressed", "snappy", "zstd(1)"]),
)
def test_files_joined_have_the_rows_of_all(
    tmp_path_factory: pytest.TempPathFactory, counts: list[int], group: int, compression: str
) -> None:
    folder = tmp_path_factory.mktemp("join")
    files = [
        posts(folder / f"{at}.parquet", count, max_row_group_size=group, compression=compression)
        for at, count in enumerate(counts)
    ]
    with (folder / "all.parquet").open("wb") as stream:
        assert join(files, stream) == sum(counts)
    assert rows(folder / "all.parquet")["id"] == [f"p{at}" for count in counts for at in range(count)]
    whole = Footer.read(folder / "all.parquet")
    read = [
        read_parquet(whole.only(at)).read_all().column("id").to_pylist() for at in range(len(whole.groups))
    ]
    assert [one for part in read for one in part] == rows(folder / "all.parquet")["id"]
