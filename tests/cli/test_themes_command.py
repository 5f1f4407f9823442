"""`earnest themes`: posts in, their themes and then the themes out. Synthetic."""

import json

import pytest
from click.testing import CliRunner
from tests import themes as said

from earnest.cli import earnest

POSTS = [text for problem in said.PROBLEMS for text in said.texts(problem)]


def run(lines: str) -> tuple[int, list[dict[str, object]], str]:
    found = CliRunner().invoke(earnest, ["themes"], input=lines.encode("utf-8", "surrogatepass"))
    return found.exit_code, [json.loads(line) for line in found.stdout.splitlines()], found.stderr


def test_each_post_has_its_theme_then_each_theme_its_words() -> None:
    lines = "\n".join(json.dumps({"id": f"p{at}", "text": text}) for at, text in enumerate(POSTS))
    code, rows, _ = run(lines)
    assert code == 0
    posts, themes = rows[: len(POSTS)], rows[len(POSTS) :]
    assert [row["id"] for row in posts] == [f"p{at}" for at in range(len(POSTS))]
    assert {row["theme"] for row in posts} == {row["theme"] for row in themes}
    assert themes[0]["label"] == "order still active, restaurant closed"
    assert [row["posts"] for row in themes] == [10, 8, 7]


@pytest.mark.parametrize(
    ("lines", "code", "answered"),
    [
        ("", 0, 0),
        ('{"id": "1", "text": ""}', 0, 1),
        ('{"id": "1", "text": "😀"}\n{"id": "2", "text": "\\u200b"}', 0, 2),
        ('{"id": "1", "text": "مرحبا"}\nnope\n{"id": "3"}', 1, 1),
    ],
    ids=["nothing", "an empty post", "no words", "lines that are none"],
)
def test_odd_input(lines: str, code: int, answered: int) -> None:
    assert run(lines)[0] == code
    assert [row["theme"] for row in run(lines)[1]] == [None] * answered
