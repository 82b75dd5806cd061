"""`drafter check` as a linter: several files, the request beside them, JUnit, watching, the pre-commit hook."""

import json
import os
import re
import signal
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pexpect
import pytest
import yaml

from drafter.guardrails.pack import RULES
from tests.conftest import Command

ROOT = Path(__file__).parents[1]
REQUEST = 'sender = "Ana Ruiz"\ncompany = "Larkfield"\nrole = "Copy Editor"\nchannel = "email"\n'
GOOD = """Subject: Copy Editor application

Dear hiring team,

Thank you for your time. After careful thought I withdraw my application for the Copy Editor role at Larkfield. I would
be glad to stay in touch.

Kind regards,
Ana Ruiz
"""
BAD = GOOD.replace("Thank you for your time.", "Thank you for your [patience].")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two drafts, one of them with an unfilled slot, and their request."""
    for name, text in (("good.txt", GOOD), ("bad.txt", BAD), ("request.toml", REQUEST)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_several_files_are_judged_in_one_run(command: Command, folder: Path) -> None:
    """Only what is to be mended is shown, under the name of its file; the last line counts."""
    done = command("check", folder / "good.txt", folder / "bad.txt")
    lines = done.out.splitlines()
    assert (done.code, lines[0], lines[-1]) == (1, str(folder / "bad.txt"), "1 of 2 drafts acceptable.")
    assert "form/placeholder" in done.out
    assert "good.txt" not in done.out


def test_several_acceptable_files_are_exit_0(command: Command, folder: Path) -> None:
    """When every draft is acceptable there is nothing but the count."""
    done = command("check", folder / "good.txt", folder / "good.txt")
    assert (done.code, done.out, done.err) == (0, "2 of 2 drafts acceptable.\n", "")


def test_a_file_that_cannot_be_read_does_not_stop_the_others(command: Command, folder: Path) -> None:
    """It is named on standard error, the rest is judged, and the exit code is 2."""
    done = command("check", folder / "absent.txt", folder / "bad.txt")
    assert (done.code, "absent.txt: can't be read" in done.err, "form/placeholder" in done.out) == (2, True, True)


def test_a_request_of_its_own_comes_before_the_folder_s(command: Command, folder: Path) -> None:
    """`good.request.toml` holds for good.txt alone."""
    (folder / "good.request.toml").write_text(REQUEST.replace("Larkfield", "Northwind"), encoding="utf-8")
    done = command("check", folder / "good.txt", folder / "good.txt", "--json")
    found = {one["rule"] for draft in json.loads(done.out)["drafts"] for one in draft["findings"]}
    assert (done.code, "form/wrong-name" in found) == (1, True)


def test_without_a_request_it_says_where_it_looked(command: Command, folder: Path) -> None:
    """Neither of the two places has one, and the option is named."""
    (folder / "request.toml").unlink()
    done = command("check", folder / "good.txt")
    assert done.code == 2
    assert [word for word in ("good.request.toml", "request.toml", "--request FILE") if word not in done.err] == []


def test_a_draft_that_is_not_there_is_said_before_its_request(command: Command, tmp_path: Path) -> None:
    """Whoever mistypes the file's name is not told to name a request."""
    done = command("check", tmp_path / "nope.txt")
    assert (done.code, "can't be read" in done.err, "request" in done.err) == (2, True, False)


def test_a_mail_file_of_drafter_is_acceptable(command: Command, folder: Path) -> None:
    """What `draft --eml` saves, encoded as mail is, reads as the message that it holds."""
    request, mail = folder / "request.toml", folder / "zoë.eml"
    request.write_text(REQUEST.replace("Ana", "Zoë"), encoding="utf-8")
    drafted = command("draft", request, "--model", "phrasebook", "--eml", mail, "-q")
    checked = json.loads(command("check", mail, "-r", request, "--json").out)
    assert (drafted.code, checked["acceptable"], checked["findings"]) == (0, True, [])
    assert "mail" not in command("check", mail, "-r", request).err


@pytest.mark.parametrize(
    "held",
    [
        b"Subject: x\nContent-Type: text/html\n\n<p>Hi</p>\n",
        b"Subject: x\n\n",
        b"Content-Type: text/plain; charset=klingon\nContent-Transfer-Encoding: base64\n\n//8=\n",
    ],
)
def test_a_mail_file_without_plain_text_is_exit_2(command: Command, folder: Path, held: bytes) -> None:
    """A mail of which no text can be read is named, and nothing is judged."""
    (folder / "x.eml").write_bytes(held)
    done = command("check", folder / "x.eml")
    assert (done.code, done.out, "x.eml: " in done.err) == (2, "", True)


@pytest.mark.parametrize(
    ("count", "shown", "more"), [(3, 3, None), (4, 3, "and 1 more like it"), (40, 3, "and 37 more")]
)
def test_of_many_alike_a_few_are_shown(
    command: Command, folder: Path, count: int, shown: int, more: str | None
) -> None:
    """A long text prints three findings of a rule and counts the rest; machines get them all."""
    slots = " ".join(f"[slot {number}]" for number in range(count))
    (folder / "bad.txt").write_text(GOOD.replace("your time", slots), encoding="utf-8")
    text = command("check", folder / "bad.txt").out
    whole = json.loads(command("check", folder / "bad.txt", "--json").out)["findings"]
    assert (text.count("form/placeholder"), [one["rule"] for one in whole].count("form/placeholder")) == (shown, count)
    assert ("more like" in text) == (more is not None)
    assert (more or "") in text


def test_json_of_several_names_their_files(command: Command, folder: Path) -> None:
    """Each report is as it is alone, with its file; the whole is acceptable where all are."""
    names = [str(folder / name) for name in ("good.txt", "bad.txt")]
    whole = json.loads(command("check", *names, "--json").out)
    alone = [json.loads(command("check", name, "--json").out) for name in names]
    assert whole == {"acceptable": False, "drafts": [{"file": n, **one} for n, one in zip(names, alone, strict=True)]}


def test_sarif_of_several_is_one_run(command: Command, folder: Path) -> None:
    """Results name their files, and each rule is listed once."""
    done = command("check", folder / "good.txt", folder / "bad.txt", "--format", "sarif")
    (run,) = json.loads(done.out)["runs"]
    files = {one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in run["results"]}
    assert files == {str(folder / "bad.txt")}
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [*RULES]


def test_junit_has_a_case_for_each_rule_of_each_draft(command: Command, folder: Path) -> None:
    """A broken rule is a failure with evidence and advice, a waived one is skipped, and the counts are right."""
    words = ("--format", "junit", "--waive", "brevity/too-long=they asked")
    done = command("check", folder / "good.txt", folder / "bad.txt", *words)
    suites = ET.fromstring(done.out)
    assert [suite.get("tests") for suite in suites] == [str(len(RULES))] * 2
    failed = [case.get("name") for case in suites.iter("testcase") if case.find("failure") is not None]
    assert (failed, suites.get("failures"), suites.get("skipped")) == (["form/placeholder"], "1", "2")
    assert "[patience]" in (next(suites.iter("failure")).text or "")


def test_junit_reports_what_was_not_judged_as_errors(command: Command, folder: Path) -> None:
    """Failure is closed: a rule that can't run in a language is an error for the CI server."""
    (folder / "request.toml").write_text(REQUEST + 'language = "fi"\n', encoding="utf-8")
    suites = ET.fromstring(command("check", folder / "good.txt", "--format", "junit").out)
    assert int(suites.get("errors") or 0) > 0


@pytest.mark.parametrize("sign", ["\x1b", "\x00", "\x85", "\ufffe", "\ud7ff"])
def test_junit_is_xml_whatever_a_draft_holds(command: Command, folder: Path, sign: str) -> None:
    """Characters that XML can't hold are left out."""
    (folder / "bad.txt").write_text(BAD.replace("patience", f"pat{sign}<&]]>ience"), encoding="utf-8")
    assert ET.fromstring(command("check", folder / "bad.txt", "--format", "junit").out).get("failures") != "0"


def test_explain_shows_each_sentence_and_its_findings(command: Command, folder: Path) -> None:
    """In place of the list of findings, each stands with its sentence, in words too."""
    done = command("check", folder / "bad.txt", "--explain")
    block = done.out[done.out.index("[patience]") :]
    assert block.index("ERROR form/placeholder") < block.index("does:", block.index("ERROR"))
    assert "serves:  4. Say clearly that you withdraw" in done.out


@pytest.mark.parametrize("words", [["-", "--watch"], ["good.txt", "--watch", "-r", "-"], ["-", "-"]])
def test_standard_input_is_neither_watched_nor_read_twice(command: Command, words: list[str]) -> None:
    """What can't be is said, and exits 2."""
    done = command("check", *words)
    assert (done.code, done.out) == (2, "")
    assert "standard input" in done.err


def heed_interrupts() -> None:
    """Ctrl-C ends a process even where it was started from a shell's "&", which has it ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_watch_judges_again_when_a_file_is_saved(folder: Path) -> None:
    """The findings go when the draft is mended, and come again when the request changes; Ctrl-C ends it."""
    process = pexpect.spawn(
        sys.executable,
        ["-m", "drafter", "check", "bad.txt", "--watch"],
        cwd=str(folder),
        env={**os.environ, "TERM": "xterm"},
        encoding="utf-8",
        timeout=20,
        preexec_fn=heed_interrupts,
    )
    process.expect_exact("Not acceptable: 1 finding")
    process.expect_exact("Watching")
    (folder / "bad.txt").write_text(GOOD, encoding="utf-8")
    process.expect_exact("Acceptable:")
    process.expect_exact("Watching")
    (folder / "request.toml").write_text(REQUEST.replace("Larkfield", "Northwind"), encoding="utf-8")
    process.expect_exact("form/wrong-name")
    process.expect_exact("Watching")
    process.sendintr()
    process.expect(pexpect.EOF)
    process.close()
    assert process.exitstatus == 130


@pytest.mark.parametrize(("settings", "words"), [({"NO_COLOR": "1"}, []), ({}, ["--plain"]), ({"TERM": "dumb"}, [])])
def test_colour_is_left_out_where_it_is_not_wanted(folder: Path, settings: dict[str, str], words: list[str]) -> None:
    """In a terminal, NO_COLOR leaves weight and underlines, and --plain or a dumb terminal not one escape code."""
    environment = {**os.environ, "TERM": "xterm-256color", **settings}
    environment.pop("FORCE_COLOR", None)
    process = pexpect.spawn(
        sys.executable, ["-m", "drafter", "check", "bad.txt", *words], cwd=str(folder), env=environment,
        encoding="utf-8", timeout=20,
    )  # fmt: skip
    process.expect(pexpect.EOF)
    process.close()
    shown = str(process.before)
    assert "[patience]" in shown
    codes = {code for one in re.findall(r"\x1b\[([\d;]*)m", shown) for code in one.split(";")}
    assert codes <= ({"0", "1", "2", "4"} if "NO_COLOR" in settings else set())


def test_the_pre_commit_hook_is_a_command_that_there_is(command: Command) -> None:
    """The hook's entry is a command of drafter, and its pattern takes the drafts and not the requests."""
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    program, *words = hook["entry"].split()
    assert (program, command(*words, "--help").code) == ("drafter", 0)
    taken = [name for name in ("a/message.txt", "withdrawal-x.txt", "request.toml") if re.search(hook["files"], name)]
    assert taken == ["a/message.txt", "withdrawal-x.txt"]
