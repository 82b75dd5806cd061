"""The README and the documentation: examples that work, pages that are as the code is, links that lead somewhere."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import drafter
import drafter.integrations.langchain
import drafter.models
from drafter.guardrails.pack import load
from drafter.guardrails.selftest import flags
from drafter.settings import Settings
from tests.conftest import Command
from tests.examples import ROOT, WRITTEN, Reader, blocks, reading
from tests.pages import REFERENCE, found_pages, made_pages

DOCS = ROOT / "docs"
MADE = sorted((REFERENCE / "commands").glob("*.md"))
PAGES = {page.relative_to(ROOT).as_posix(): page for page in WRITTEN}


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    """A reader in a folder of their own."""
    with reading(tmp_path) as found:
        yield found


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_reader_can_follow_the_page(page: Path, reader: Reader) -> None:
    """Each command on the page works, prints what is shown where that is shown, and so does each piece of Python."""
    for block in blocks(page):
        assert reader.follow(block) == block.shown, f"{block.place}: run `make pages`, and look at what changed"


@pytest.mark.parametrize("page", MADE, ids=[page.name for page in MADE])
def test_the_examples_of_the_help_can_be_typed(page: Path, command: Command) -> None:
    """Each `drafter` in the examples of a command's help knows the command and the options that it is given."""
    lines = [line for block in blocks(page) if block.language == "sh" for line in block.text.splitlines()]
    typed = [part.partition("<")[0] for line in lines for part in line.split("|")]
    for words in (shlex.split(part) for part in typed):
        if words[0] == "drafter":
            assert command(*words[1:], "--help").code == 0, words


def test_made_pages_are_as_the_code_is() -> None:
    """The pages under docs/reference/ that are made from the code are there and as they would be made now."""
    made, found = made_pages(), found_pages()
    stale = [path for path in sorted({*made, *found}) if made.get(path) != found.get(path)]
    assert stale == [], "run `make pages`"


@pytest.mark.parametrize(
    ("module", "names"),
    [
        ("drafter", [name for name in drafter.__all__ if not name.startswith("_")]),
        ("drafter.models", drafter.models.__all__),
        ("drafter.integrations.langchain", drafter.integrations.langchain.__all__),
    ],
)
def test_every_public_name_is_in_the_python_reference(module: str, names: list[str]) -> None:
    """The reference asks for the docstring of each public name, and of nothing else."""
    text = (REFERENCE / "python.md").read_text(encoding="utf-8")
    asked = re.findall(rf"^::: {re.escape(module)}\.(\w+)$", text, re.MULTILINE)
    assert sorted(asked) == sorted(names)


@pytest.mark.parametrize("page", [*PAGES.values(), *(REFERENCE / path for path in found_pages())], ids=str)
def test_links_lead_somewhere(page: Path) -> None:
    """Each link to a file of the repository names one that is there, and a heading of it where it names one."""
    text = re.sub(r"```[\s\S]*?```", "", page.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, heading = target.partition("#")
        if not re.match(r"\w+:", target):
            place = (page.parent / path) if path else page
            assert place.exists(), target
            assert not heading or heading in anchors(place), target


def anchors(page: Path) -> set[str]:
    """The headings of a page as links name them."""
    found = set()
    for title, named in re.findall(r"^#+ (.*?)(?: \{ #([\w-]+) \})?$", page.read_text(encoding="utf-8"), re.MULTILINE):
        plain = re.sub(r"[^\w\s-]", "", re.sub(r"&#\d+;", "_", title)).strip().lower()
        found.add(named or re.sub(r"[\s-]+", "-", plain))
    return found


def test_every_page_is_in_the_navigation() -> None:
    """The site's navigation names every page, each once."""
    nav = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))["project"]["nav"]
    named = re.findall(r"'([\w/-]+\.md)'", str(nav))
    assert sorted(named) == sorted(page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md"))


def test_the_readme_shows_the_example_as_it_is() -> None:
    """The request in the README is the file that `make draft` uses."""
    example = (ROOT / "examples" / "request.toml").read_text(encoding="utf-8")
    assert f"```toml\n# examples/request.toml\n{example}```" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_setting_is_explained() -> None:
    """The page about models and settings has a line for each setting and its variable."""
    text = (DOCS / "models.md").read_text(encoding="utf-8")
    lines = [name for name in Settings.model_fields if f"| `{name}` | `DRAFTER_{name.upper()}` |" not in text]
    assert lines == []


def test_the_rule_of_the_recipe_holds() -> None:
    """The rule that the recipe adds does what its own texts say."""
    (text,) = (block.text for block in blocks(DOCS / "recipes" / "rule.md") if "[[rule]]" in block.text)
    (rule,) = load("docs/recipes/rule.md", tomllib.loads(text))
    assert [flags(rule, one) for one in (*rule.flag, *rule.passes)] == [True] * len(rule.flag) + [False] * len(
        rule.passes
    )


def test_the_hook_of_the_recipe_is_there() -> None:
    """The pre-commit hook that the recipe names is one that this repository defines."""
    (text,) = (one.text for one in blocks(DOCS / "recipes" / "ci.md") if one.name == ".pre-commit-config.yaml")
    named = [hook["id"] for repo in yaml.safe_load(text)["repos"] for hook in repo["hooks"]]
    defined = [hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))]
    assert set(named) <= set(defined)


def test_the_steps_of_the_recipe_run(reader: Reader) -> None:
    """The commands of the workflow that the recipe shows work, one after the other."""
    (block,) = (one for one in blocks(DOCS / "recipes" / "ci.md") if one.name == ".github/workflows/letters.yml")
    steps = [
        step["run"] for job in yaml.safe_load(block.text)["jobs"].values() for step in job["steps"] if "run" in step
    ]
    assert steps
    reader.type("\n".join(steps), block.place)
