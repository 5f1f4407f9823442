"""Bad input through the real commands: a clear sentence with its place, an exit code, the rest kept."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests import commands
from tests.lanes import mostly_slow

from earnest.cli import earnest
from earnest.record.errors import EarnestError

DEEP = b"[" * 10_000
TAXONOMY = "id: x\nname: X\nlabels:\n  - id: a.b\n    name: B\n  - id: a.c\n    name: C\n"
GOOD = '{"text":"the food was cold","labels":["a.b"]}\n'
FILES = {
    "posts.csv": b"id,text,author,city\n1,the app crashed again,ana,Leeds\n2,tips are missing,bo,Bath\n",
    "wrong.csv": b"id,score\n1,5\n",
    "empty": b"",
    "far.csv": b"id,text,created\n1,late,9999-01-01\n2,in time,2026-01-01\n",
    "mixed.csv": b"id,text\n1,caf\xe9 closed\n2,caf\xc3\xa9 open\n3,a\0b\n",
    "deep.jsonl": DEEP + b'\n{"id":"2","text":"the app crashed"}\n',
    "later.jsonl": b'{"id":"1","text":"the app crashed"}\n{"id":"2","text":' + DEEP + b"\n",
    "nul.jsonl": b'{"id":"1","text":"a\0b"}\n{"id":"2","text":"the app crashed"}\n',
    "good.yaml": TAXONOMY.encode(),
    "repeated.yaml": TAXONOMY.replace("a.c", "a.b").encode(),
    "deep.yaml": DEEP,
    "union.yaml": TAXONOMY.replace("name: C", "name: Union organising").encode(),
    "handles.yaml": TAXONOMY.replace("name: C", "name: C\n    description: posts by username").encode(),
    "wholly.yaml": TAXONOMY.replace("name: X", "name: Union members").encode(),
    "talk.yaml": (TAXONOMY + "categories:\n  - id: a\n    name: Talking to journalists\n").encode(),
    "good.jsonl": GOOD.encode() * 2,
    "unknown.jsonl": b'{"text":"x","labels":["z.z"]}\n',
    "bare.jsonl": b'{"text":"x"}\n',
    "broken.parquet": b"PAR1" + b"\x07" * 90 + b"PAR1",
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with every file, a home of its own, and SQLite whatever the tests run on."""
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EARNEST_HOME", str(tmp_path / "home"))
    return tmp_path


def run(line: str) -> Result:
    return CliRunner().invoke(earnest, line.split(" "))


WRONG = [
    ("a taxonomy with a repeated id", "train --taxonomy repeated.yaml --examples good.jsonl --out m",
     ("repeated.yaml:6", "already on line 4", "id of its own")),
    ("a taxonomy without examples", "train --taxonomy good.yaml --out m",
     ("good.yaml:4", "no examples", "Give it")),
    ("one label without examples", "train --taxonomy good.yaml --examples good.jsonl --out m",
     ("good.yaml:",)),
    ("nested brackets as a taxonomy", "train --taxonomy deep.yaml --examples good.jsonl --out m",
     ("deep.yaml:1", "nested too deeply")),
    ("a label the taxonomy does not know", "train --taxonomy good.yaml --examples unknown.jsonl --out m",
     ("unknown.jsonl:1", "z.z", "mend the example")),
    ("an example without labels", "train --taxonomy good.yaml --examples bare.jsonl --out m",
     ("bare.jsonl:1", "'labels'", "One JSON object a line")),
    ("no examples in the file", "train --taxonomy good.yaml --examples empty --out m",
     ("empty", "no examples")),
    ("a folder as examples", "train --taxonomy good.yaml --examples folder --out m", ("folder", "directory")),
    ("a missing taxonomy", "train --taxonomy none.yaml --examples good.jsonl --out m",
     ("none.yaml", "No such file")),
    ("an out that is a file", "train --taxonomy good.yaml --examples good.jsonl --out posts.csv",
     ("posts.csv", "Choose another --out")),
    ("an out that cannot be made", "train --taxonomy good.yaml --examples good.jsonl --out /proc/no/m",
     ("/proc/no/m", "Choose another --out")),
    ("a label about organising", "train --taxonomy union.yaml --examples good.jsonl --out m",
     ("'a.c' is refused", "protected speech")),
    ("a description that aims at people", "train --taxonomy handles.yaml --examples good.jsonl --out m",
     ("'a.c' is refused", "lead to a person")),
    ("a taxonomy about who is a member", "train --taxonomy wholly.yaml --examples good.jsonl --out m",
     ("'x' is refused", "traits of a person")),
    ("a category about the press", "train --taxonomy talk.yaml --examples good.jsonl --out m",
     ("'x' is refused", "protected speech")),
    ("no model", "evaluate --model none --examples good.jsonl", ("no model in none", "Train it")),
    ("a model that is a folder of something else", "classify --model folder good.jsonl",
     ("no model in folder",)),
    ("a label the model does not know", "evaluate --examples unknown.jsonl", ("unknown.jsonl:1", "z.z")),
    ("a CSV as Parquet", "annotate posts.csv out.parquet", ("posts.csv", "not a whole Parquet file")),
    ("damaged Parquet", "annotate broken.parquet out.parquet", ("broken.parquet", "Write it again")),
    ("a missing Parquet file", "annotate none out.parquet", ("none", "No such file")),
    ("a missing file of posts", "import none.csv --source s", ("none.csv", "no such file")),
    ("a folder of posts", "import folder --source s", ("folder", "is a directory", "Give one file")),
    ("a person's name as the text", "import posts.csv --source s --map text=text+author",
     ("--map text", "lead to a person", "Map it as author")),
    ("a person's name as the region", "import posts.csv --source s --map region=username", ("--map region",)),
]  # fmt: skip


@pytest.mark.parametrize(("line", "said"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_a_sentence_names_the_place_and_the_mend(here: Path, line: str, said: tuple[str, ...]) -> None:
    with pytest.raises(EarnestError) as caught:
        CliRunner().invoke(earnest, line.split(" "), catch_exceptions=False)
    for part in said:
        assert part in caught.value.sentence()


USAGE = [
    ("an unknown command", "nonsense", "No such command"),
    ("an unknown option", "gate --nonsense", "No such option"),
    ("a missing file", "gate none.jsonl", "No such file"),
    ("a folder", "redact folder", "Is a directory"),
    ("a number out of range", "classify --top 0 good.jsonl", "not in the range"),
    ("an audience there is not", "gate --audience all good.jsonl", "'customers', 'workforce'"),
    ("no source", "import posts.csv", "--source"),
    ("a column for something a post has not", "import posts.csv --source s --map name=author",
     "What can be: text"),
    ("a day that is none", "report --from yesterday", "Write it as 2026-11-19"),
    ("a format that is none", "report --out r.docx", "--format html, pdf"),
    ("a setting without a value", "sources add f --type feed --set url", "name=value"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "said"), [row[1:] for row in USAGE], ids=[row[0] for row in USAGE])
def test_wrong_usage_ends_with_2(here: Path, line: str, said: str) -> None:
    result = run(line)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())


@pytest.mark.parametrize("command", ["gate", "redact", "classify"])
@pytest.mark.parametrize(
    ("file", "kept", "problem"),
    [
        ("deep.jsonl", ["2"], (1, "nested too deeply")),
        ("later.jsonl", ["1"], (2, "nested too deeply")),
        ("nul.jsonl", ["2"], (1, "is not JSON")),
    ],
    ids=["brackets first", "brackets last", "a NUL byte"],
)
def test_a_bad_line_costs_only_itself(
    here: Path, command: str, file: str, kept: list[str], problem: tuple[int, str]
) -> None:
    result = run(f"{command} {file}")
    assert result.exit_code == 1
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == kept
    (told,) = [json.loads(line) for line in result.stderr.splitlines()]
    assert told["line"] == problem[0]
    assert problem[1] in told["problem"]


def test_bytes_that_are_no_text_are_named_so(here: Path) -> None:
    (here / "latin.jsonl").write_bytes(b'{"id":"1","text":"caf\xe9"}\n')
    assert json.loads(run("redact latin.jsonl").stderr)["problem"] == "is not JSON (not UTF-8)"


ADD = ("sources", "add", "f", "--type", "feed")


def process(*words: str) -> subprocess.CompletedProcess[str]:
    home = words[words.index("--home") + 1] if "--home" in words else os.environ["EARNEST_HOME"]
    return commands.run([*words], {**os.environ, "EARNEST_HOME": home, "DATABASE_URL": ""})


@pytest.mark.parametrize(
    ("file", "admitted", "told"),
    mostly_slow(
        [
            ("deep.jsonl", 1, ["line 1"]),
            ("nul.jsonl", 1, ["line 1"]),
            ("far.csv", 1, ["line 2"]),
            ("mixed.csv", 2, ["line 4"]),
        ],
        fast=["nul.jsonl", "mixed.csv"],
    ),
    ids=["10,000 brackets first", "a NUL byte first", "the year 9999", "two encodings and a NUL byte"],
)
def test_import_keeps_the_neighbours(here: Path, file: str, admitted: int, told: list[str]) -> None:
    done = process("import", file, "--source", "s", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["admitted"] == admitted
    assert [json.loads(line)["place"] for line in done.stderr.splitlines()] == told


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("import", "wrong.csv", "--source", "s"), "It has 2 columns: id, score."),
        (("import", "empty", "--source", "s"), "is empty"),
        (("import", "posts.csv", "--source", "s", "--home", "/proc/no"), "Choose another with --home."),
        ((*ADD, "--set", "url=https://me:secret@example.org/feed"), "nothing is read with a person's login"),
        ((*ADD, "--set", "url=file:///etc/hosts"), "must begin with https:// or http://"),
        (("sources", "add", "", "--type", "feed", "--set", "url=https://example.org"), "one letter or digit"),
    ],
    ids=[
        "a CSV with a wrong column",
        "an empty file",
        "a home that cannot be made",
        "a login in an address",
        "an address of a file",
        "a place without a name",
    ],
)
def test_what_cannot_be_done_is_one_sentence(here: Path, words: tuple[str, ...], said: str) -> None:
    done = process(*words)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stderr


@pytest.mark.parametrize("command", mostly_slow(["gate", "redact", "classify"], fast=["gate"]))
def test_whoever_reads_may_stop_early(here: Path, command: str) -> None:
    many = here / "many.jsonl"
    many.write_text("".join(f'{{"id":"{n}","text":"the app crashed {n}"}}\n' for n in range(20_000)))
    with subprocess.Popen(
        [sys.executable, "-m", "earnest", command, str(many)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.readline()
        child.stdout.close()
        assert child.stderr.read() == b""
    assert child.returncode == 0
