"""The options that get a message out, as a person gives them."""

import os
from collections.abc import Callable
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from urllib.parse import unquote

import pytest

from drafter import Request, check
from drafter.cli import outlets
from drafter.errors import DrafterError
from drafter.message import Draft
from tests.conftest import Command

NAMES = ("--sender", "Zoë Ruiz", "--company", "Larkfield", "--role", "Copy Editor", "--recipient", "Søren Å")
QUIET = ("--model", "phrasebook", "--quiet")


def tool(folder: Path, name: str, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts a program of that name first on the path."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_a_mail_file_is_saved_beside_what_is_printed(command: Command, tmp_path: Path) -> None:
    """`--eml` saves what is printed, with both names; the file is not replaced without --force."""
    path = tmp_path / "message.eml"
    words = (
        "draft",
        *NAMES,
        *QUIET,
        "--channel",
        "email",
        "--eml",
        path,
        "--to",
        "s@example.com",
        "--from",
        "z@example.com",
    )
    done = command(*words)
    mail = message_from_bytes(path.read_bytes(), policy=default)
    assert done.out.startswith(f"Subject: {mail['Subject']}\n\n")
    assert (str(mail["To"]), str(mail["From"])) == ("Søren Å <s@example.com>", "Zoë Ruiz <z@example.com>")
    assert "add --force" in " ".join(command(*words).err.replace("│", " ").split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--channel", "text", "--eml", "x.eml"], "is for an e-mail"),
        (["--channel", "phone", "--mailto"], "is for an e-mail"),
        (["--channel", "email", "--script"], "drafter: --script is for a call; add --channel phone"),
        (["--channel", "email", "--eml", "nowhere/x.eml"], "there is no folder nowhere"),
    ],
)
def test_what_does_not_go_together_is_said_before_anything_is_written(
    command: Command, words: list[str], said: str
) -> None:
    """A way out that the channel does not have is refused, with what to do."""
    done = command("draft", *NAMES, *QUIET, *words)
    assert (done.code, done.out) == (2, "")
    assert said in " ".join(done.err.split())


def test_copy_hands_the_message_to_the_clipboard(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is printed is what the clipboard's program is given."""
    import pyperclip

    kept: list[str] = []
    monkeypatch.setattr(pyperclip, "copy", kept.append)
    done = command("draft", *NAMES, "--model", "phrasebook", "--copy")
    assert kept == [done.out.rstrip("\n")]
    assert "It is on your clipboard." in done.err


def test_without_a_clipboard_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is neither a program nor a terminal, it names both ways out."""
    import pyperclip

    def broken(_: str) -> None:
        raise pyperclip.PyperclipException

    def closed(*_: object, **__: object) -> None:
        raise OSError

    monkeypatch.setattr(pyperclip, "copy", broken)
    monkeypatch.setattr(Path, "open", closed)
    with pytest.raises(DrafterError, match="xclip or xsel, or use --out FILE"):
        outlets.copy("x")


def test_the_mail_program_is_given_the_link(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--mailto` hands a mailto link to the system's opener."""
    tool(tmp_path / "bin", "xdg-email", f'printf %s "$1" > {tmp_path}/link', monkeypatch)
    monkeypatch.setattr("sys.platform", "linux")
    done = command("draft", *NAMES, "--model", "phrasebook", "--channel", "email", "--mailto", "--to", "s@example.com")
    assert (tmp_path / "link").read_text().startswith("mailto:s@example.com?subject=")
    assert "was asked to open it" in done.err


def test_without_a_mail_program_the_link_is_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The person can still use the link."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert outlets.open_mail(Draft(body="x")) == "mailto:?body=x"


@pytest.mark.parametrize("words", [(), ("--quiet",)])
def test_the_link_stands_whole_on_its_line(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: tuple[str, ...]
) -> None:
    """However long it is, it is not wrapped, and it is shown also where only the message was wanted."""
    monkeypatch.setenv("PATH", str(tmp_path))
    done = command("draft", *NAMES, "--model", "phrasebook", "--channel", "email", "--mailto", *words)
    links = [line for line in done.err.split("\n") if line.startswith("mailto:")]
    assert len(links) == 1
    assert unquote(links[0]).replace("\r\n", "\n").endswith(done.out.partition("\n\n")[2].rstrip("\n"))


def test_a_script_has_pauses_and_a_voicemail(command: Command) -> None:
    """`--script` prints what to say, where to stop, and the short form for a voicemail."""
    out = command("draft", *NAMES, *QUIET, "--channel", "phone", "--script").out
    assert [word for word in ("CALLING", "[pause: ", "IF A VOICEMAIL ANSWERS") if word not in out] == []


@pytest.mark.parametrize("kind", ["other_offer", "health", "undisclosed"])
def test_what_a_voicemail_is_told_is_checked(kind: str, request_of: Callable[..., Request]) -> None:
    """A voicemail gets no reason and no praise, and what it gets passes the guardrails for the whole request."""
    request = request_of(reason={"kind": kind, "detail": "Contoso's lab"}, channel="phone", private=["Contoso"])
    said = outlets.voicemail(request)
    assert said is not None
    assert check(said, request).acceptable
    assert "offer" not in said.body


@pytest.mark.parametrize(("channel", "said"), [("text", "text message"), ("linkedin", "fits a message")])
def test_the_length_is_said_where_the_service_counts(command: Command, channel: str, said: str) -> None:
    """Texts and LinkedIn messages have their length in characters on standard error."""
    assert said in command("draft", *NAMES, "--model", "phrasebook", "--channel", channel).err


def test_explain_says_what_each_sentence_is_for(command: Command) -> None:
    """`--explain` leaves standard output to the message and names the fact and the principle on standard error."""
    words = ("draft", *NAMES, "--model", "phrasebook", "--reason", "other_offer")
    plain, done = command(*words), command(*words, "--explain", "--plain")
    assert done.out == plain.out
    assert "rests on:  The reason: I have accepted another offer." in done.err
    assert "serves:  4. Say clearly that you withdraw" in done.err
