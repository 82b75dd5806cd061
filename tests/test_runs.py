"""Suites, runs and their figures: the same bytes, nothing lost, nothing hidden, no way out."""

import gzip
import json
import multiprocessing
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from drafter.cli.bars import bar
from drafter.content import content_root, read_text
from drafter.errors import EvalDataError
from drafter.evals import comparing, reports
from drafter.evals.baselines import save_scored
from drafter.evals.comparing import Verdict, compare
from drafter.evals.offline import NetworkBarred, barred
from drafter.evals.page import page
from drafter.evals.produce import Job, produce
from drafter.evals.reading import read_run
from drafter.evals.records import Record, Scored, content_hash, run_schema
from drafter.evals.runfile import RunFile
from drafter.evals.scorers import Outcome, outcome
from drafter.evals.scoring import Scores, Scoring, figures, made_scores, score
from drafter.evals.statistics import least_visible, mcnemar, paired
from drafter.evals.suites import Suite, load_suite, samples
from drafter.evals.sums import Sums, Variety
from drafter.models import FakeModel
from tests.conftest import Command
from tests.test_pipeline import GOOD

REQUEST = {
    "sender": "Ana Ruiz",
    "company": "Larkfield Press",
    "role": "Copy Editor",
    "recipient": "Tom Hale",
    "reason": {"kind": "other_offer"},
}
Make = Callable[..., Suite]


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


def made_of(suite: Suite, path: Path) -> bytes:
    produce(Job(suite), path)
    return path.read_bytes()


def scores_of(suite: Suite, path: Path, jobs: int = 1) -> Scores:
    return Scoring(suite, path, jobs=jobs).scores()


class TestTheSameBytes:
    """Same suite, code and seed: the same run, the same figures."""

    def test_two_runs_are_alike_to_the_byte(self, suite_of: Make, tmp_path: Path) -> None:
        """Neither clock nor order of finishing is in a run; times are beside it."""
        one, other = made_of(suite_of(), tmp_path / "a.jsonl"), made_of(suite_of(), tmp_path / "b.jsonl")
        assert one == other
        pages = [page(suite_of(), tmp_path / name) for name in ("a.jsonl", "b.jsonl")]
        assert pages[0] == pages[1]
        timed = [json.loads(line)["id"] for line in (tmp_path / "a.jsonl.timings").read_text().splitlines()[1:]]
        assert timed == [f"s{number}" for number in range(6)]

    @pytest.mark.parametrize("jobs", [1, 2])
    def test_figures_do_not_depend_on_how_many_work(
        self, jobs: int, suite_of: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """One process or several, with many small chunks, give the same figures as the outcomes one by one."""
        monkeypatch.setattr("drafter.evals.reading.BLOCK", 1_000)
        suite = suite_of(12)
        made_of(suite, tmp_path / "a.jsonl")
        alone = score(suite, (outcome(record) for record in read_run(tmp_path / "a.jsonl")[1]))
        assert scores_of(suite, tmp_path / "a.jsonl", jobs) == alone

    def test_another_seed_or_suite_is_another_run(self, suite_of: Make, tmp_path: Path) -> None:
        """What a run was made from is in its header."""
        headers = [Job(suite_of(**fields)).header for fields in ({}, {"seed": 1}, {"about": "b"})]
        assert len(set(headers)) == 3


class TestNothingLost:
    """A run that was stopped goes on; what is there is never written over."""

    @given(cut=st.integers(0, 10_000))
    @settings(max_examples=60)
    def test_a_run_that_was_cut_anywhere_goes_on_to_the_same_bytes(
        self, cut: int, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        """Wherever a process was killed, `resume` ends in the run that it would have written, and repeats no sample."""
        folder = tmp_path_factory.mktemp("cut")
        suite = _suite(folder)
        whole = made_of(suite, folder / "whole.jsonl")
        (folder / "torn.jsonl").write_bytes(whole[: cut % (len(whole) + 1)])
        told: list[Record] = []
        kept = whole[: cut % (len(whole) + 1)].count(b"\n")
        produce(Job(suite), folder / "torn.jsonl", resume=True, told=told.append)
        assert (folder / "torn.jsonl").read_bytes() == whole
        assert len(told) == 4 - max(0, kept - 1)

    def test_a_run_that_is_there_is_not_written_over(self, suite_of: Make, tmp_path: Path) -> None:
        """Without `--resume` a run that is there is left alone, and the error says what to do."""
        before = made_of(suite_of(), tmp_path / "a.jsonl")
        with pytest.raises(EvalDataError, match="--resume"):
            produce(Job(suite_of()), tmp_path / "a.jsonl")
        assert (tmp_path / "a.jsonl").read_bytes() == before

    def test_a_run_of_another_making_is_not_gone_on_with(self, suite_of: Make, tmp_path: Path) -> None:
        """A run of another suite or seed is refused, and what differs is named."""
        made_of(suite_of(), tmp_path / "a.jsonl")
        with pytest.raises(EvalDataError, match="suite_hash, seed"):
            produce(Job(suite_of(seed=1)), tmp_path / "a.jsonl", resume=True)

    def test_two_processes_on_one_file_are_refused(self, suite_of: Make, tmp_path: Path) -> None:
        """Whoever comes second is told so."""
        job = Job(suite_of())
        with RunFile(tmp_path / "a.jsonl").writing(job.header, resume=False):
            context = multiprocessing.get_context("spawn")
            said = context.SimpleQueue()
            other = context.Process(target=_second, args=(str(tmp_path / "a.jsonl"), job, said))
            other.start()
            assert "another process" in said.get()
            other.join()

    def test_a_failed_sample_counts(self, tmp_path: Path) -> None:
        """A request that can't be served is recorded as failed, and stays in every denominator."""
        lines = [{"id": "good", "request": REQUEST}, {"id": "bad", "request": {**REQUEST, "language": "xx"}}]
        (tmp_path / "d.jsonl").write_text("\n".join(map(json.dumps, lines)))
        fields = {"name": "mine", "about": "a", "data": ["d.jsonl"], "scorers": ["acceptable", "failed"]}
        suite = Suite.model_validate({**fields, "writer": "phrasebook", "folder": tmp_path})
        made_of(suite, tmp_path / "a.jsonl")
        made = scores_of(suite, tmp_path / "a.jsonl")
        assert (made.shares["acceptable"].count, made.shares["acceptable"].total) == (1, 2)
        assert [id_ for id_, _ in made.failed] == ["bad"]


def _suite(folder: Path) -> Suite:
    lines = [json.dumps({"id": f"s{number}", "request": REQUEST}) for number in range(4)]
    (folder / "data.jsonl").write_text("\n".join(lines), encoding="utf-8")
    fields = {"name": "mine", "about": "a", "data": ["data.jsonl"]}
    return Suite.model_validate({**fields, "folder": folder})


def _second(path: str, job: Job, said: Any) -> None:
    try:
        produce(job, Path(path), resume=True)
    except EvalDataError as refused:
        said.put(str(refused))
    else:
        said.put("was let in")


class TestFigures:
    """Shares, averages, rules, gates."""

    def test_a_model_is_measured_by_what_it_took(self, suite_of: Make, tmp_path: Path, fake: FakeModel) -> None:
        """First drafts, calls, tokens and words are figures of a run."""
        fake.enqueue("no JSON", *[GOOD] * 6)
        scorers = ["acceptable", "first_draft", "fallback", "calls", "tokens", "cost_usd", "words"]
        suite = suite_of(writer="model", scorers=scorers)
        produce(Job(suite, model=fake, judge=False, in_flight=1), tmp_path / "a.jsonl")
        found = figures(scores_of(suite, tmp_path / "a.jsonl"))
        assert (found["first_draft"], found["fallback"], found["calls.total"]) == (5 / 6, 0.0, 7.0)
        assert found["tokens.mean"] > 0
        assert "cost_usd.mean" not in found  # nobody knows what the fake costs

    def test_a_suite_may_bring_a_scorer(self, suite_of: Make, tmp_path: Path) -> None:
        """A function of an outcome, named as module:function, is a figure like any other."""
        suite = suite_of(scorers=["tests.test_runs:signed"], gates={"signed": {"least": 1.0}})
        made_of(suite, tmp_path / "a.jsonl")
        made = scores_of(suite, tmp_path / "a.jsonl")
        assert (made.shares["signed"].value, made.shortfalls) == (1.0, ())

    @pytest.mark.parametrize(
        ("gates", "short"),
        [
            ({"acceptable": {"least": 1.0}}, []),
            ({"words.mean": {"most": 1}}, ["words.mean"]),
            ({"no-such-figure": {"least": 0}}, ["no-such-figure"]),
            ({"acceptable": {"least": 0.5, "most": 0.9}}, ["acceptable"]),
        ],
    )
    def test_gates_name_what_fell_short(
        self, gates: dict[str, Any], short: list[str], suite_of: Make, tmp_path: Path
    ) -> None:
        """A gate that does not hold, or has no figure, is a shortfall: what can't be measured has not passed."""
        suite = suite_of(gates=gates)
        made_of(suite, tmp_path / "a.jsonl")
        made = scores_of(suite, tmp_path / "a.jsonl")
        assert [one.figure for one in made.shortfalls] == short

    def test_reports_say_the_same(self, suite_of: Make, tmp_path: Path) -> None:
        """Markdown and JUnit have the figures, the gates and every failure; what a draft holds breaks neither."""
        suite = suite_of(gates={"words.mean": {"most": 1}})
        made_of(suite, tmp_path / "a.jsonl")
        made = scores_of(suite, tmp_path / "a.jsonl")
        odd = made.model_copy(update={"failed": (("a|b", "x <b>\x00 `y`"),)})
        assert "Fell short" in reports.scores_markdown(odd)
        assert "a\\|b" in reports.scores_markdown(odd)
        tree = ET.fromstring(reports.scores_junit(odd))
        assert (tree.get("failures"), tree.get("tests")) == ("2", "7")


def signed(one: Outcome) -> bool:
    """Whether a message ends with the sender's name."""
    return "Ana Ruiz" in one.body.splitlines()[-1]


RECALL = "recall.form/placeholder"


class TestComparing:
    """`compare`: better, worse, alike, or too few."""

    def judged(self, good: str) -> list[Scored]:
        """As many samples as there are signs: "1" is acceptable, "0" is not."""
        return [Scored(id=str(number), values={"acceptable": sign == "1"}) for number, sign in enumerate(good)]

    @pytest.mark.parametrize(
        ("before", "after", "verdict"),
        [
            ("1" * 40, "1" * 40, Verdict.PASS),
            ("1" * 40, "1" * 20 + "0" * 20, Verdict.REGRESSED),
            ("0" * 20 + "1" * 20, "1" * 40, Verdict.IMPROVED),
            ("1" * 40, "1" * 38 + "00", Verdict.TOO_FEW),
            ("10" * 5, "01" * 5, Verdict.TOO_FEW),
        ],
    )
    def test_the_verdict(self, before: str, after: str, verdict: Verdict, suite_of: Make) -> None:
        """It takes more than chance to be better or worse, and enough samples to be alike."""
        made = compare(suite_of(scorers=["acceptable"]), self.judged(before), self.judged(after))
        assert made.verdict is verdict
        assert set(comparing.EXITS.values()) == {0, 1, 3, 4}

    @pytest.mark.parametrize("changed", [1, 3, 5])
    def test_a_few_changed_numbers_show_nothing(self, changed: int) -> None:
        """An average is no worse for a handful of samples that all went one way: that comes by chance too often."""
        found = paired([100.0] * 20, [101.0] * changed + [100.0] * (20 - changed))
        assert found.low <= 0.0 <= found.high

    def test_who_changed_sides_is_named(self, suite_of: Make) -> None:
        """Samples are aligned by id, whatever their order; those that one run lacks are named apart."""
        made = compare(suite_of(scorers=["acceptable"]), self.judged("110"), list(reversed(self.judged("1010"))))
        assert (made.changes[0].lost, made.changes[0].won, made.only_after) == (("1",), ("2",), ("3",))

    def flagged(self, found: str) -> list[Scored]:
        """Samples labelled with one rule, or with none: "1" is found and "0" not; small letters have no label."""
        rule = ("form/placeholder",)
        return [
            Scored(id=str(at), rules=rule if sign in "1y" else (), violations=rule if sign in "10" else ())
            for at, sign in enumerate(found)
        ]

    @pytest.mark.parametrize(
        ("before", "after", "margins", "figures_", "verdict"),
        [
            ("1111", "1111", {}, [], Verdict.PASS),
            ("1" * 30, "1" * 20 + "0" * 10, {}, [RECALL], Verdict.REGRESSED),
            (
                "1" * 30,
                "1" * 20 + "0" * 10,
                {"recall.form/placeholder": 0.4},
                [RECALL],
                Verdict.PASS,
            ),
            ("n" * 30, "n" * 20 + "y" * 10, {}, ["false_alarms.form/placeholder"], Verdict.REGRESSED),
            ("1111", "1110", {}, [RECALL], Verdict.PASS),
        ],
    )
    def test_rules_are_compared_one_by_one(
        self, before: str, after: str, margins: dict[str, float], figures_: list[str], verdict: Verdict, suite_of: Make
    ) -> None:
        """A rule that got worse by more than its margin is a regression of the whole; too few of a rule are not."""
        made = compare(suite_of(scorers=[], margins=margins), self.flagged(before), self.flagged(after))
        assert ([one.figure for one in made.changes], made.verdict) == (figures_, verdict)

    def test_a_comparison_is_told_in_every_form(self, suite_of: Make) -> None:
        """Markdown and JUnit have the verdict, and the samples that changed sides; a regression is a failure."""
        made = compare(suite_of(scorers=["acceptable"]), self.judged("1" * 9), self.judged("0" * 9))
        assert "mine: regressed" in reports.comparison_markdown(made)
        assert "Now worse" in reports.comparison_markdown(made)
        assert ET.fromstring(reports.comparison_junit(made)).get("failures") == "1"

    def test_runs_without_a_common_sample_are_refused(self, suite_of: Make) -> None:
        """There is nothing to compare, and that is said."""
        with pytest.raises(EvalDataError, match="no sample in common"):
            compare(suite_of(), self.judged("1"), [])

    def test_the_statistics_are_the_textbooks(self) -> None:
        """Exact McNemar by hand: 1 against 9 is 2 × (1 + 10) / 2^10; equal series differ by nothing."""
        assert mcnemar(1, 9) == pytest.approx(22 / 1024)
        assert mcnemar(0, 0) == 1.0
        assert paired([1, 2, 3], [1, 2, 3]) == (0, 0, 0)
        low_to_high = paired([0.0] * 50, [1.0, 3.0] * 25)
        assert low_to_high.low < low_to_high.mean == 2.0 < low_to_high.high
        assert least_visible(1_000, 10) < least_visible(100, 10) < least_visible(10, 10)


class TestBadInput:
    """Each wrong thing is named, with file and line."""

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ('{"id": "a"', "line 1"),
            ("[]", "line 1: is no object"),
            ('{"id": "a", "request": {}}', "line 1: request.sender"),
            (f'{{"id": "", "request": {json.dumps(REQUEST)}}}', "line 1: id"),
            (f'{{"id": "a", "request": {json.dumps(REQUEST)}}}\n' * 2, "line 2: id 'a' is there twice"),
            ("\n\n", "holds no sample"),
            ("\udcff", "is not UTF-8"),
            ("[" * 100_000, "line 1"),
        ],
        ids=lambda value: str(value)[:24],
    )
    def test_a_wrong_data_file(self, text: str, said: str, suite_of: Make, tmp_path: Path) -> None:
        """A broken line, a missing field, an id twice, nothing at all."""
        suite = suite_of()
        (tmp_path / "data.jsonl").write_bytes(text.encode(errors="surrogateescape"))
        with pytest.raises(EvalDataError) as wrong:
            list(samples(suite))
        assert said in str(wrong.value)

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("name = 'mine'\nabout = 'a'\ndata = ['away.jsonl']", "away.jsonl is not there"),
            ("name = 'mine'\nabout = 'a'", "data"),
            ("name = 'mine'\nabout = 'a'\ndata = ['data.jsonl']\nwriter = 'ghost'", "writer"),
            ("name = ", "is not valid TOML"),
            ("name = '../../mine'\nabout = 'a'\ndata = ['data.jsonl']", "name"),
            ("name = 'mine'\nabout = 'a'\ndata = ['data.jsonl']\n[gates]\nacceptable = {}", "a gate needs"),
        ],
    )
    def test_a_wrong_suite(self, text: str, said: str, suite_of: Make, tmp_path: Path) -> None:
        """A suite that names what is not there, lacks something, or is no TOML."""
        suite_of()
        (tmp_path / "mine.toml").write_text(text)
        with pytest.raises(EvalDataError) as wrong:
            load_suite(str(tmp_path / "mine.toml"))
        assert said in str(wrong.value)
        assert "mine.toml" in str(wrong.value)

    def test_a_suite_that_nobody_knows(self) -> None:
        """The ones that there are are listed."""
        with pytest.raises(EvalDataError, match="drafting, faults, fresh, guardrails, injection, judged, phrasebook"):
            load_suite("guardrail")

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            (lambda lines: lines[1:], "line 1: is no header"),
            (lambda lines: [lines[0].replace('"format":1', '"format":9'), *lines[1:]], "format 9"),
            (lambda lines: [*lines, lines[1]], "line 8: id 's0' is there twice"),
            (lambda lines: [*lines[:2], "{}\n"], "line 3: "),
        ],
    )
    def test_a_wrong_run(
        self, change: Callable[[list[str]], list[str]], said: str, suite_of: Make, tmp_path: Path
    ) -> None:
        """A run without its header, of another format, with a sample twice or a line that is none."""
        made_of(suite_of(), tmp_path / "a.jsonl")
        lines = (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
        (tmp_path / "a.jsonl").write_text("".join(change(lines)), encoding="utf-8")
        with pytest.raises(EvalDataError) as wrong:
            list(read_run(tmp_path / "a.jsonl")[1])
        assert said in str(wrong.value)

    @pytest.mark.parametrize("scorer", ["ghost", "no.such.module:x", "json:ghost"])
    def test_a_wrong_scorer(self, scorer: str, suite_of: Make) -> None:
        """A scorer that there is none of is named."""
        with pytest.raises(EvalDataError, match=scorer.partition(":")[0]):
            score(suite_of(scorers=[scorer]), [])


class TestWhatCanNotBeRead:
    """Without `--strict` it is counted and reported, and never passes a gate."""

    BROKEN = '{"id": "x"\n{"id": "y", "request": {}}\n'

    def broken(self, suite: Suite) -> Suite:
        path = suite.files[0]
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text(lines[0] + self.BROKEN + "".join(lines[1:]) + lines[0], encoding="utf-8")
        return suite

    def test_it_is_in_the_run_and_in_every_report(self, suite_of: Make, tmp_path: Path) -> None:
        """Each with its file and line; the gates do not hold."""
        suite = self.broken(suite_of(3))
        made_of(suite, tmp_path / "a.jsonl")
        made = scores_of(suite, tmp_path / "a.jsonl")
        assert (made.samples, made.counts["unread"]) == (3, 3)
        assert [one.partition(": ")[0] for one in made.unread] == [f"data.jsonl, line {n}" for n in (2, 3, 6)]
        assert [one.figure for one in made.shortfalls] == ["unread"]
        assert "3 lines could not be read" in reports.scores_markdown(made)

    def test_going_on_with_such_a_run_changes_nothing(self, suite_of: Make, tmp_path: Path) -> None:
        """They are not counted again by `--resume`."""
        suite = self.broken(suite_of(3))
        whole = made_of(suite, tmp_path / "a.jsonl")
        produce(Job(suite), tmp_path / "a.jsonl", resume=True)
        assert (tmp_path / "a.jsonl").read_bytes() == whole

    def test_a_file_of_nothing_else_says_what_is_wrong(self, suite_of: Make, tmp_path: Path) -> None:
        """Where no line can be read, that is an error, and the first of them are named."""
        suite = suite_of()
        suite.files[0].write_text(self.BROKEN, encoding="utf-8")
        with pytest.raises(EvalDataError, match="holds no sample") as wrong:
            produce(Job(suite), tmp_path / "a.jsonl")
        assert "data.jsonl, line 2: request.sender" in str(wrong.value)

    @pytest.mark.parametrize("name", ["away.jsonl", "away.parquet", "away.jsonl.gz"])
    def test_a_file_that_is_not_there_is_named(self, name: str, suite_of: Make, tmp_path: Path) -> None:
        """Whatever its form."""
        with pytest.raises(EvalDataError, match=re.escape(name)):
            scores_of(suite_of(), tmp_path / name)

    def test_strict_stops(self, suite_of: Make, tmp_path: Path) -> None:
        """At the first of them, both producing and scoring."""
        suite = self.broken(suite_of(3))
        with pytest.raises(EvalDataError, match="line 2"):
            produce(Job(suite, strict=True), tmp_path / "a.jsonl")
        with pytest.raises(EvalDataError, match="line 2"):
            Scoring(suite, suite.files[0], jobs=1, strict=True).scores()

    @pytest.mark.parametrize("jobs", [1, 2])
    def test_an_id_that_is_there_twice_counts_once(
        self, jobs: int, suite_of: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """However far apart they are, and whoever scores them; the second is named."""
        monkeypatch.setattr("drafter.evals.reading.BLOCK", 500)
        suite = suite_of(8)
        lines = made_of(suite, tmp_path / "a.jsonl").splitlines(keepends=True)
        (tmp_path / "b.jsonl").write_bytes(b"".join([*lines, lines[1]]))
        made = Scoring(suite, tmp_path / "b.jsonl", jobs=jobs).scores()
        assert (made.samples, made.unread) == (8, ("b.jsonl, line 10: id 's0' is there twice; the first counts",))

    def test_a_torn_last_line_is_named(self, suite_of: Make, tmp_path: Path) -> None:
        """A run that was killed is scored as far as it goes."""
        suite = suite_of(3)
        whole = made_of(suite, tmp_path / "a.jsonl")
        (tmp_path / "a.jsonl").write_bytes(whole[:-10])
        made = scores_of(suite, tmp_path / "a.jsonl")
        assert (made.samples, made.counts["unread"]) == (2, 1)


def test_sums_of_parts_come_to_the_same_in_any_order(suite_of: Make, tmp_path: Path) -> None:
    """Merging is the same whichever way round, as processes and clusters end in any order."""
    suite = suite_of(9)
    made_of(suite, tmp_path / "a.jsonl")
    found = [outcome(record) for record in read_run(tmp_path / "a.jsonl")[1]]
    parts = []
    for start in range(0, 9, 3):
        part = Sums()
        for number, one in enumerate(found[start : start + 3], start=start):
            part.add(number, one, [("acceptable", one.acceptable), ("words", one.words / 7)])
        parts.append(part)
    forth, back = Sums(), Sums()
    for part in parts:
        forth.merge(part)
    for part in reversed(parts):
        back.merge(part)
    assert made_scores(suite, forth) == made_scores(suite, back)


def test_variety_of_many_messages_is_estimated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond what is kept it is within a few per cent of the truth, and the same for parts put together."""
    monkeypatch.setattr(Variety, "MOST", 1 << 12)
    whole, parts = Variety(), [Variety(), Variety()]
    for number in range(20_000):
        body = " ".join(f"w{number * 4 + place}" for place in range(4)) if number % 2 else "always the same words"
        whole.add(body)
        parts[number % 3 == 0].add(body)
    parts[0].merge(parts[1])
    assert whole.rate() == parts[0].rate()
    assert whole.rate().count == pytest.approx(10_001, rel=0.05)  # type: ignore[union-attr]


@pytest.mark.parametrize(("total", "said"), [(200, "Writing: 100 of 200, 25/s, 4 s left, 50% good\n"), (None, None)])
def test_progress_without_a_terminal_is_plain_lines(
    total: int | None, said: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every two seconds: how many, how fast, how long still, and how many are good."""
    now = [0.0]
    with bar("Writing", total, good="good", clock=lambda: now[0]) as step:
        now[0] = 1.0
        step(40, 40)
        assert capsys.readouterr().err == ""
        now[0] = 4.0
        step(60, 10)
    assert capsys.readouterr().err == (said or "Writing: 100, 25/s, 50% good\n")


def test_runs_and_data_may_be_packed(suite_of: Make, tmp_path: Path) -> None:
    """Gzip, zstandard and Parquet are read as the plain file is."""
    import pyarrow as pa  # type: ignore[import-untyped]
    from pyarrow import parquet

    suite = suite_of()
    plain = made_of(suite, tmp_path / "a.jsonl")
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(plain))
    (tmp_path / "a.jsonl.zst").write_bytes(zstandard.compress(plain))
    runs = [list(read_run(tmp_path / name)[1]) for name in ("a.jsonl", "a.jsonl.gz", "a.jsonl.zst")]
    assert runs[0] == runs[1] == runs[2]
    rows = [json.loads(line) for line in (tmp_path / "data.jsonl").read_text().splitlines()]
    parquet.write_table(pa.Table.from_pylist(rows), tmp_path / "data.parquet")
    packed = suite.model_copy(update={"data": ("data.parquet",)})
    assert list(samples(packed)) == list(samples(suite))
    figures_of = [scores_of(suite, tmp_path / name) for name in ("data.jsonl", "data.parquet")]
    assert figures_of[0] == figures_of[1]


@pytest.mark.parametrize("name", ["x.jsonl.gz", "x.jsonl.zst", "x.parquet"])
def test_a_broken_archive_is_named(name: str, suite_of: Make, tmp_path: Path) -> None:
    """What can't be unpacked, or breaks off, is an error with the file's name."""
    good = {"gz": gzip.compress(b"{}" * 9_999), "zst": zstandard.compress(b"{}" * 9_999), "parquet": b"PAR1"}
    (tmp_path / name).write_bytes(good[name.rpartition(".")[2]][:20] + b"no")
    with pytest.raises(EvalDataError, match=re.escape(name)):
        scores_of(suite_of(), tmp_path / name)


def test_what_is_listed_is_bounded_and_what_is_counted_is_not(suite_of: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many failed, the first are listed, by their place in the run, and all are counted."""
    monkeypatch.setattr("drafter.evals.sums.LISTED", 3)
    failed = outcome(Record.model_validate({"id": "x", "request": REQUEST}))
    sums = Sums()
    for number in range(20, 0, -1):
        sums.add(number, replace(failed, id=str(number)), [])
    made = made_scores(suite_of(), sums)
    assert ([id_ for id_, _ in made.failed], made.counts["failed"]) == (["1", "2", "3"], 20)


def test_every_line_of_a_run_follows_the_schema(suite_of: Make, tmp_path: Path, command: Command) -> None:
    """The schema that is published is that of the code, and every line of a run and of a scored run is held to it."""
    published = json.loads(read_text("evals/run.schema.json"))
    assert published == run_schema() == json.loads(command("eval", "schema").out)
    judge = Draft202012Validator(published)
    suite = suite_of()
    made_of(suite, tmp_path / "a.jsonl")
    save_scored(Scoring(suite, tmp_path / "a.jsonl", jobs=1), tmp_path / "scored.jsonl")
    for name in ("a.jsonl", "scored.jsonl"):
        lines = (tmp_path / name).read_text(encoding="utf-8").splitlines()
        assert len(lines) == 7
        assert [line for line in lines if not judge.is_valid(json.loads(line))] == []
    assert not judge.is_valid({"id": "x", "request": {}, "mood": "sad"})


def _send_away() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as away:
        away.sendto(b"x", ("192.0.2.1", 9))


@pytest.mark.parametrize(
    "leave",
    [
        lambda: socket.create_connection(("192.0.2.1", 80), timeout=1),
        lambda: socket.getaddrinfo("example.invalid", 80),
        _send_away,
    ],
)
def test_there_is_no_way_out(leave: Callable[[], Any]) -> None:
    """A connection or a look-up during an offline command is an error; this machine itself stays reachable."""

    def tried() -> None:
        with barred():
            socket.getaddrinfo("localhost", 80)
            # Whoever calls may catch it, as clients of services do; it is an error nevertheless, with its stack.
            with pytest.raises(NetworkBarred, match="offline"):
                leave()

    with pytest.raises(NetworkBarred, match="offline") as ended:
        tried()
    assert "test_there_is_no_way_out" in str(ended.value)


def leaves(one: Outcome) -> bool:
    """A scorer that calls home."""
    return bool(socket.getaddrinfo("example.invalid", 80))


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_scorer_has_no_way_out_either(jobs: int, suite_of: Make, tmp_path: Path) -> None:
    """Neither in this process nor in those that work for it; the error says who tried."""
    suite = suite_of()
    made_of(suite, tmp_path / "a.jsonl")
    calling = suite.model_copy(update={"scorers": ("tests.test_runs:leaves",)})

    def scored() -> None:
        with barred():
            scores_of(calling, tmp_path / "a.jsonl", jobs)

    with pytest.raises(NetworkBarred, match="in leaves"):
        scored()


class TestCommands:
    """`drafter eval …`."""

    def test_from_suite_to_page(self, command: Command, tmp_path: Path, suite_of: Make) -> None:
        """produce, score, compare and report, one after the other."""
        suite_of()
        text = 'name = "mine"\nabout = "a"\ndata = ["data.jsonl"]\nwriter = "phrasebook"\nscorers = ["acceptable"]\n'
        (tmp_path / "mine.toml").write_text(text + "[gates]\nacceptable = { least = 1.0 }\n")
        suite, run = tmp_path / "mine.toml", tmp_path / "run.jsonl"
        assert command("eval", "produce", suite, "--out", run).code == 0
        scored = command("eval", "score", run, "--suite", suite, "--gate", "--format", "json")
        assert (scored.code, json.loads(scored.out)["shares"]["acceptable"]["value"]) == (0, 1.0)
        assert command("eval", "produce", suite, "--out", run, "--resume").code == 0
        assert "6 samples are in" in command("eval", "produce", suite, "--out", run, "--resume").err
        assert command("eval", "run", suite, "--runs", tmp_path / "runs", "--gate").code == 0

    def test_a_gate_that_does_not_hold_is_exit_1(self, command: Command, tmp_path: Path, suite_of: Make) -> None:
        """`--gate` names what fell short; without it, the figures are printed and that is all."""
        suite_of()
        text = 'name = "mine"\nabout = "a"\ndata = ["data.jsonl"]\nwriter = "phrasebook"\nscorers = ["words"]\n'
        (tmp_path / "mine.toml").write_text(text + '[gates]\n"words.mean" = { most = 1 }\n')
        done = command("eval", "run", tmp_path / "mine.toml", "--runs", tmp_path / "runs", "--gate")
        assert done.code == 1
        assert "fell short  words.mean" in done.out
        assert command("eval", "run", tmp_path / "mine.toml", "--runs", tmp_path / "runs").code == 0

    def test_the_suites_that_come_along_hold(self, command: Command, tmp_path: Path) -> None:
        """All of them with their gates, as `make eval` has them; a run is like itself; the page is written."""
        assert command("eval", "run", "--gate", "--runs", tmp_path).code == 0
        run = tmp_path / "phrasebook.jsonl"
        assert command("eval", "compare", run, run, "--gate").code == 0
        assert command("eval", "report", run, run, "--out", tmp_path / "page.html").code == 0
        assert command("eval", "compare", run, tmp_path / "guardrails.jsonl").code == 2

    def test_what_got_worse_than_the_baseline_fails_the_gate(
        self, command: Command, tmp_path: Path, suite_of: Make
    ) -> None:
        """`run --gate` compares with the baseline, which `--renew-baselines` writes; each verdict has its code."""
        suite_of(8)
        text = 'name = "mine"\nabout = "a"\ndata = ["data.jsonl"]\nwriter = "phrasebook"\nscorers = ["acceptable"]\n'
        (tmp_path / "mine.toml").write_text(text + 'baseline = "base/mine.jsonl"\n')
        run = ("eval", "run", tmp_path / "mine.toml", "--gate", "--runs", tmp_path / "runs")
        assert command(*run, "--renew-baselines").code == 0
        base, suite = tmp_path / "base" / "mine.jsonl", ("--suite", tmp_path / "mine.toml")
        good = base.read_text(encoding="utf-8")
        assert command(*run).code == 0
        worse = tmp_path / "worse.jsonl"
        worse.write_text(good.replace('"acceptable":true', '"acceptable":false'), encoding="utf-8")
        few = tmp_path / "few.jsonl"
        few.write_text(good.replace('"acceptable":true', '"acceptable":false', 1), encoding="utf-8")
        codes = [
            command("eval", "compare", one, other, *suite, "--gate").code
            for one, other in ((base, base), (worse, base), (base, worse), (base, few), (base, tmp_path / "away"))
        ]
        assert codes == [0, 3, 1, 4, 2]
        made = command("eval", "compare", base, worse, *suite, "--format", "json")
        assert json.loads(made.out)["verdict"] == "regressed"
        base.write_text(good.replace('"id":"s', '"id":"t'), encoding="utf-8")
        assert command(*run).code == 2  # nothing in common is no pass

    def test_a_run_is_scored_with_other_rule_packs(self, tmp_path: Path, suite_of: Make) -> None:
        """A changed copy of guardrails/ judges as it says; the scored run tells which packs judged."""
        suite = suite_of(2)
        made_of(suite, tmp_path / "a.jsonl")
        rules = tmp_path / "rules"
        shutil.copytree(str(content_root() / "guardrails"), rules)
        pack = rules / "en" / "form.toml"
        stricter = "patterns = [\n  '\\b(?:I|me|my)\\b',"
        pack.write_text(pack.read_text(encoding="utf-8").replace("patterns = [", stricter, 1), encoding="utf-8")
        (tmp_path / "mine.toml").write_text(
            'name = "mine"\nabout = "a"\ndata = ["data.jsonl"]\nscorers = ["acceptable"]\n'
        )
        words = ["eval", "score", "a.jsonl", "--suite", "mine.toml", "--guardrails", "rules", "--format", "json"]
        line = [sys.executable, "-m", "drafter", *words, "--save", "scored.jsonl"]
        done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=True)
        made = json.loads(done.stdout)
        assert (made["shares"]["acceptable"]["count"], made["rejected_by"]) == (0, {"form/placeholder": 2})
        assert f'"judged":"{content_hash("guardrails")}"' not in (tmp_path / "scored.jsonl").read_text()

    def test_a_file_of_samples_is_scored_as_it_is(self, command: Command, tmp_path: Path, suite_of: Make) -> None:
        """With a suite named, labelled drafts need no run; without one, that is said."""
        suite_of()
        (tmp_path / "mine.toml").write_text('name = "mine"\nabout = "a"\ndata = ["data.jsonl"]\nscorers = ["failed"]\n')
        done = command("eval", "score", tmp_path / "data.jsonl", "--suite", tmp_path / "mine.toml", "--format", "json")
        assert json.loads(done.out)["shares"]["failed"]["count"] == 6
        assert "--suite" in command("eval", "score", tmp_path / "data.jsonl").err
