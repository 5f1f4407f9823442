"""The examples of docs/add-a-source.md are run, and the source they build keeps the contract."""

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

PAGE = Path(__file__).parents[2] / "docs/add-a-source.md"


def _built() -> ModuleType:
    module = ModuleType("diary_of_the_page")
    sys.modules[module.__name__] = module
    for block in re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL):
        exec(compile(block, str(PAGE), "exec"), module.__dict__)  # noqa: S102 - our own page
    return module


_page: Any = _built()


class TestPage(_page.TestDiary):  # type: ignore[misc]
    """Every promise of the contract, kept by the page's own example."""


class TestHandshakeOfThePage(_page.TestMailingList):  # type: ignore[misc]
    """Every promise of a handshake, kept by the page's own example."""


def test_the_page_names_what_there_is() -> None:
    text = PAGE.read_text("utf-8")
    for name in re.findall(r"`(src/earnest/sources/[a-z_]+\.py)`", text):
        assert (PAGE.parents[1] / name).is_file(), name
    assert _page.DIARY.open({"folder": "."}, None)
