"""The built distribution: what is in it, and that it does the same from an empty environment in another folder."""

import importlib.metadata
import json
import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from drafter import __version__, draft, load_request

ROOT = Path(__file__).parents[1]
REQUEST = ROOT / "examples" / "request.toml"
NAME = "graceful-drafter"
CONTENT = ("prompts", "guardrails", "evals")

# The builds and the environment are made once, so the tests that use them stay on one worker.
pytestmark = pytest.mark.xdist_group("packaging")


@dataclass(frozen=True)
class Installed:
    """An environment that holds the wheel and its runtime dependencies only, and a folder away from the source."""

    bin: Path
    elsewhere: Path

    def run(self, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "OPENAI_"))}
        return subprocess.run(
            [self.bin / command, *arguments],
            cwd=self.elsewhere,
            env=kept,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that was built from that sdist, without the network."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return out


@pytest.fixture(scope="session")
def wheel(dist: Path) -> Path:
    return dist / f"graceful_drafter-{__version__}-py3-none-any.whl"


@pytest.fixture(scope="session")
def wheel_files(wheel: Path) -> frozenset[str]:
    with zipfile.ZipFile(wheel) as archive:
        return frozenset(archive.namelist())


@pytest.fixture(scope="session")
def sdist_files(dist: Path) -> frozenset[str]:
    with tarfile.open(dist / f"graceful_drafter-{__version__}.tar.gz") as archive:
        return frozenset(name.partition("/")[2] for name in archive.getnames())


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    place = tmp_path_factory.mktemp("installed")
    builder = venv.EnvBuilder(symlinks=os.name != "nt", with_pip=False)
    builder.create(place / "env")
    paths = builder.ensure_directories(place / "env")
    pip = [sys.executable, "-m", "pip", "--python", paths.env_exe, "install", "--quiet", "--no-deps", "--no-index"]
    done = subprocess.run([*pip, str(wheel)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    asked = [paths.env_exe, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    site = Path(subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip())
    for source in sorted({top for one in runtime_dependencies() for top in top_level(one)}):
        (site / source.name).symlink_to(source)
    (place / "elsewhere").mkdir()
    return Installed(bin=Path(paths.bin_path), elsewhere=place / "elsewhere")


def runtime_dependencies() -> Iterator[Distribution]:
    """The distributions that installing the project brings, all the way down, found where the tests run."""
    waiting, seen = [Requirement(NAME)], {NAME}
    while waiting:
        wanted = waiting.pop()
        found = importlib.metadata.distribution(wanted.name)
        for line in found.requires or ():
            one = Requirement(line)
            if str(one) not in seen and applies(one, wanted.extras):
                seen.add(str(one))
                waiting.append(one)
        if wanted.name != NAME:
            yield found


def applies(requirement: Requirement, extras: set[str]) -> bool:
    """Whether a requirement holds here, for a distribution of which these extras are asked."""
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in {"", *extras})


def top_level(distribution: Distribution) -> Iterator[Path]:
    """The files and folders that a distribution puts directly into site-packages."""
    for file in distribution.files or ():
        if file.parts[0] not in {"..", "__pycache__"}:
            yield Path(str(distribution.locate_file(file.parts[0])))


@pytest.mark.parametrize("folder", CONTENT)
def test_wheel_carries_the_content_folders(folder: str, wheel_files: frozenset[str]) -> None:
    """Each file of a content folder is in the wheel, inside the package."""
    source = {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*") if path.is_file()}
    assert source
    assert {f"drafter/_content/{path}" for path in source} <= wheel_files


def test_wheel_carries_the_whole_package_and_its_type_marker(wheel_files: frozenset[str]) -> None:
    """Each module, and py.typed, is in the wheel."""
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "drafter").rglob("*.py")}
    assert modules | {"drafter/py.typed"} <= wheel_files


def test_wheel_has_one_top_level_name(wheel_files: frozenset[str]) -> None:
    """The wheel puts `drafter` and its own metadata into an environment, and no generic name."""
    tops = {name.partition("/")[0] for name in wheel_files}
    assert tops == {"drafter", f"graceful_drafter-{__version__}.dist-info"}


@pytest.mark.parametrize("path", ["LICENSE", "README.md", "Makefile", "requirements/run.txt", "tests/test_house.py"])
def test_sdist_can_be_worked_on(path: str, sdist_files: frozenset[str]) -> None:
    """The sdist holds what a person needs to test and change the project."""
    assert path in sdist_files


def test_sdist_carries_no_environment(sdist_files: frozenset[str]) -> None:
    """Nothing that .gitignore names gets into the sdist."""
    assert {
        name for name in sdist_files if name.startswith((".venv", "dist/", ".git/")) or "__pycache__" in name
    } == set()


def test_installed_command_writes_the_same_message(installed: Installed) -> None:
    """The `drafter` of the wheel, run from another folder, writes what the source writes."""
    expected = draft(load_request(REQUEST), model="phrasebook", seed=7).message
    done = installed.run("drafter", "draft", str(REQUEST), "--model", "phrasebook", "--seed", "7", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["message"] == expected.model_dump(mode="json")


def test_installed_package_runs_its_own_code_and_content(installed: Installed) -> None:
    """What runs is the wheel's package with the content inside it, not the source tree's."""
    asked = "import drafter, drafter.content; print(drafter.__file__); print(drafter.content.content_root())"
    done = installed.run("python", "-c", asked)
    assert done.returncode == 0, done.stderr
    code, content = map(Path, done.stdout.splitlines())
    assert content == code.parent / "_content"
    assert code.is_relative_to(installed.bin.parent)


@pytest.mark.parametrize("name", [*CONTENT, "tests"])
def test_generic_names_are_not_importable(name: str, installed: Installed) -> None:
    """The wheel takes no import name from anybody else."""
    done = installed.run("python", "-c", f"import {name}")
    assert f"No module named '{name}'" in done.stderr
