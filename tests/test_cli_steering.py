"""The commands that steer a message, --edit, revise, reply and doctor, and what a terminal shows meanwhile."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from drafter.cli import progress
from drafter.writing import Event, Step
from tests.conftest import Command
from tests.loopback import Endpoint, completion, endpoint
from tests.test_pipeline import DOOR, GOOD, NEWS, RUDE, THANKS, letter

REQUEST = """
sender = "Ana Ruiz"
company = "Larkfield Press"
role = "Copy Editor"
recipient = "Tom Hale"
channel = "email"
reason = { kind = "other_offer" }
"""
MESSAGE = (
    "Subject: Copy Editor\n\nDear Tom,\n\nThank you for the interview. I have accepted another offer, so I am "
    "withdrawing my application for Copy Editor at Larkfield Press. I would be glad to stay in touch.\n\n"
    "Kind regards,\nAna Ruiz\n"
)
SHORTER = letter(THANKS, NEWS, DOOR, greeting="Hi {recipient},")


@pytest.fixture
def request_file(tmp_path: Path) -> Path:
    path = tmp_path / "request.toml"
    path.write_text(REQUEST, encoding="utf-8")
    return path


@pytest.fixture
def message_file(tmp_path: Path) -> Path:
    path = tmp_path / "message.txt"
    path.write_text(MESSAGE, encoding="utf-8")
    return path


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Endpoint]]:
    """Sets a model up that gives these letters in order."""
    opened: list[Any] = []

    def serving(*letters: dict[str, Any]) -> Endpoint:
        context = endpoint(*(completion(json.dumps(one)) for one in letters))
        opened.append(context)
        served = context.__enter__()
        monkeypatch.setenv("OPENAI_BASE_URL", served.base_url)
        monkeypatch.setenv("DRAFTER_MODEL", "m")
        monkeypatch.setenv("DRAFTER_JUDGE", "none")
        return served

    yield serving
    for context in opened:
        context.__exit__(None, None, None)


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sets an editor up that replaces the text by another, or by itself where that is empty."""

    def saving(code: str) -> None:
        script = tmp_path / "editor.py"
        script.write_text(f"import pathlib, sys\npath = pathlib.Path(sys.argv[1])\ntext = path.read_text()\n{code}\n")
        monkeypatch.setenv("VISUAL", f"{sys.executable} {script}")

    return saving


class TestEdit:
    """`drafter draft --edit`."""

    def test_what_was_saved_is_checked_and_printed(
        self, command: Command, request_file: Path, editor: Callable[[str], None]
    ) -> None:
        """The person's own change is in the message."""
        editor("path.write_text(text.replace('Ana Ruiz', 'Ana'))")
        done = command("draft", request_file, "--model", "phrasebook", "--edit")
        assert (done.code, done.out.rstrip().splitlines()[-1]) == (0, "Ana")

    def test_a_rejected_text_is_kept_and_its_findings_shown(
        self, command: Command, request_file: Path, editor: Callable[[str], None]
    ) -> None:
        """A text that breaks a rule exits 1; what was written lies in a file that is named, and nothing is printed."""
        editor("path.write_text(text + 'Your process was chaotic.')")
        done = command("draft", request_file, "--model", "phrasebook", "--edit")
        kept = Path(done.err.split("is kept in ")[1].strip().rstrip("."))
        try:
            assert (done.code, done.out) == (1, "")
            assert "positivity/disparagement" in done.err
            assert kept.read_text(encoding="utf-8").rstrip().endswith("Your process was chaotic.")
        finally:
            kept.unlink()

    @pytest.mark.parametrize(
        ("code", "said"), [("path.write_text(' ')", "saved an empty text"), ("sys.exit(3)", "ended with status 3")]
    )
    def test_an_editor_that_fails_changes_nothing(
        self, code: str, said: str, command: Command, request_file: Path, editor: Callable[[str], None]
    ) -> None:
        """An empty text or a failing editor is exit 2, and said."""
        editor(code)
        done = command("draft", request_file, "--model", "phrasebook", "--edit")
        assert (done.code, done.out) == (2, "")
        assert said in done.err

    def test_an_editor_that_is_not_there_is_named(
        self, command: Command, request_file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The message says which editor, and what to set."""
        monkeypatch.setenv("VISUAL", "no-such-editor --wait")
        assert "set EDITOR" in command("draft", request_file, "--model", "phrasebook", "--edit").err


def test_candidates_follow_the_best_under_lines(command: Command, request_file: Path) -> None:
    """`--candidates 3` prints three messages, and says that all were checked."""
    done = command("draft", request_file, "--model", "phrasebook", "--candidates", "3")
    assert done.out.count("Ana Ruiz") == 3
    assert [line for line in done.out.splitlines() if line.startswith("---")] == ["--- 2 ---", "--- 3 ---"]
    assert "2 more to choose from" in done.err


class TestRevise:
    """`drafter revise`."""

    def test_a_message_is_changed_as_asked(
        self, command: Command, request_file: Path, message_file: Path, model: Callable[..., Endpoint]
    ) -> None:
        """The changed message goes to standard output; the draft's file stays as it was."""
        served = model(SHORTER)
        done = command("revise", message_file, "-r", request_file, "--ask", "start with Hi")
        assert (done.code, done.out.splitlines()[2]) == (0, "Hi Tom,")
        assert "start with Hi" in served.asked[0]["messages"][-1]["content"]
        assert message_file.read_text(encoding="utf-8") == MESSAGE

    def test_a_change_that_fails_the_guardrails_is_exit_2(
        self, command: Command, request_file: Path, message_file: Path, model: Callable[..., Endpoint]
    ) -> None:
        """What can't be made acceptable is an error, not another message."""
        model(letter(RUDE), {"changes": []})
        done = command("revise", message_file, "-r", request_file, "--ask", "be rude")
        assert (done.code, done.out) == (2, "")
        assert "your message stays as it was" in done.err

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["-", "-r", "-", "--ask", "x"], "only one of DRAFT and --request"),
            (["MESSAGE", "-r", "REQUEST", "--ask", " "], "say what to change"),
            (["MESSAGE", "-r", "REQUEST", "--ask", "shorter"], "name one with --model"),
        ],
    )
    def test_what_cannot_be_done_is_said(
        self, words: list[str], said: str, command: Command, request_file: Path, message_file: Path
    ) -> None:
        """Two inputs from one place, an empty wish, or no model: exit 2, and what to do."""
        given = {"MESSAGE": str(message_file), "REQUEST": str(request_file)}
        done = command("revise", *(given.get(word, word) for word in words))
        assert done.code == 2
        assert said in " ".join(done.err.split())


class TestReply:
    """`drafter reply`."""

    def test_an_answer_is_written_and_checked(self, command: Command, request_file: Path) -> None:
        """The answer goes to standard output, without advice on sending a withdrawal."""
        done = command("reply", "-", "-r", request_file, "--model", "phrasebook", stdin="Dear Ana, may I ask why? Tom")
        assert (done.code, done.out.splitlines()[0][:12]) == (0, "Subject: Re:")
        assert "another offer" in done.out
        assert "guardrails passed" in done.err

    @pytest.mark.parametrize(("stdin", "said"), [("", "is empty"), (b"\xff", "is not UTF-8")])
    def test_a_message_that_cannot_be_read_is_said(
        self, stdin: str | bytes, said: str, command: Command, request_file: Path
    ) -> None:
        """Nothing, or no text, is exit 2."""
        done = command("reply", "-", "-r", request_file, stdin=stdin)
        assert done.code == 2
        assert said in done.err

    def test_what_cannot_be_placed_is_told(self, command: Command, request_file: Path) -> None:
        """Where they ask for something out of the ordinary, the person is told to look."""
        done = command("reply", "-", "-r", request_file, "--model", "phrasebook", stdin="When will you return the key?")
        assert "none of the usual things" in done.err


class TestDoctor:
    """`drafter doctor`."""

    def test_without_anything_the_phrasebook_writes(self, command: Command) -> None:
        """It says who will write, and how to have a model."""
        done = command("doctor")
        assert done.code == 0
        assert "the built-in phrasebook" in done.out

    def test_a_model_that_answers(self, command: Command, model: Callable[..., Endpoint]) -> None:
        """It says which model, where, where the setting is from, and that it answers."""
        served = model(GOOD)
        done = command("doctor")
        assert done.code == 0
        assert [word for word in ("m", served.base_url, "yes", "DRAFTER_MODEL") if word not in done.out] == []

    def test_a_model_that_does_not(self, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
        """An endpoint that nobody is at is exit 1, and what is wrong is said; no key is shown."""
        with endpoint(completion()) as served:
            pass
        monkeypatch.setenv("OPENAI_BASE_URL", served.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
        monkeypatch.setattr("drafter.cli.doctor.ASKED_SECONDS", 0.3)
        done = command("doctor")
        assert done.code == 1
        assert "can't be reached" in " ".join(done.out.split())
        assert "canary" not in done.out + done.err

    def test_offline_asks_nobody(self, command: Command, model: Callable[..., Endpoint]) -> None:
        """`--offline` makes no call, and `--json` is one object."""
        served = model(GOOD)
        told = json.loads(command("doctor", "--offline", "--json").out)
        assert (told["writer"], told["answers"], served.asked) == ("m", None, [])

    def test_a_wrong_setting_is_exit_2(self, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
        """A setting that can't be is named with its variable."""
        monkeypatch.setenv("DRAFTER_SECONDS", "-1")
        done = command("doctor")
        assert done.code == 2
        assert "DRAFTER_SECONDS" in done.err


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (Event(Step.WRITING, 1), "Writing …"),
        (Event(Step.REJECTED, 1, ("form/placeholder",)), "1 finding: form/placeholder"),
        (Event(Step.REJECTED, 1, ("a", "b", "b")), "3 findings: a, b"),
        (Event(Step.REVISING, 2), "Revising … (attempt 2)"),
    ],
)
def test_each_step_has_words(event: Event, said: str) -> None:
    """What a terminal shows while a message is being written."""
    assert progress.said(event) == said


@pytest.mark.skipif(os.name == "nt", reason="there are no pseudo-terminals")
def test_a_terminal_shows_what_happens_and_no_draft(request_file: Path, model: Callable[..., Endpoint]) -> None:
    """In a real terminal the steps are shown while the work goes on, and nothing of a rejected draft ever is."""
    import pexpect

    model(letter(THANKS, NEWS, DOOR, RUDE), {"changes": [{"line": "4", "added": False, "text": "", "fact": 0}]})
    words = ["-m", "drafter", "draft", str(request_file), "--out", str(request_file.with_name("message.txt"))]
    child = pexpect.spawn(sys.executable, words, env={**os.environ, "TERM": "xterm"}, encoding="utf-8", timeout=60)
    shown = child.read()
    child.close()
    assert child.exitstatus == 0
    assert "finding" in shown or "Revising" in shown or "Writing" in shown
    assert "chaotic" not in shown
