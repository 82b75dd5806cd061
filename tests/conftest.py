"""What every test has, such as no way out of the machine and no settings of who runs it; and what many ask for."""

import io
import json
import os
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import settings

from drafter.cli import main
from drafter.evals.suites import Suite
from drafter.models import FakeModel
from drafter.request import Request
from tests import recording
from tests.samples import REQUEST, Make

# The same examples on every machine and every run, and no clock: what fails here fails everywhere.
settings.register_profile("drafter", deadline=None, derandomize=True)
settings.load_profile("drafter")


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections leave this machine for nobody; loopback and local sockets stay open."""

    def guarded(connect: Callable[..., Any]) -> Callable[..., Any]:
        def checked(self: socket.socket, address: Any) -> Any:
            local = self.family == socket.AF_UNIX or str(address[0]) in {"127.0.0.1", "::1", "localhost"}
            if not local:
                raise AssertionError(f"a test tried to reach {address}")
            return connect(self, address)

        return checked

    monkeypatch.setattr(socket.socket, "connect", guarded(socket.socket.connect))
    monkeypatch.setattr(socket.socket, "connect_ex", guarded(socket.socket.connect_ex))


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whoever runs the tests may have keys, a model and files of settings; no test sees them."""
    for name in os.environ:
        if name.startswith(("OPENAI_", "ANTHROPIC_", "DRAFTER_", "OTEL_", "LANGSMITH_", "LANGCHAIN_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.getbasetemp() / "no-settings"))


@pytest.fixture
def fake() -> FakeModel:
    """A model that says what it was told to say."""
    return FakeModel()


@pytest.fixture
def request_of() -> Callable[..., Request]:
    """Makes a sound request; keywords replace its fields."""

    def make(**fields: Any) -> Request:
        usual = {
            "sender": "Ana Ruiz",
            "company": "Larkfield Press",
            "role": "Copy Editor",
            "recipient": "Tom Hale",
            "channel": "email",
            "reason": {"kind": "other_offer"},
        }
        return Request.model_validate({**usual, **fields})

    return make


@pytest.fixture
def cassette() -> Iterator[Callable[[str], Any]]:
    """Plays a cassette by name; fails at the end where an exchange of it was not played."""
    opened = []

    def play(name: str) -> Any:
        context = recording.player().use_cassette(f"{name}.yaml")
        tape = context.__enter__()
        opened.append((name, context, tape))
        return tape

    yield play
    for name, context, tape in reversed(opened):
        context.__exit__(None, None, None)
        assert tape.all_played, f"{name}: {len(tape) - tape.play_count} recorded exchanges were not played"


class Done(NamedTuple):
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


Command = Callable[..., Done]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs the console entry in this process."""

    def run(*words: str | Path, stdin: str | bytes = "") -> Done:
        raw = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr(sys, "argv", ["drafter", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8"))
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Done(int(ended.value.code or 0), printed.out, printed.err)

    return run


@pytest.fixture
def suite_of(tmp_path: Path) -> Make:
    """A suite of a few requests, which the phrasebook writes for; keywords replace its fields."""

    def make(count: int = 6, **fields: Any) -> Suite:
        asked = [{**REQUEST, "sender": f"Ana Ruiz {number}"} for number in range(count)]
        lines = [json.dumps({"id": f"s{number}", "request": request}) for number, request in enumerate(asked)]
        (tmp_path / "data.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        usual = {"name": "mine", "about": "a", "data": ["data.jsonl"], "scorers": ["acceptable", "words"]}
        return Suite.model_validate({"writer": "phrasebook", **usual, **fields, "folder": tmp_path})

    return make
