"""Runs that are killed, stopped, and gone on with: nothing is lost, nothing is paid for twice."""

import json
import multiprocessing
import os
import random
import re
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pexpect
import pytest

from drafter.errors import EvalDataError
from drafter.evals.produce import Job, produce
from drafter.evals.reading import read_run
from drafter.evals.records import Record, line_of
from drafter.evals.runfile import RunFile
from drafter.evals.scoring import Scoring
from drafter.evals.suites import Suite
from drafter.message import Usage
from drafter.models import ModelCall, ModelReply
from tests.conftest import Command
from tests.test_pipeline import NEWS, THANKS, letter

SAMPLES, KILLS, IN_FLIGHT = 60, 10, 3
ANSWER = json.dumps(letter(THANKS, NEWS, ("I would be glad to stay in touch.", 5)))
REQUEST = {
    "sender": "Ana Ruiz", "company": "Larkfield Press", "role": "Copy Editor", "recipient": "Tom Hale",
    "channel": "email", "reason": {"kind": "other_offer"},
}  # fmt: skip


class Paid:
    """A model that writes down which sample it is paid for, before it answers.

    It kills its own process when the run has a size, in the midst of whatever the other threads are doing.
    """

    name = "paid"

    def __init__(self, run: Path, deadly: int | None) -> None:
        self._run, self._ledger, self._deadly = run, run.with_suffix(".ledger"), deadly

    def complete(self, call: ModelCall, *, timeout: float) -> ModelReply:
        asked = re.search(r"the tour of hall (\d+)", call.messages[-1].content)
        assert asked is not None
        with self._ledger.open("a") as ledger:
            ledger.write(f"s{asked[1]}\n")
        if self._deadly is not None and self._run.stat().st_size >= self._deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        return ModelReply(ANSWER, Usage(), self.name)

    async def acomplete(self, call: ModelCall, *, timeout: float) -> ModelReply:
        return self.complete(call, timeout=timeout)


def suite_in(folder: Path, count: int = SAMPLES) -> Suite:
    asked = [{**REQUEST, "appreciated": [f"the tour of hall {number}"]} for number in range(count)]
    lines = [json.dumps({"id": f"s{number}", "request": request}) for number, request in enumerate(asked)]
    (folder / "data.jsonl").write_text("\n".join(lines), encoding="utf-8")
    fields = {"name": "mine", "about": "a", "data": ["data.jsonl"], "writer": "model"}
    return Suite.model_validate({**fields, "scorers": ["acceptable", "calls", "words"], "folder": folder})


def write(folder: Path, name: str, resume: bool, deadly: int | None = None) -> None:
    run = folder / f"{name}.jsonl"
    produce(Job(suite_in(folder), model=Paid(run, deadly), in_flight=IN_FLIGHT), run, resume=resume)


def kill_at(folder: Path, size: int) -> None:
    """Has a process of its own go on with a run, until the file has a size and it is killed."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.test_interrupted_runs"])
    process = context.Process(target=write, args=(folder, "killed", True, size))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL


def test_a_run_that_is_killed_ten_times_ends_as_one_that_was_not(tmp_path: Path) -> None:
    """At moments that nobody chose: same bytes, same figures, and nothing that was saved is paid for again."""
    write(tmp_path, "whole", False)
    whole = (tmp_path / "whole.jsonl").read_bytes()
    ledger, saved_at = tmp_path / "killed.ledger", []
    chance = random.Random(7)
    for size in sorted(chance.randrange(200, len(whole) - 8_000) for _ in range(KILLS)):
        kill_at(tmp_path, size)
        saved = (tmp_path / "killed.jsonl").read_bytes().rpartition(b"\n")[0].splitlines()[1:]
        saved_at.append(({json.loads(line)["id"] for line in saved}, len(ledger.read_text().split())))
    write(tmp_path, "killed", True)
    assert (tmp_path / "killed.jsonl").read_bytes() == whole
    figures = [Scoring(suite_in(tmp_path), tmp_path / f"{name}.jsonl", jobs=1).scores() for name in ("whole", "killed")]
    assert figures[0] == figures[1]
    paid = ledger.read_text().split()
    assert [saved.intersection(paid[calls:]) for saved, calls in saved_at] == [set()] * KILLS
    assert len({calls for _, calls in saved_at}) > KILLS // 2  # they were killed in the midst of it
    assert SAMPLES <= len(paid) <= SAMPLES + KILLS * 2 * IN_FLIGHT


class Odd:
    """A model that is asked several things at a time, and has an error of its own for one of them."""

    name = "odd"

    def __init__(self, bad: str = "no hall") -> None:
        self.paid: set[str] = set()
        self._bad, self._all_here = bad, threading.Barrier(IN_FLIGHT)

    def complete(self, call: ModelCall, *, timeout: float) -> ModelReply:
        asked = re.search(r"the tour of (hall \d+)", call.messages[-1].content)
        assert asked is not None
        if len(self.paid) < IN_FLIGHT:
            self.paid.add(asked[1].replace("hall ", "s"))
            self._all_here.wait(60)
        if asked[1] == self._bad:
            raise ZeroDivisionError("of nobody's making")
        return ModelReply(ANSWER, Usage(), self.name)

    async def acomplete(self, call: ModelCall, *, timeout: float) -> ModelReply:
        return self.complete(call, timeout=timeout)


def saved(run: Path) -> dict[str, Record]:
    return {one.id: one for one in read_run(run)[1]}


def test_an_error_that_nobody_foresaw_is_a_failed_sample(tmp_path: Path) -> None:
    """It is recorded with its place; those beside it are kept, and the others are still asked for."""
    suite = suite_in(tmp_path, 8)
    produce(Job(suite, model=Odd("hall 1"), in_flight=IN_FLIGHT), tmp_path / "a.jsonl")
    found = saved(tmp_path / "a.jsonl")
    assert [id_ for id_, one in found.items() if one.fault] == ["s1"]
    assert re.fullmatch(
        r"unforeseen ZeroDivisionError: of nobody's making \(test_interrupted_runs\.py, line \d+\)",
        found["s1"].fault or "",
    )
    assert len(found) == 8


@pytest.mark.parametrize("kind", [KeyboardInterrupt, OSError, ZeroDivisionError])
def test_whatever_stops_it_what_is_paid_for_is_saved(kind: type[BaseException], tmp_path: Path) -> None:
    """Ctrl-C, a full disk, a fault of whoever is told: all answers that were under way are in the run."""
    model = Odd()

    def told(_: Record) -> None:
        if len(RunFile(tmp_path / "a.jsonl").seconds_by_id()) == 1:
            raise kind

    with pytest.raises(kind):
        produce(Job(suite_in(tmp_path), model=model, in_flight=IN_FLIGHT), tmp_path / "a.jsonl", told=told)
    assert set(saved(tmp_path / "a.jsonl")) == model.paid


@pytest.mark.parametrize("in_flight", [1, IN_FLIGHT])
@pytest.mark.parametrize("where", ["is asked for", "is written"])
def test_ctrl_c_loses_nothing_wherever_it_comes(
    where: str, in_flight: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a sample is asked for, and in the midst of its writing: all that was paid for is in the run."""
    paid: list[str] = []

    pressed: list[str] = []

    def press(place: str) -> None:
        if place == where and len(paid) >= 5 and not pressed:
            pressed.append(place)
            signal.raise_signal(signal.SIGINT)

    class Model(Paid):
        def complete(self, call: ModelCall, *, timeout: float) -> ModelReply:
            paid.append(re.sub(r"(?s).*the tour of hall (\d+).*", r"s\1", call.messages[-1].content))
            press("is asked for")
            return ModelReply(ANSWER, Usage(), self.name)

    def line(one: Record) -> str:
        press("is written")
        return line_of(one)

    monkeypatch.setattr("drafter.evals.runfile.line_of", line)
    job = Job(suite_in(tmp_path), model=Model(tmp_path / "a.jsonl", None), in_flight=in_flight)
    with pytest.raises(KeyboardInterrupt):
        produce(job, tmp_path / "a.jsonl")
    assert set(saved(tmp_path / "a.jsonl")) == set(paid)
    assert 5 <= len(paid) <= 5 + 2 * IN_FLIGHT


def test_ctrl_c_pressed_again_loses_nothing_either(tmp_path: Path) -> None:
    """What is waited for is said once, at once, and is all in the run; the further ones change nothing."""
    noted: list[str] = []
    model, said = Odd(), threading.Event()

    class Pressing(Odd):
        def complete(self, call: ModelCall, *, timeout: float) -> ModelReply:
            answer = model.complete(call, timeout=timeout)
            for _ in range(3):
                os.kill(os.getpid(), signal.SIGINT)
            said.wait(20)  # which comes while the answers are still being waited for
            return answer

    def note(text: str) -> None:
        noted.append(text)
        said.set()

    job = Job(suite_in(tmp_path), model=Pressing(), in_flight=IN_FLIGHT)
    with pytest.raises(KeyboardInterrupt):
        produce(job, tmp_path / "a.jsonl", noted=note)
    assert re.fullmatch(r"Stopping; waiting for \d answers?, which will be saved \.\.\.", " ".join(noted))
    assert set(saved(tmp_path / "a.jsonl")) == model.paid


def test_a_wrong_line_that_stops_it_loses_no_answer(tmp_path: Path) -> None:
    """With `strict`, what was under way when the line was come to is in the run."""
    suite, model = suite_in(tmp_path), Odd()
    lines = suite.files[0].read_text(encoding="utf-8").splitlines(keepends=True)
    suite.files[0].write_text("".join([*lines[:IN_FLIGHT], "{}\n", *lines[IN_FLIGHT:]]), encoding="utf-8")
    with pytest.raises(EvalDataError, match=f"line {IN_FLIGHT + 1}"):
        produce(Job(suite, model=model, in_flight=IN_FLIGHT, strict=True), tmp_path / "a.jsonl")
    assert set(saved(tmp_path / "a.jsonl")) == model.paid == {"s0", "s1", "s2"}


def test_a_terminal_has_a_bar(tmp_path: Path) -> None:
    """With how many are done, the rate, and how many were written; it is gone when all is done."""
    suite_in(tmp_path)
    (tmp_path / "mine.toml").write_text('name = "mine"\nabout = "a"\ndata = ["data.jsonl"]\nwriter = "phrasebook"\n')
    words = ["-m", "drafter", "eval", "produce", str(tmp_path / "mine.toml"), "--out", str(tmp_path / "run.jsonl")]
    child = pexpect.spawn(sys.executable, words, encoding="utf-8", timeout=120, dimensions=(24, 100))
    child.expect(rf"Writing mine.*/{SAMPLES}.*\d+/s  100% written")
    child.expect(f"{SAMPLES} samples are in")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_ctrl_c_ends_cleanly(tmp_path: Path, command: Command) -> None:
    """Exit 130, the figures of what was written, and how to go on, which then ends in the whole run."""
    suite_in(tmp_path, 150)
    text = 'name = "mine"\nabout = "a"\ndata = ["data.jsonl"]\nwriter = "phrasebook"\nscorers = ["acceptable"]\n'
    (tmp_path / "mine.toml").write_text(text)
    run = tmp_path / "run.jsonl"
    produced = ("eval", "produce", tmp_path / "mine.toml", "--out", run)
    process = subprocess.Popen(
        [sys.executable, "-m", "drafter", *map(str, produced)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    timings = tmp_path / "run.jsonl.timings"
    while process.poll() is None and not (timings.exists() and timings.read_text().count("\n") > 5):
        os.sched_yield()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert process.returncode == 130
    assert "`produce --resume` goes on" in " ".join(err.split())
    assert err.endswith("Stopped.\n")
    assert "acceptable" in out
    assert "fell short" not in out
    assert "Traceback" not in err
    assert command(*produced, "--resume").code == 0
    assert [one.id for one in read_run(run)[1]] == [f"s{number}" for number in range(150)]


@pytest.fixture
def stopped_at_the_sixth(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ctrl-C while the sixth draft is judged, in parts of a few drafts; gives the ids that were judged."""
    judged: list[str] = []

    def judge(record: Record) -> None:
        judged.append(record.id)
        if len(judged) == 6:
            raise KeyboardInterrupt

    monkeypatch.setattr("drafter.evals.reading.BLOCK", 500)
    monkeypatch.setattr("drafter.evals.scorers.judged", judge)
    return judged


@pytest.mark.usefixtures("stopped_at_the_sixth")
@pytest.mark.parametrize("form", ["text", "json"])
def test_scoring_that_is_stopped_tells_what_it_has(form: str, tmp_path: Path, command: Command) -> None:
    """Exit 130 with the figures so far, of which no gate is said to fall short; no half document is printed."""
    suite_in(tmp_path, 8)
    text = 'name = "mine"\nabout = "a"\ndata = ["data.jsonl"]\nscorers = ["failed"]\n[gates]\nfailed = { most = 0 }\n'
    (tmp_path / "mine.toml").write_text(text)
    done = command("eval", "score", tmp_path / "data.jsonl", "--suite", tmp_path / "mine.toml", "--format", form)
    told = done.out if form == "text" else done.err
    assert (done.code, done.out == "") == (130, form == "json")
    assert re.search(r"the figures of the first [1-5] samples", " ".join(done.err.split()))
    assert "failed" in told
    assert "fell short" not in done.out + done.err


def test_scoring_that_is_stopped_begins_nothing_again(tmp_path: Path, stopped_at_the_sixth: list[str]) -> None:
    """Not even where an id is there twice, which has everything counted again otherwise."""
    suite = suite_in(tmp_path, 8)
    data = suite.files[0]
    data.write_text(data.read_text(encoding="utf-8").replace('"s1"', '"s0"'), encoding="utf-8")
    scoring = Scoring(suite, data, jobs=1)
    scoring.scores()
    assert (scoring.stopped, len(stopped_at_the_sixth)) == (True, 6)


def test_nothing_stays_of_scoring_that_was_killed(tmp_path: Path) -> None:
    """Its other processes end with it, so that what they print to is closed."""
    suite_in(tmp_path, 8)
    (tmp_path / "mine.toml").write_text('name = "mine"\nabout = "a"\ndata = ["data.jsonl"]\nscorers = ["mine:good"]\n')
    (tmp_path / "mine.py").write_text("def good(one):\n    print('at work', flush=True)\n    return True\n")
    words = ["eval", "score", str(tmp_path / "data.jsonl"), "--suite", str(tmp_path / "mine.toml"), "--jobs", "2"]
    hold = "import os, drafter.evals.sums as s; s.Sums.refuse_mixed = lambda _: os.kill(os.getpid(), 9)"
    line = [sys.executable, "-c", f"{hold}; import sys; sys.argv[1:] = {words}; from drafter.cli import main; main()"]
    process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    try:
        _, err = process.communicate(timeout=60)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    assert (process.returncode, b"at work" in err) == (-signal.SIGKILL, True)


def test_a_process_that_ends_by_itself_is_told(tmp_path: Path, command: Command) -> None:
    """Exit 2 with what may help, and no traceback: under `--gate`, 1 would say that the run fell short."""
    suite_in(tmp_path, 8)
    (tmp_path / "mine.toml").write_text('name = "mine"\nabout = "a"\ndata = ["data.jsonl"]\nscorers = ["mine:good"]\n')
    (tmp_path / "mine.py").write_text("import os\n\ndef good(one):\n    os.kill(os.getpid(), 9)\n")
    words = ("eval", "score", tmp_path / "data.jsonl", "--suite", tmp_path / "mine.toml", "--jobs", "2", "--gate")
    done = command(*words)
    told = [said in done.err for said in ("ended by itself", "--jobs 1", "Traceback")]
    assert (done.code, told) == (2, [True, True, False])


@pytest.mark.usefixtures("stopped_at_the_sixth")
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_checking_that_is_stopped_tells_what_it_has(form: tuple[str, ...], tmp_path: Path, command: Command) -> None:
    """Exit 130 with the figures so far, beside standard output where that is for a program."""
    item = {"request": REQUEST, "draft": {"subject": None, "body": "Dear Tom"}, "violations": []}
    lines = [json.dumps({**item, "id": f"s{number}"}) for number in range(8)]
    (tmp_path / "data.jsonl").write_text("\n".join(lines), encoding="utf-8")
    done = command("eval", "check", tmp_path / "data.jsonl", *form)
    told = done.err if form else done.out
    assert (done.code, done.out == "", "bad drafts let through" in told) == (130, bool(form), True)
    assert re.search(r"the figures of the first [1-5] drafts of data\.jsonl", " ".join(done.err.split()))


def test_comparing_that_is_stopped_says_nothing_of_half_a_run(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 130, as for every command, and no verdict."""
    made = suite_in(tmp_path, 8).model_copy(update={"writer": "phrasebook"})
    produce(Job(made), tmp_path / "a.jsonl")
    (tmp_path / "mine.toml").write_text('name = "mine"\nabout = "a"\ndata = ["data.jsonl"]\nscorers = ["failed"]\n')

    def judge(_: Record) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("drafter.evals.scorers.judged", judge)
    run = tmp_path / "a.jsonl"
    done = command("eval", "compare", run, run, "--suite", tmp_path / "mine.toml")
    assert (done.code, done.out, done.err) == (130, "", "Stopped.\n")
