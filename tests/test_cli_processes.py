"""The command line as a shell runs it: real processes, pipes and exit codes."""

import os
import subprocess
import sys
from pathlib import Path

REQUEST = 'sender = "Ana Ruiz"\ncompany = "Larkfield"\nrole = "Copy Editor"\n'


def written_to(folder: Path) -> Path:
    path = folder / "request.toml"
    path.write_text(REQUEST, encoding="utf-8")
    return path


def start(*words: str | Path, **settings: str) -> subprocess.Popen[str]:
    environment = {**os.environ, **settings}
    return subprocess.Popen(
        [sys.executable, "-m", "drafter", *map(str, words)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment,
    )


def test_a_message_can_be_piped_into_the_check(tmp_path: Path) -> None:
    """`drafter draft R | drafter check - --request R` finds the phrasebook's message acceptable."""
    written, _ = (drawn := start("draft", "-", "--model", "phrasebook")).communicate(REQUEST)
    found, told = (checked := start("check", "-", "--request", written_to(tmp_path))).communicate(written)
    assert (drawn.returncode, checked.returncode, told) == (0, 0, "")
    assert found.startswith("Acceptable: ")


def test_a_fault_in_the_draft_is_exit_1(tmp_path: Path) -> None:
    """A draft with an unfilled slot is not acceptable, and the rule is named on standard output."""
    found, told = (checked := start("check", "-", "-r", written_to(tmp_path))).communicate("Dear [Name],\nI withdraw.")
    assert (checked.returncode, told) == (1, "")
    assert "form/placeholder" in found


def test_a_broken_request_is_exit_2() -> None:
    """A request that is none is said in lines on standard error, without a traceback."""
    printed, told = (drawn := start("draft", "-")).communicate('sender = "Ana"\nreson = 1\n')
    assert (drawn.returncode, printed) == (2, "")
    assert "did you mean reason?" in told
    assert "Traceback" not in told


def test_a_reader_that_leaves_is_no_fault() -> None:
    """When whoever reads the output closes it, as `head` does, nothing is said; exit as shells do."""
    process = start("guide")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait() == 141


def test_output_that_cannot_hold_the_message_is_said() -> None:
    """Where the output's encoding lacks a character of the message, an error names it and the way out."""
    request = '{"sender": "Ewa \\u017bak", "company": "Larkfield", "role": "Copy Editor"}'
    words = ("draft", "-", "--model", "phrasebook", "--quiet")
    printed, told = (drawn := start(*words, PYTHONIOENCODING="latin-1")).communicate(request)
    assert (drawn.returncode, printed) == (2, "")
    assert "'\\u017b'; set PYTHONIOENCODING=utf-8" in told
