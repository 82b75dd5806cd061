"""What the README shows is what happens."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONSOLE = re.findall(r"```console\n\$ (.+)\n([\s\S]*?)```", README)
PYTHON = re.findall(r"```python\n([\s\S]*?)```", README)


@pytest.mark.parametrize(("command", "shown"), CONSOLE, ids=[command for command, _ in CONSOLE])
def test_a_command_prints_what_the_readme_shows(command: str, shown: str) -> None:
    """Each `$ command` in the README prints exactly the lines under it on standard output."""
    ran = subprocess.run(
        [sys.executable, "-m", *shlex.split(command)],
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode in {0, 1}, ran.stderr
    assert ran.stdout == shown


@pytest.mark.parametrize(
    ("code", "said"),
    list(zip(PYTHON, [("Maya Lindqvist", "positivity/disparagement"), ("positivity/", "Maya Lindqvist")], strict=True)),
)
def test_python_in_the_readme_runs(code: str, said: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """The Python in the README runs as it stands and finds what it says."""
    exec(compile(code, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert [word for word in said if word not in printed] == []


def test_the_example_request_is_shown_as_it_is() -> None:
    """The request in the README is the file that `make draft` uses."""
    example = (ROOT / "examples" / "request.toml").read_text(encoding="utf-8")
    assert f"```toml\n# examples/request.toml\n{example}```" in README


def test_there_are_examples() -> None:
    """The README shows at least two commands with their output, and some Python."""
    assert len(CONSOLE) >= 2
    assert PYTHON
