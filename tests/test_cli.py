"""The command line: what goes to which stream, what is written where, and how a command ends."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

import drafter.drafting
import drafter.judge
from drafter.cli import main, render
from drafter.errors import ModelNotConfigured, NoAcceptableDraft
from drafter.guide import PRINCIPLES
from drafter.message import (
    Advice,
    Attempt,
    Draft,
    Finding,
    Part,
    Report,
    Result,
    RuleStatus,
    Severity,
    Span,
    Status,
)
from drafter.request import Channel, Request
from tests.conftest import Command, Done

REQUEST = 'sender = "Ana Ruiz"\ncompany = "Larkfield"\nrole = "Copy Editor"\n'
BODY = "Dear hiring team,\n\nThank you. I withdraw.\n\nAna Ruiz"
PASSED = Report(rules=(RuleStatus(rule="brevity/too-long", status=Status.PASS),), words=9)
OPTIONS = ("--sender", "Ana Ruiz", "--company", "Larkfield", "--role", "Copy Editor")


def result(*, subject: str | None = "Copy Editor", notes: tuple[str, ...] = (), source: str = "phrasebook") -> Result:
    """A finished message."""
    message = Draft(subject=subject, body=BODY)
    return Result(
        message=message,
        report=PASSED,
        advice=Advice(channel=Channel.EMAIL, channel_why="You chose it.", when="Today.", whom="The recruiter."),
        source=source,
        attempts=(Attempt(writer=source, draft=message, report=PASSED),),
        notes=notes,
    )


@pytest.fixture
def writer(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Stands in for the pipeline: keeps what it was asked, and gives `writer["result"]` or raises it."""
    held: dict[str, Any] = {"result": result(), "requests": [], "model": None, "seed": None}

    class Drafter:
        def __init__(self, model: str | None = None, *, judge: str | None = None, on_event: object = None) -> None:
            held.update(model=model, judge=judge, on_event=on_event)

        def draft(self, request: Request, *, seed: int = 0, candidates: int = 1) -> Result:
            held["requests"].append(request)
            held.update(seed=seed, candidates=candidates)
            if isinstance(held["result"], BaseException):
                raise held["result"]
            given: Result = held["result"]
            return given

    monkeypatch.setattr(drafter.drafting, "Drafter", Drafter)
    return held


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Stands in for the guardrails: keeps what it was asked, and gives `judge["report"]`."""
    held: dict[str, Any] = {"report": PASSED, "draft": None, "waive": None}

    def check(draft: Draft, request: Request, *, waive: dict[str, str], judge: str | None) -> Report:
        held.update(draft=draft, request=request, waive=waive, judge=judge)
        given: Report = held["report"]
        return given

    monkeypatch.setattr(drafter.judge, "check", check)
    return held


@pytest.fixture
def request_file(tmp_path: Path) -> Path:
    path = tmp_path / "request.toml"
    path.write_text(REQUEST, encoding="utf-8")
    return path


class TestDraft:
    """`drafter draft`."""

    def test_only_the_message_goes_to_standard_output(self, command: Command, writer: dict[str, Any]) -> None:
        """An e-mail is printed as a subject line, a blank line and the body, and nothing else is."""
        done = command("draft", *OPTIONS)
        assert (done.code, done.out) == (0, f"Subject: Copy Editor\n\n{BODY}\n")

    def test_a_message_without_a_subject_is_its_body(self, command: Command, writer: dict[str, Any]) -> None:
        """A message of another channel is printed as its body alone."""
        writer["result"] = result(subject=None)
        assert command("draft", *OPTIONS).out == f"{BODY}\n"

    def test_notes_and_advice_go_to_standard_error(self, command: Command, writer: dict[str, Any]) -> None:
        """The notes of the result come first, then who wrote it, then the advice."""
        writer["result"] = result(notes=("may_mention was left out.",))
        err = command("draft", *OPTIONS).err
        places = [err.index(text) for text in ("may_mention was left out.", "Written by phrasebook", "When  Today.")]
        assert places == sorted(places)

    def test_quiet_leaves_standard_error_empty(self, command: Command, writer: dict[str, Any]) -> None:
        """`--quiet` prints neither notes nor advice."""
        writer["result"] = result(notes=("a note",))
        assert command("draft", *OPTIONS, "--quiet").err == ""

    @pytest.mark.parametrize(
        ("source", "words", "told"),
        [("phrasebook", [], True), ("phrasebook", ["--model", "phrasebook"], False), ("gpt-5-mini", [], False)],
    )
    def test_how_to_set_up_a_model_is_told_to_who_has_none(
        self, command: Command, writer: dict[str, Any], source: str, words: list[str], told: bool
    ) -> None:
        """The way to have a model write is told where the phrasebook wrote and nobody asked for it."""
        writer["result"] = result(source=source)
        assert ("OPENAI_API_KEY" in command("draft", *OPTIONS, *words).err) is told

    def test_notes_are_plain_where_there_is_no_terminal(self, command: Command, writer: dict[str, Any]) -> None:
        """No colours are sent to what is no terminal."""
        assert "\x1b" not in command("draft", *OPTIONS).err

    def test_json_is_the_whole_result(self, command: Command, writer: dict[str, Any]) -> None:
        """`--json` prints one object: the result, and whether it is acceptable."""
        printed = json.loads(command("draft", *OPTIONS, "--json").out)
        took = {"calls": 0, "cost_usd": 0.0, "usage": {"prompt_tokens": 0, "completion_tokens": 0}}
        assert printed == {"acceptable": True, **result().model_dump(mode="json"), **took}

    def test_every_field_has_an_option(self, command: Command, writer: dict[str, Any]) -> None:
        """A request can be given by options alone, each of its fields by one."""
        words = [
            *OPTIONS, "--recipient", "Tom Hale", "--stage", "invited", "--next-interview", "2026-03-05",
            "--contact", "phone", "--channel", "text", "--reason", "health", "--detail", "surgery",
            "--share", "detail", "--private", "a", "--private", "b", "--appreciated", "the tour",
            "--may-mention", "I know a good editor", "--no-keep-in-touch", "--tone", "formal",
            "--language", "en-GB", "--max-words", "50", "--model", "m", "--seed", "7",
        ]  # fmt: skip
        command("draft", *words)
        given = {
            "sender": "Ana Ruiz",
            "company": "Larkfield",
            "role": "Copy Editor",
            "recipient": "Tom Hale",
            "stage": "invited",
            "next_interview": "2026-03-05",
            "contact": "phone",
            "channel": "text",
            "reason": {"kind": "health", "detail": "surgery", "share": "detail"},
            "private": ["a", "b"],
            "appreciated": ["the tour"],
            "may_mention": ["I know a good editor"],
            "keep_in_touch": False,
            "tone": "formal",
            "language": "en-GB",
            "max_words": 50,
        }
        assert set(given) == set(Request.model_fields)
        assert writer["requests"] == [Request.model_validate(given)]
        assert (writer["model"], writer["seed"]) == ("m", 7)

    def test_options_go_over_the_file(self, command: Command, writer: dict[str, Any], request_file: Path) -> None:
        """An option replaces what the file says, and leaves the rest."""
        command("draft", request_file, "--role", "Editor", "--reason", "staying")
        (given,) = writer["requests"]
        assert (given.sender, given.role, given.reason.kind) == ("Ana Ruiz", "Editor", "staying")

    def test_a_dash_reads_the_request_from_standard_input(self, command: Command, writer: dict[str, Any]) -> None:
        """`-` is standard input, in any of the formats."""
        command("draft", "-", stdin='{"sender": "Bo", "company": "C", "role": "R"}')
        assert writer["requests"][0].sender == "Bo"

    def test_all_that_is_missing_is_said_at_once(self, command: Command, writer: dict[str, Any]) -> None:
        """Without a file, every field that is needed and every wrong option is named, with the option to give."""
        done = command("draft", "--stage", "final")
        assert done.code == 2
        assert [part for part in ("--sender", "--company", "--role", "final_round") if part not in done.err] == []
        assert writer["requests"] == []

    @pytest.mark.parametrize("fault", [ModelNotConfigured("m", "no key is set"), NoAcceptableDraft("broke a rule")])
    def test_an_error_is_a_line_and_exit_2(
        self, command: Command, writer: dict[str, Any], fault: Exception, tmp_path: Path
    ) -> None:
        """What goes wrong is said on standard error without a traceback; nothing is printed or written."""
        writer["result"] = fault
        done = command("draft", *OPTIONS, "--out", tmp_path / "message.txt")
        assert done == Done(2, "", f"drafter: {fault}\n")
        assert list(tmp_path.iterdir()) == []


class TestOut:
    """`drafter draft --out`."""

    def test_the_file_holds_what_would_be_printed(
        self, command: Command, writer: dict[str, Any], tmp_path: Path
    ) -> None:
        """With `--out` the message is in the file, whole and alone in its folder, and not on standard output."""
        done = command("draft", *OPTIONS, "--out", tmp_path / "message.txt")
        assert done.out == ""
        assert [(path.name, path.read_text(encoding="utf-8")) for path in tmp_path.iterdir()] == [
            ("message.txt", f"Subject: Copy Editor\n\n{BODY}\n")
        ]

    def test_a_file_is_not_replaced_unasked(self, command: Command, writer: dict[str, Any], tmp_path: Path) -> None:
        """A file that exists stays as it is, and nothing is written for it in vain."""
        path = tmp_path / "message.txt"
        path.write_text("mine", encoding="utf-8")
        done = command("draft", *OPTIONS, "--out", path)
        assert (done.code, path.read_text(encoding="utf-8"), writer["requests"]) == (2, "mine", [])
        assert "--force" in done.err

    def test_force_replaces_a_file(self, command: Command, writer: dict[str, Any], tmp_path: Path) -> None:
        """With `--force` the message takes the place of the file."""
        path = tmp_path / "message.txt"
        path.write_text("mine", encoding="utf-8")
        assert command("draft", *OPTIONS, "--out", path, "--force").code == 0
        assert path.read_text(encoding="utf-8").startswith("Subject:")

    @pytest.mark.parametrize("place", [".", "nowhere/message.txt"])
    def test_an_impossible_place_is_refused_before_writing(
        self, command: Command, writer: dict[str, Any], tmp_path: Path, place: str
    ) -> None:
        """A folder, or a file in a folder that is not there, is refused before any model is asked."""
        done = command("draft", *OPTIONS, "--force", "--out", tmp_path / place)
        assert (done.code, writer["requests"]) == (2, [])
        assert "name a file in a folder that exists" in " ".join(done.err.split())

    @pytest.mark.parametrize(
        ("fault", "code"), [(KeyboardInterrupt(), 130), (PermissionError(13, "Permission denied"), 2)]
    )
    def test_nothing_half_written_is_left(
        self,
        command: Command,
        writer: dict[str, Any],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        fault: BaseException,
        code: int,
    ) -> None:
        """When saving is interrupted or fails, the folder is as it was, the old file included."""

        def replace(_: Path, __: Path) -> None:
            raise fault

        (tmp_path / "message.txt").write_text("mine", encoding="utf-8")
        monkeypatch.setattr(Path, "replace", replace)
        done = command("draft", *OPTIONS, "--force", "--out", tmp_path / "message.txt")
        assert done.code == code
        assert [path.read_text(encoding="utf-8") for path in tmp_path.iterdir()] == ["mine"]

    def test_ctrl_c_is_exit_130(self, command: Command, writer: dict[str, Any]) -> None:
        """An interrupted command says so in a line and exits as shells expect."""
        writer["result"] = KeyboardInterrupt()
        assert command("draft", *OPTIONS) == Done(130, "", "Stopped.\n")


class TestCheck:
    """`drafter check`."""

    @pytest.mark.parametrize(
        ("text", "words", "expected"),
        [
            (f"Subject: Copy Editor\n\n{BODY}\n", [], ("Copy Editor", BODY)),
            (f"\ufeffSubject: Copy Editor\n\n{BODY}\n".replace("\n", "\r\n"), [], ("Copy Editor", BODY)),
            (BODY, [], (None, BODY)),
            (BODY, ["--subject", "Given"], ("Given", BODY)),
            ("{name},\n\nI withdraw.", [], (None, "{name},\n\nI withdraw.")),
            ("I withdraw.\nSubject: x", [], (None, "I withdraw.\nSubject: x")),
            (json.dumps({"subject": "S", "body": BODY}), [], ("S", BODY)),
            (json.dumps({"body": BODY}), ["--subject", "Given"], ("Given", BODY)),
            (render.as_json(render.result_data(result())), [], ("Copy Editor", BODY)),
        ],
        ids=["mail", "windows", "text", "option", "slot", "later", "json", "json and option", "result"],
    )
    def test_drafts_are_read_as_they_come(
        self,
        command: Command,
        judge: dict[str, Any],
        request_file: Path,
        text: str,
        words: list[str],
        expected: tuple[str | None, str],
    ) -> None:
        """A draft is text with or without a subject line, or JSON: the draft's, or the whole result's."""
        assert command("check", "-", "--request", request_file, *words, stdin=text).code == 0
        assert (judge["draft"].subject, judge["draft"].body) == expected

    def test_the_request_can_come_from_standard_input(
        self, command: Command, judge: dict[str, Any], tmp_path: Path
    ) -> None:
        """With the draft in a file, `--request -` reads the request from standard input."""
        (tmp_path / "draft.txt").write_text(BODY, encoding="utf-8")
        assert command("check", tmp_path / "draft.txt", "--request", "-", stdin=REQUEST).code == 0
        assert judge["request"].company == "Larkfield"

    def test_a_finding_is_a_paragraph_with_its_place(
        self, command: Command, judge: dict[str, Any], request_file: Path
    ) -> None:
        """A finding names severity, rule, line and column, shows the evidence, and says how to mend it; exit 1."""
        start = BODY.index("I withdraw")
        judge["report"] = Report(
            findings=(
                Finding(
                    rule="honesty/false-reason",
                    span=Span(Part.BODY, start, start + 10),
                    evidence="I withdraw",
                    message="It is not so.",
                    advice="Say how it is.",
                ),
                Finding(rule="positivity/no-thanks", severity=Severity.WARNING, message="No thanks.", advice="Thank."),
            ),
            rules=(RuleStatus(rule="honesty/false-reason", status=Status.FAIL),),
            words=9,
        )
        done = command("check", "-", "-r", request_file, stdin=BODY)
        assert done == Done(
            1,
            'error  honesty/false-reason  body line 3, column 12\n  > "I withdraw"\n  It is not so.\n  Say how it is.\n'
            "\nwarning  positivity/no-thanks\n  No thanks.\n  Thank.\n\nNot acceptable: 1 finding; 9 words.\n",
            "",
        )

    def test_evidence_cannot_command_the_terminal(
        self, command: Command, judge: dict[str, Any], request_file: Path
    ) -> None:
        """Control characters in the evidence are written out."""
        finding = Finding(
            rule="form/placeholder", span=Span(Part.BODY, 0, 4), evidence="\x1b[2J", message="m", advice="a"
        )
        judge["report"] = Report(findings=(finding,), rules=PASSED.rules)
        assert r'> "\u001b[2J"' in command("check", "-", "-r", request_file, stdin="\x1b[2J").out

    @pytest.mark.parametrize("status", [Status.ERROR, Status.NOT_RUN])
    def test_a_rule_that_did_not_run_is_no_pass(
        self, command: Command, judge: dict[str, Any], request_file: Path, status: Status
    ) -> None:
        """A draft that a rule could not judge exits 1, and the output names the rule and why."""
        judge["report"] = Report(rules=(RuleStatus(rule="brevity/too-long", status=status, note="it broke"),))
        done = command("check", "-", "-r", request_file, stdin=BODY)
        assert done.code == 1
        assert "not judged  brevity/too-long\n  it broke" in done.out
        assert "1 rule not judged" in done.out

    @pytest.mark.parametrize(("word", "passed"), [("m2", "m2"), ("none", "none")])
    def test_the_judge_is_named_or_left_out(
        self,
        command: Command,
        writer: dict[str, Any],
        judge: dict[str, Any],
        request_file: Path,
        word: str,
        passed: Any,
    ) -> None:
        """Both commands take a model for the second opinion; a draft by a model can do without."""
        command("draft", request_file, "--judge", word)
        command("check", "-", "--request", request_file, "--judge", "m2", stdin="Dear Tom, I withdraw.")
        assert (writer["judge"], judge["judge"]) == (passed, "m2")

    def test_waivers_reach_the_guardrails(self, command: Command, judge: dict[str, Any], request_file: Path) -> None:
        """`--waive RULE=REASON` can be repeated, and a reason may hold an equals sign."""
        words = ("--waive", "brevity/too-long=they asked", "--waive", "form/wrong-name=a=b")
        command("check", "-", "-r", request_file, *words, stdin=BODY)
        assert judge["waive"] == {"brevity/too-long": "they asked", "form/wrong-name": "a=b"}

    def test_json_is_the_whole_report(self, command: Command, judge: dict[str, Any], request_file: Path) -> None:
        """`--json` prints one object: the report, and whether the draft is acceptable."""
        printed = json.loads(command("check", "-", "-r", request_file, "--json", stdin=BODY).out)
        assert printed == {"acceptable": True, **PASSED.model_dump(mode="json")}

    @pytest.mark.parametrize(
        ("words", "stdin", "said"),
        [
            (["-", "--request", "-"], BODY, "only one of DRAFT and --request"),
            (["-"], BODY, "--request"),
            (["-", "-r", "REQUEST", "--waive", "brevity/too-long"], BODY, "write RULE=REASON"),
            (["-", "-r", "REQUEST", "--waive", "brevity/too-long= "], BODY, "write RULE=REASON"),
            (["-", "-r", "absent.toml"], BODY, "absent.toml: can't be read"),
            (["absent.txt", "-r", "REQUEST"], "", "absent.txt: can't be read"),
            (["-", "-r", "REQUEST"], " \n", "standard input: is empty"),
            (["-", "-r", "REQUEST"], b"caf\xe9", "standard input: byte 3 is not UTF-8"),
            (["-", "-r", "REQUEST"], '{"body": ', "line 1, column 10: is not valid JSON"),
            (["-", "-r", "REQUEST"], '{"text": "x"}', "a draft has subject and body"),
            (["-", "-r", "REQUEST"], '{"body": ' + "[" * 50_000, "nested too deep"),
            (["-", "-r", "REQUEST", "--subject", "x" * 1_000_001], BODY, "subject: String should have at most"),
        ],
        ids=lambda value: str(value)[:20],
    )
    def test_what_cannot_be_judged_is_exit_2(
        self,
        command: Command,
        judge: dict[str, Any],
        request_file: Path,
        words: list[str],
        stdin: str | bytes,
        said: str,
    ) -> None:
        """A check that can't run prints no verdict, says why on standard error, and exits 2."""
        done = command("check", *[str(request_file) if word == "REQUEST" else word for word in words], stdin=stdin)
        assert (done.code, done.out, judge["draft"]) == (2, "", None)
        assert said in " ".join(done.err.split())

    def test_an_unknown_rule_is_exit_2(self, command: Command, request_file: Path) -> None:
        """A waiver of a rule that there is not names the nearest one that there is."""
        done = command("check", "-", "-r", request_file, "--waive", "brevity/to-long=x", stdin=BODY)
        assert (done.code, done.out) == (2, "")
        assert "did you mean brevity/too-long?" in done.err


class TestGuide:
    """`drafter guide`."""

    def test_without_a_request_it_prints_the_principles(self, command: Command) -> None:
        """Every principle of the guide is printed, in order."""
        out = command("guide").out
        places = [out.index(f"{principle.number}. {principle.title}") for principle in PRINCIPLES]
        assert places == sorted(places)

    def test_the_principles_as_json(self, command: Command) -> None:
        """`--json` prints the principles as a list of objects."""
        assert json.loads(command("guide", "--json").out)[0] == PRINCIPLES[0]._asdict()

    def test_with_a_request_it_prints_the_advice(self, command: Command) -> None:
        """The advice for a request names the channel that the guide recommends."""
        done = command("guide", "-", stdin=REQUEST)
        assert (done.code, done.out.split()[:4]) == (0, ["Send", "it", "by", "e-mail."])

    def test_the_advice_as_json(self, command: Command) -> None:
        """`--json` prints the advice as one object."""
        printed = json.loads(command("guide", "-", "--json", stdin=REQUEST).out)
        assert Advice.model_validate(printed).channel is Channel.EMAIL


class TestTheWhole:
    """The app around the commands."""

    def test_the_version_is_the_library_s(self, command: Command) -> None:
        """`--version` prints the version of the library."""
        assert command("--version") == Done(0, f"drafter {drafter.__version__}\n", "")

    @pytest.mark.parametrize("words", [[], ["draft"], ["check"], ["guide"]])
    def test_help_ends_with_examples_that_can_be_copied(self, command: Command, words: list[str]) -> None:
        """Each help page has examples, a line each, that name the command."""
        done = command(*words, "--help")
        examples = done.out.partition("Examples:\n")[2].splitlines()
        assert done.code == 0
        assert examples
        assert [line for line in examples if f"drafter {' '.join(words)}".strip() not in line] == []

    def test_help_keeps_brackets(self, command: Command) -> None:
        """Square brackets in a help page are printed, not taken for markup."""
        assert "[OPTIONS] [REQUEST]" in command("draft", "--help").out

    @pytest.mark.parametrize("words", [[], ["nope"], ["draft", "--bogus"], ["draft", "--max-words", "many"]])
    def test_wrong_usage_is_exit_2(self, command: Command, words: list[str]) -> None:
        """A command line that makes no sense exits 2, with nothing but help or a hint, and no traceback."""
        done = command(*words)
        assert done.code == 2
        assert "Usage:" in done.out + done.err

    def test_a_fault_of_the_program_is_not_hidden(
        self, writer: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An exception that is none of drafter's own is not dressed up as a mistake of the user's."""
        writer["result"] = ZeroDivisionError()
        monkeypatch.setattr(sys, "argv", ["drafter", "draft", *OPTIONS])
        with pytest.raises(ZeroDivisionError):
            main()
