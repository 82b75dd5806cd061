"""The pages of the documentation that are made from the code: rules, commands, requests, the guide and the errors.

`make pages` writes them into docs/reference/, where they are committed; tests/test_docs.py fails where one is stale.
"""

from collections.abc import Mapping
from pathlib import Path

from tests.pages.commands import command_pages
from tests.pages.rules import rule_pages
from tests.pages.vocabulary import vocabulary_pages

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"

MARK = "<!-- Made from the code by `make pages`; a change here is lost. -->"


def made_pages() -> Mapping[str, str]:
    """Every page that is made, by its path under docs/reference/ ("rules/form.md")."""
    pages = {**rule_pages(), **command_pages(), **vocabulary_pages()}
    return {path: f"{MARK}\n\n{text.strip()}\n" for path, text in sorted(pages.items())}


def found_pages() -> Mapping[str, str]:
    """Every page under docs/reference/ that says that it was made."""
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(REFERENCE.rglob("*.md"))}
    return {path.relative_to(REFERENCE).as_posix(): text for path, text in texts.items() if text.startswith(MARK)}
