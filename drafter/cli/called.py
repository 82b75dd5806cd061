"""How the person can type a command again: as `drafter` where the shell finds it, or as this run was called."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path


def called(*words: str) -> str:
    """A command with these words that can be typed as it is printed."""
    return shlex.join([*_program(), *words])


def _program() -> list[str]:
    if shutil.which("drafter"):
        return ["drafter"]
    run = Path(sys.argv[0])
    if run.stem == "drafter" and run.suffix in {"", ".exe"}:
        return [sys.argv[0]]
    return [sys.executable or "python", "-m", "drafter"]


def install(extra: str) -> str:
    """The command that installs an extra of this project: from its source tree where it runs from one."""
    root = Path(__file__).parents[2]
    if not (root / "pyproject.toml").is_file():
        return f"pip install 'graceful-drafter[{extra}]'"
    here = "." if Path.cwd() == root else str(root)
    return f"{shlex.quote(_from_here(sys.executable))} -m pip install -e {shlex.quote(f'{here}[{extra}]')}"


def _from_here(program: str) -> str:
    """A path, relative where it lies below the current folder."""
    try:
        return str(Path(program).relative_to(Path.cwd()))
    except ValueError:
        return program
