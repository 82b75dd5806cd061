"""Recorded exchanges of suites: found by hash, played through the real client, and never a wrong answer."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from drafter.errors import EvalDataError
from drafter.evals.offline import barred
from drafter.evals.produce import Job, produce
from drafter.evals.reading import read_run
from drafter.evals.recordings import Tape, key_of, opened, refuse_secrets
from drafter.evals.records import Record
from drafter.evals.suites import Suite, load_suite, samples
from tests.conftest import Command
from tests.loopback import Answer, completion, endpoint
from tests.test_pipeline import GOOD

Make = Callable[..., Suite]
REQUEST = {
    "sender": "Ana Ruiz", "company": "Larkfield Press", "role": "Copy Editor", "recipient": "Tom Hale",
    "channel": "email", "reason": {"kind": "other_offer"},
}  # fmt: skip


@pytest.fixture
def suite_of(tmp_path: Path) -> Make:
    """A suite of a recorded model; keywords replace fields of its one request."""

    def make(**fields: Any) -> Suite:
        (tmp_path / "d.jsonl").write_text(json.dumps({"id": "a", "request": {**REQUEST, **fields}}), encoding="utf-8")
        held = {"name": "mine", "about": "a", "data": ["d.jsonl"], "writer": "recorded", "model": "m"}
        return Suite.model_validate({**held, "recordings": "tape", "scorers": ["acceptable"], "folder": tmp_path})

    return make


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Suite], list[str]]:
    """Records a suite from an endpoint on loopback, and gives the names of the files."""

    def made(suite: Suite) -> list[str]:
        answer = completion(json.dumps(GOOD))
        answer.body.update({"id": "chatcmpl-77", "system_fingerprint": "fp_9", "created": 99})
        with endpoint(answer) as served:
            monkeypatch.setenv("OPENAI_BASE_URL", served.base_url)
            produce(Job(suite, recording=True, in_flight=1), tmp_path / "recorded.jsonl")
        monkeypatch.delenv("OPENAI_BASE_URL")
        return sorted(path.name for path in (tmp_path / "tape").iterdir())

    return made


def played(suite: Suite, path: Path) -> tuple[list[Record], list[str]]:
    notes: list[str] = []
    with barred():
        produce(Job(suite), path, noted=notes.append)
    return list(read_run(path)[1]), notes


Recorder = Callable[[Suite], list[str]]


def test_what_was_recorded_is_played_without_a_network(suite_of: Make, record: Recorder, tmp_path: Path) -> None:
    """The same message comes of it, through the real client, byte for byte each time; nothing is left over."""
    suite = suite_of()
    names = record(suite)
    again, notes = played(suite, tmp_path / "again.jsonl")
    assert [(one.source, one.draft is not None, one.fault) for one in again] == [("m", True, None)]
    assert (len(names), notes) == (1, [])
    played(suite, tmp_path / "once-more.jsonl")
    assert (tmp_path / "again.jsonl").read_bytes() == (tmp_path / "once-more.jsonl").read_bytes()
    assert list(read_run(tmp_path / "recorded.jsonl")[1]) == again


def test_a_sample_is_played_as_if_it_were_the_first(
    suite_of: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of an endpoint that takes no schema, which a model remembers: alone, resumed or in parts, the same bytes."""
    suite = suite_of()
    asked = [{**REQUEST, "appreciated": [f"the tour of hall {number}"]} for number in range(4)]
    lines = [json.dumps({"id": f"s{number}", "request": request}) for number, request in enumerate(asked)]
    suite.files[0].write_text("\n".join(lines), encoding="utf-8")

    def plain(sent: dict[str, Any]) -> Answer:
        if sent.get("response_format", {}).get("type") == "json_schema":
            return Answer({"error": {"message": "response_format json_schema is unknown"}}, status=400)
        return completion(json.dumps(GOOD))

    with endpoint(plain) as served:
        monkeypatch.setenv("OPENAI_BASE_URL", served.base_url)
        produce(Job(suite, recording=True, in_flight=1), tmp_path / "recorded.jsonl")
    whole = (tmp_path / "recorded.jsonl").read_bytes()
    records, notes = played(suite, tmp_path / "whole.jsonl")
    assert ([one.fault for one in records], notes) == ([None] * 4, [])
    (tmp_path / "torn.jsonl").write_bytes(b"".join(whole.splitlines(keepends=True)[:3]))
    produce(Job(suite), tmp_path / "torn.jsonl", resume=True)
    assert whole == (tmp_path / "whole.jsonl").read_bytes() == (tmp_path / "torn.jsonl").read_bytes()
    produce(Job(suite, shard=(1, 2)), tmp_path / "part.jsonl")
    assert set((tmp_path / "part.jsonl").read_bytes().splitlines()) < set(whole.splitlines())


def test_a_file_is_named_by_what_it_holds_and_holds_nothing_else(
    suite_of: Make, record: Recorder, tmp_path: Path
) -> None:
    """Neither headers nor what the service says of itself are written, and the name is the hash of the request."""
    name = record(suite_of())[0]
    text = (tmp_path / "tape" / name).read_text(encoding="utf-8")
    held = json.loads(text)
    assert key_of("POST", "http://elsewhere/v1/chat/completions", held["request"]["body"]) == name
    assert [word for word in ("chatcmpl", "fp_9", "created", "127.0.0.1", "header") if word in text] == []


def test_a_changed_prompt_is_a_failed_sample_and_shows_its_difference(
    suite_of: Make, record: Recorder, tmp_path: Path
) -> None:
    """It is never answered with what was written for another, nor by the phrasebook; the old file is named."""
    name = record(suite_of())[0]
    made, notes = played(suite_of(tone="formal"), tmp_path / "b.jsonl")
    assert made[0].draft is None
    assert str(made[0].fault).startswith("not recorded: ")
    assert "-tone: warm" in notes[0]
    assert "+tone: formal" in notes[0]
    assert notes[1] == f"1 recorded exchanges were not asked for: {name}."


def test_a_file_that_was_changed_is_stale(suite_of: Make, record: Recorder, tmp_path: Path) -> None:
    """A recording under a name that is not its own is told apart from one that is only unused."""
    name = record(suite_of())[0]
    (tmp_path / "tape" / f"0{name[1:]}").write_bytes((tmp_path / "tape" / name).read_bytes())
    _, notes = played(suite_of(), tmp_path / "b.jsonl")
    assert "1 of them are not the request that they are named by" in notes[1]


@pytest.mark.parametrize(
    "secret",
    [
        "sk-proj-" + "a1B2" * 8, "sk-proj-" + "*" * 8 + "abcd", "Bearer " + "x9" * 12, "ghp_" + "a" * 30,
        "AKIA" + "A" * 16,
        '"Authorization": "x"', "-----BEGIN RSA " + "PRIVATE KEY-----", "eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.abc",
    ],
)  # fmt: skip
def test_what_looks_like_a_key_is_refused(secret: str) -> None:
    """The error names file and line, and does not repeat the key."""
    with pytest.raises(EvalDataError, match=r"x\.json: line 2: holds what looks like a key") as refused:
        refuse_secrets(f"{{\n{secret}}}", "x.json")
    assert secret not in str(refused.value)


def test_a_recording_with_a_secret_is_not_played(suite_of: Make, record: Recorder, tmp_path: Path) -> None:
    """It is an error with the file's name, not a failed call that something else is written for."""
    path = tmp_path / "tape" / record(suite_of())[0]
    path.write_text(path.read_text(encoding="utf-8").replace("Kind regards", "sk-" + "a" * 20), encoding="utf-8")
    with pytest.raises(EvalDataError, match=path.name):
        played(suite_of(), tmp_path / "b.jsonl")


def test_no_secret_is_written(tmp_path: Path) -> None:
    """What an endpoint answers may hold a key too; then nothing is kept."""
    with pytest.raises(EvalDataError, match="looks like a key"):
        Tape(tmp_path).keep("x.json", {"request": {}, "response": "sk-" + "a" * 20})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("status", [401, 403, 404])
def test_an_answer_to_who_asks_is_not_kept(
    status: int, suite_of: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong key or address is no recording, even where the answer is no JSON: once mended, it is asked again."""
    with endpoint(Answer(b"<html>no</html>", status)) as served:
        monkeypatch.setenv("OPENAI_BASE_URL", served.base_url)
        produce(Job(suite_of(), recording=True, in_flight=1), tmp_path / "recorded.jsonl")
    assert not (tmp_path / "tape").exists() or not list((tmp_path / "tape").iterdir())


def test_a_broken_file_is_named(suite_of: Make, record: Recorder, tmp_path: Path) -> None:
    """A recording that is no exchange is an error, not a miss."""
    name = record(suite_of())[0]
    (tmp_path / "tape" / name).write_text("{}", encoding="utf-8")
    with pytest.raises(EvalDataError, match=name):
        played(suite_of(), tmp_path / "b.jsonl")


def test_ten_thousand_files_cost_no_more_than_ten(tmp_path: Path) -> None:
    """A request is looked up by its name alone: no other file is opened."""
    tape = Tape(tmp_path)
    body = {"model": "m", "messages": []}
    name = key_of("POST", "/v1/chat/completions", body)
    tape.keep(name, {"request": {"body": body}, "response": {"status": 200, "body": {}}})
    for number in range(100):
        (tmp_path / f"{number}.json").mkdir()  # would fail where it were read
    assert tape.exchange(name) is not None
    with opened(tmp_path) as other:
        assert other.missed == []


def test_the_drafting_suite_asks_for_everything_there_is() -> None:
    """At least a hundred requests over all stages, channels, reasons, shares and tones, with every pair of them."""
    asked = [one.request for one in samples(load_suite("drafting"))]
    assert len(asked) >= 100
    assert {one.stage.value for one in asked} == {"applied", "invited", "screened", "interviewed", "final_round"}
    assert {one.channel.value if one.channel else None for one in asked} == {"email", "phone", "text", "linkedin", None}
    assert len({one.reason.kind for one in asked}) == 12
    assert {one.reason.share.value for one in asked} == {"nothing", "general", "detail"}
    assert {one.tone.value for one in asked} == {"warm", "neutral", "formal"}
    assert len({(one.stage, one.channel, one.tone) for one in asked}) >= 60


def test_what_is_recorded_is_played_and_nothing_is_left_over(command: Command, tmp_path: Path) -> None:
    """The recordings that come along are those that the suite asks for, all of them, and hold no secret."""
    suite = load_suite("drafting")
    assert suite.exchanges is not None
    files = list(suite.exchanges.glob("*.json"))
    for path in files:
        refuse_secrets(path.read_text(encoding="utf-8"), path.name)
    done = command("eval", "run", "drafting", "--gate", "--runs", tmp_path)
    assert done.code == 0
    assert ("nothing is recorded yet" in done.err) == (not files)
    assert "not asked for" not in done.err


def test_two_answers_to_one_question_leave_one_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where two samples ask the same at one time, the file holds one of the exchanges, not parts of both."""
    tape, rename = Tape(tmp_path), Path.replace

    def interrupted(path: Path, target: Path) -> Path:
        monkeypatch.undo()
        tape.keep("one.json", {"answer": "short"})
        return rename(path, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    tape.keep("one.json", {"answer": "a longer one"})
    assert json.loads((tmp_path / "one.json").read_text(encoding="utf-8")) == {"answer": "a longer one"}
    assert [path.name for path in tmp_path.iterdir()] == ["one.json"]
