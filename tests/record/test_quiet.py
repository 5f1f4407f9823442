"""A failure tells where it was and of which kind, and never the words it came with."""

import logging
import subprocess
import sys

import pytest

from earnest.record import quiet
from earnest.record.errors import BadLine

SAID = "vxcanary words of a post"


def raised(*errors: BaseException) -> BaseException:
    """The last of the errors, each caused by the one before it."""
    before: BaseException | None = None
    for error in errors:
        try:
            raise error from before
        except BaseException as caught:  # noqa: BLE001 - what is caught is what is tested
            before = caught
    assert before is not None
    return before


@pytest.mark.parametrize(
    ("errors", "says"),
    [
        pytest.param((ValueError(SAID),), "ValueError (its words are not told", id="one error"),
        pytest.param((KeyError(SAID), TypeError(SAID)), "which led to:", id="an error and its cause"),
        pytest.param((ValueError(SAID), BadLine("is empty", place="text")), "BadLine: ", id="one of our own"),
    ],
)
def test_where_and_which_kind_are_told_and_no_word(errors: tuple[BaseException, ...], says: str) -> None:
    told = quiet.told(raised(*errors))
    assert says in told
    assert "test_quiet.py" in told
    assert SAID not in told


def test_a_log_record_is_written_anew_though_another_handler_wrote_its_words_down() -> None:
    record = logging.LogRecord("a", logging.ERROR, "p", 1, "failed", (), None)
    error = raised(ValueError(SAID))
    record.exc_info = (type(error), error, error.__traceback__)
    assert SAID in logging.Formatter().format(record)
    assert record.exc_text
    out = quiet.Quiet("%(message)s").format(record)
    assert out.startswith("failed\n")
    assert SAID not in out


def test_our_own_errors_keep_their_sentence() -> None:
    assert "is empty" in quiet.told(raised(BadLine("is empty", place="line 3")))


@pytest.mark.parametrize(
    "failing",
    [
        pytest.param("fail()", id="in the main thread"),
        pytest.param("t = threading.Thread(target=fail); t.start(); t.join()", id="in another thread"),
        pytest.param("x = Finaliser(); del x", id="in a finaliser"),
        pytest.param("logging.getLogger('x').error('%s %s', said)", id="in logging itself"),
    ],
)
def test_nobody_catches_it_and_no_word_is_told(failing: str) -> None:
    program = f"""
import logging, threading
from earnest.record import quiet
said = {SAID!r}
def fail():
    raise RuntimeError(said)
class Finaliser:
    def __del__(self):
        fail()
quiet.settle()
{failing}
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False, text=True)
    assert SAID not in done.stdout + done.stderr
    assert "logging" in failing or "RuntimeError" in done.stderr


def test_no_core_is_left() -> None:
    program = (
        "import resource; from earnest.record import quiet; quiet.settle();"
        " print(resource.getrlimit(resource.RLIMIT_CORE)[0])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "0"
