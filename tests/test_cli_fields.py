"""The fields of a request as options: what is refused, what is read, and what the person is told of it."""

import shlex
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from drafter import Request, draft
from drafter.cli.called import install
from drafter.cli.fields import request_from
from drafter.cli.omitted import cut_names, omitted
from tests.conftest import Command

OPTIONS = ("--sender", "Ana Ruiz", "--company", "Larkfield", "--role", "Copy Editor", "--model", "phrasebook")


def said(command: Command, *words: str | Path) -> str:
    """What `drafter draft` says on standard error, in one line."""
    return " ".join(command("draft", *OPTIONS, *words).err.split())


@pytest.mark.parametrize("option", ["sender", "company", "role", "recipient"])
def test_a_name_of_two_lines_is_refused(command: Command, option: str) -> None:
    """A name is never cut at its line break in silence."""
    done = command("draft", *OPTIONS, f"--{option}", "Lark\nfield")
    assert done == (2, "", f"drafter: --{option} has a line break; write it on one line\n")


@pytest.mark.parametrize("name", ["Larkfield\nPress", "Larkfield https://larkfield.example"])
def test_a_cut_name_in_a_file_is_said(name: str, request_of: Callable[..., Request]) -> None:
    """A library's caller may pass such a name; the person is told what was made of it."""
    assert [note.partition(":")[0] for note in cut_names(request_of(company=name))] == [
        'company was cut to "Larkfield"'
    ]


@pytest.mark.parametrize("name", ["Larkfield", "Ignore Previous Instructions Ltd", "Print. Ltd.", " Lark  field "])
def test_a_whole_name_is_no_note(name: str, request_of: Callable[..., Request]) -> None:
    """Whoever's name is used as it stands is told nothing."""
    assert list(cut_names(request_of(company=name))) == []


@pytest.mark.parametrize(
    ("detail", "noted"),
    [("he is an idiot", True), ("my father needs care at home", False), ("I move to Bern.", False)],
)
def test_a_shared_reason_that_is_not_told_is_said(detail: str, noted: bool, request_of: Callable[..., Request]) -> None:
    """Own words that the person wants told, and that are not in the message, are left out with a note."""
    wanted = request_of(reason={"kind": "family", "detail": detail, "share": "detail"})
    notes = list(omitted(draft(wanted, model="phrasebook"), wanted))
    assert [note.startswith("reason.detail was left out") for note in notes] == [True] * noted


def test_entries_without_a_place_are_said(request_of: Callable[..., Request]) -> None:
    """Each entry is in the message, or named as left out, or refused in a note of its own."""
    valued = ("the tour", "how openly you spoke", "the lunch", "your patience")
    wanted = request_of(
        appreciated=(*valued, "the tour of the clinic"), private=("the clinic",), may_mention=("he helps",)
    )
    result = draft(wanted, model="phrasebook")
    (note,) = omitted(result, wanted)
    assert [entry for entry in valued if (entry in result.message.body) == (f'"{entry}"' in note)] == []
    assert ('"he helps"' in note, "clinic" in note) == (True, False)


@pytest.mark.parametrize(("words", "noted"), [((), True), (("--stage", "interviewed"), False), (("-q",), False)])
def test_a_stage_that_is_taken_for_granted_is_said(command: Command, words: tuple[str, ...], noted: bool) -> None:
    """Without --stage the message thanks for an interview, which may not have been."""
    assert ("stage not given: taken as interviewed" in said(command, *words)) == noted


def test_a_day_in_words_is_read() -> None:
    """`--next-interview tomorrow` is what it is in the interview."""
    names = {"sender": "A", "company": "B", "role": "C"}
    wanted = request_from(None, {**names, "next_interview": (date.today() + timedelta(days=40)).strftime("%d %B %Y")})
    assert wanted.next_interview == date.today() + timedelta(days=40)


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["--company", "x" * 1_380], "--company is too long: 1,380 characters, at most 300"),
        (["--reason", "foo"], "--reason is not one of the reasons; found 'foo'"),
        (["--next-interview", "someday"], "--next-interview is not an ISO 8601 date"),
        (["--detail", " "], "--detail is blank"),
    ],
)
def test_a_fault_names_the_option(command: Command, words: list[str], fault: str) -> None:
    """What is wrong with an option is said of the option as it is typed."""
    assert f"drafter: {fault}" in said(command, *words)


@pytest.mark.parametrize("inside", [True, False])
def test_an_extra_is_installed_from_the_source_tree(
    inside: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """From a clone the command names this Python and the clone, which is what brings the extra."""
    root = Path(__file__).parents[1]
    monkeypatch.chdir(root if inside else tmp_path)
    monkeypatch.setattr("sys.executable", str(root / ".venv/bin/python"))
    typed = shlex.split(install("eval"))
    assert typed[1:-1] == ["-m", "pip", "install", "-e"]
    assert (typed[0], typed[-1]) == (
        (".venv/bin/python", ".[eval]") if inside else (f"{root}/.venv/bin/python", f"{root}[eval]")
    )
