"""The architecture as tests: the floors of the house, its measures, its weight, and what its files may hold."""

import ast
import pkgutil
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import drafter

ROOT = Path(__file__).parents[1]
HOUSE = ROOT / "drafter"

# Ground floor first. `__init__` is the library's face: the rooms above it are for people and programs that use it.
FLOORS = (
    "latecomers", "errors", "dates", "request", "message", "delivery", "content", "limits", "settings", "names",
    "intake", "guide", "disclosure", "letter", "guardrails", "explanation", "ledger", "models", "prices",
    "conversation", "revision", "prompts", "incoming", "praise", "phrasebook", "finding", "judge", "writing",
    "ranking", "pipeline", "drafting", "__init__", "evals", "integrations", "cli", "__main__",
)  # fmt: skip

MODULES = sorted(HOUSE.rglob("*.py"))
MODULE_NAMES = [module.relative_to(ROOT).as_posix() for module in MODULES]
each_module = pytest.mark.parametrize("module", MODULES, ids=MODULE_NAMES)

HEAVY = {
    "anthropic", "httpcore", "httpx", "httpx2", "langchain", "langchain_core", "langchain_openai", "langsmith", "mcp",
    "openai", "opentelemetry", "requests", "tiktoken", "yaml",
}  # fmt: skip
FOR_THE_TERMINAL = {"click", "rich", "typer"}
SLOW = {"asyncio", "prompt_toolkit", "pydantic_settings", "pyperclip", "questionary", "rich"}
"""What a command that asks nothing and prints into a pipe starts without."""

UNWANTED = {
    "path of one machine": re.compile(r"(?<![\w.:/-])/(?:home|Users|root|tmp|work)/[\w.]"),
    "address of a package index": re.compile(
        r"pypi\.org|pythonhosted\.org|https?://[^\s\"']+/simple\b|(?<![\w-])--(?:extra-)?index-url|--find-link[s]"
    ),
    "private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY"),
}


def room(module: Path) -> str:
    """The room that a module stands in: its name, or that of its folder, directly under drafter/."""
    return module.relative_to(HOUSE).parts[0].removesuffix(".py")


def imported_rooms(module: Path) -> Iterator[tuple[str, int]]:
    """Rooms of the house that a module imports, anywhere but under `if TYPE_CHECKING:`, each with its line."""
    waiting: list[ast.AST] = [ast.parse(module.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            waiting.extend(node.orelse)
            continue
        waiting.extend(ast.iter_child_nodes(node))
        for name in imported_names(node):
            if name.split(".")[0] == "drafter":
                yield room_of_name(name), node.lineno  # type: ignore[attr-defined]  # only import statements get here


def imported_names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module == "drafter":
        return [f"drafter.{alias.name}" for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def room_of_name(name: str) -> str:
    part = name.split(".")[1] if "." in name else "__init__"
    return part if (HOUSE / part / "__init__.py").is_file() or (HOUSE / f"{part}.py").is_file() else "__init__"


def loaded_by(*command: str) -> set[str]:
    """Top-level packages loaded while Python runs `command`, which may end with findings (1) but not fail (2)."""
    done = subprocess.run([sys.executable, "-X", "importtime", *command], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode in {0, 1}, re.sub(r"^import time:.*\n", "", done.stderr, flags=re.MULTILINE)
    names = re.findall(r"^import time:[^|]*\|[^|]*\|\s*([\w.]+)$", done.stderr, re.MULTILINE)
    assert "drafter" in names
    return {name.split(".")[0] for name in names}


def text_files() -> Iterator[tuple[str, str]]:
    """Every text file that .gitignore lets into the repository: its path and its text."""
    ignored = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text().split() if not line.startswith("#")]
    folders = [ROOT]
    while folders:
        for entry in sorted(folders.pop().iterdir()):
            if entry.name == ".git" or any(fnmatch(entry.name, pattern) for pattern in ignored):
                continue
            if entry.is_dir():
                folders.append(entry)
            elif b"\0" not in (held := entry.read_bytes()):
                yield entry.relative_to(ROOT).as_posix(), held.decode("utf-8")


def pins(name: str) -> dict[str, str]:
    """The pins of one requirements file, project → version. Fails for a line that is no pin with hashes."""
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).strip())
    pin = re.compile(r"([\w.-]+)==([\w.!+]+)( ; [^\\\n]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+")
    found = {entry: pin.fullmatch(entry) for entry in entries}
    assert [entry for entry, match in found.items() if not match] == []
    return {match[1]: match[2] for match in found.values() if match}


def test_every_room_has_its_floor() -> None:
    """A new room under drafter/ must be given its floor before anything may use it."""
    assert {room(module) for module in MODULES} <= set(FLOORS)


@each_module
def test_a_room_imports_only_from_floors_below(module: Path) -> None:
    """No module imports, at the top or in a function, from its own level or above except inside its own room."""
    here = room(module)
    upward = [
        f"{module.name}:{line} imports {other}"
        for other, line in imported_rooms(module)
        if other != here and FLOORS.index(other) >= FLOORS.index(here)
    ]
    assert upward == []


@each_module
def test_modules_and_functions_are_short(module: Path) -> None:
    """No module is over 500 lines and no function over 60, its parameters apart: a command has one an option."""
    text = module.read_text(encoding="utf-8")
    functions = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    lengths = {f"{node.name}:{node.lineno}": (node.end_lineno or 0) - node.body[0].lineno + 1 for node in functions}
    assert len(text.splitlines()) <= 500
    assert {name: length for name, length in lengths.items() if length > 60} == {}


def test_importing_the_library_is_light() -> None:
    """`import drafter`, with every public name looked up, loads no client, no framework and nothing of the terminal."""
    look_up_all = "import drafter; [getattr(drafter, name) for name in drafter.__all__]"
    assert loaded_by("-c", look_up_all) & (HEAVY | FOR_THE_TERMINAL) == set()


def test_help_loads_next_to_nothing() -> None:
    """`drafter --help` loads neither the models of a request nor anything of a command."""
    assert loaded_by("-m", "drafter", "--help") & (HEAVY | SLOW | {"pydantic"}) == set()


def test_the_phrasebook_is_light() -> None:
    """`drafter draft --model phrasebook` loads no client, no framework and nothing that it has no use for."""
    words = ("draft", "examples/request.toml", "--model", "phrasebook")
    assert loaded_by("-m", "drafter", *words) & (HEAVY | SLOW) == set()


def test_checking_is_light(tmp_path: Path) -> None:
    """`drafter check` loads no client, no framework and nothing that it has no use for."""
    letter = tmp_path / "letter.txt"
    letter.write_text(
        "Subject: Data Engineer application\n\nDear Tom Okafor,\n\nThank you for your time. I have accepted another "
        "offer and withdraw my application for the Data Engineer role at Northwind. I would be glad to stay in touch."
        "\n\nBest regards,\nMaya Lindqvist\n",
        encoding="utf-8",
    )
    assert (
        loaded_by("-m", "drafter", "check", str(letter), "--request", "examples/request.toml") & (HEAVY | SLOW) == set()
    )


@pytest.mark.parametrize("kind", UNWANTED)
def test_no_file_holds_what_belongs_to_one_machine(kind: str) -> None:
    """No text file of the repository holds an absolute path of a machine, an index address or a private key."""
    held = [f"{path}: {match[0]}" for path, text in text_files() for match in UNWANTED[kind].finditer(text)]
    assert held == []


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        ("path of one machine", ("see /", "home/maya/request.toml")),
        ("path of one machine", ('"/', 'tmp/request.toml"')),
        ("address of a package index", ("https://pypi.", "org/project/rich")),
        ("address of a package index", ("https://index.example/", "simple/rich")),
        ("address of a package index", ("--index", "-url https://index.example")),
        ("private key", ("-----BEGIN RSA ", "PRIVATE KEY-----")),
    ],
)
def test_the_search_for_unwanted_text_finds_it(kind: str, parts: tuple[str, str]) -> None:
    """Each of the searches above finds what it is for; the texts stand here in two parts, as this file is searched."""
    assert UNWANTED[kind].search("".join(parts))


@pytest.mark.parametrize(
    ("name", "groups"),
    [("run.txt", ["install"]), ("test.txt", ["install", "test"]), ("model.txt", ["model"]), ("docs.txt", ["docs"])],
)
def test_pins_have_hashes_and_lie_in_the_declared_ranges(name: str, groups: list[str]) -> None:
    """A requirements file holds nothing but pins with hashes, and each range of pyproject.toml admits its pin."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    ranges = declared["project"]["dependencies"] + [
        line for group in groups for line in declared["dependency-groups"][group] if isinstance(line, str)
    ]
    pinned = pins(name)
    wanted = [Requirement(line) for line in ranges]
    assert [str(one) for one in wanted if not one.specifier.contains(pinned[canonicalize_name(one.name)])] == []


def test_the_tests_run_what_is_released() -> None:
    """Every pin of requirements/run.txt is the same in requirements/test.txt."""
    assert pins("run.txt").items() <= pins("test.txt").items()


def test_public_names_are_exactly_all() -> None:
    """`drafter.__all__` names everything public in `drafter`, the rooms apart, and nothing else."""
    rooms = {module.name for module in pkgutil.iter_modules(drafter.__path__)}
    public = {name for name in dir(drafter) if not name.startswith("_")} - rooms
    assert {name for name in drafter.__all__ if not name.startswith("_")} == public
