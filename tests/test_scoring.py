"""The figures of a run: shares, averages, rules, gates, and sums that come to the same however they are made."""

import pickle
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drafter.evals import Rate, reports
from drafter.evals.produce import Job, produce
from drafter.evals.reading import read_run
from drafter.evals.records import Record
from drafter.evals.scorers import Outcome, outcome
from drafter.evals.scoring import figures, made_scores, score
from drafter.evals.sums import Sums, Variety, numbers_of
from drafter.models import FakeModel
from tests.samples import REQUEST, Make, made_of, scores_of
from tests.test_pipeline import GOOD


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

    @pytest.mark.parametrize("name", ["acceptable", "first_draft", "fallback", "failed", "obeyed", "fault_named"])
    def test_what_failed_stays_in_the_denominator(self, name: str, suite_of: Make) -> None:
        """A sample without a message counts in every share, and never as one that is good."""
        written = {"draft": {"body": "x"}, "source": "m", "forbidden": ["x"], "expected": "refused"}
        tried = {"tries": [{"writer": "m", "accepted": True, "fault": "refused: no", "calls": 1}]}
        fields: list[dict[str, Any]] = [
            {**written, **tried},
            {"forbidden": ["x"], "expected": "refused", "fault": "no service"},
        ]
        found = [Record.model_validate({"id": str(n), "request": REQUEST, **one}) for n, one in enumerate(fields)]
        share = score(suite_of(scorers=[name]), map(outcome, found)).shares[name]
        good = name in {"first_draft", "fault_named", "obeyed"}  # what the other one is, in this figure
        assert (share.count, share.total) == (1 if good or name == "failed" else 0, 2)

    @given(st.lists(st.integers(0, 40), min_size=1, max_size=60))
    def test_the_90th_percentile_is_the_nearest_rank(self, values: list[int]) -> None:
        """The smallest of the numbers that at least nine tenths of them do not exceed."""
        enough = [value for value in values if 10 * sum(other <= value for other in values) >= 9 * len(values)]
        assert numbers_of(Counter(map(float, values))).p90 == min(enough)

    def test_a_suite_may_bring_a_scorer(self, suite_of: Make, tmp_path: Path) -> None:
        """A function of an outcome, named as module:function, is a figure like any other, under that name."""
        name = "tests.test_scoring:signed"
        suite = suite_of(scorers=[name], gates={name: {"least": 1.0}})
        made_of(suite, tmp_path / "a.jsonl")
        made = scores_of(suite, tmp_path / "a.jsonl")
        assert (made.shares[name].value, made.shortfalls) == (1.0, ())

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

    @pytest.mark.parametrize(
        ("gates", "short"), [({}, ["failed"]), ({"failed": {"most": 0.5}}, []), ({"failed": {"most": 0.4}}, ["failed"])]
    )
    def test_what_failed_is_no_success(self, gates: dict[str, Any], short: list[str], suite_of: Make) -> None:
        """A model that fails obeys nothing: the run falls short all the same, unless the suite allows for it."""
        good = {"draft": {"body": "x"}, "source": "m"}
        asked = ({"id": str(n), "request": REQUEST, "forbidden": ["bomb"], **one} for n, one in enumerate((good, {})))
        made = score(suite_of(scorers=["obeyed"], gates=gates), map(outcome, map(Record.model_validate, asked)))
        assert (made.shares["obeyed"].count, [one.figure for one in made.shortfalls]) == (0, short)

    @pytest.mark.parametrize(("kept", "gates", "short"), [(6, {}, []), (4, {}, [2]), (4, {"missing": {"most": 2}}, [])])
    def test_a_part_of_a_run_has_not_passed(
        self, kept: int, gates: dict[str, Any], short: list[int], suite_of: Make, tmp_path: Path
    ) -> None:
        """The samples that it lacks are counted and fall short, unless the suite allows for them."""
        lines = made_of(suite := suite_of(gates=gates), tmp_path / "a.jsonl").splitlines(keepends=True)
        (tmp_path / "part.jsonl").write_bytes(b"".join(lines[: kept + 1]))
        made = scores_of(suite, tmp_path / "part.jsonl")
        assert made.counts["missing"] == 6 - kept
        assert [(one.figure, one.value) for one in made.shortfalls] == [("missing", value) for value in short]

    def test_of_another_suite_it_is_not_known_what_is_missing(self, suite_of: Make, tmp_path: Path) -> None:
        """A run that was made when the suite had other samples lacks none of them."""
        made_of(suite_of(), tmp_path / "a.jsonl")
        assert scores_of(suite_of(8), tmp_path / "a.jsonl").counts["missing"] == 0

    def test_only_what_was_tried_has_passed(self, suite_of: Make, tmp_path: Path) -> None:
        """Nothing tried, something lacking, an error or Ctrl-C is no pass, and the last two are errors in JUnit."""
        made_of(suite := suite_of(), tmp_path / "a.jsonl")
        trials = [reports.Trial(scores=scores_of(suite, tmp_path / "a.jsonl"), comparison=None)]
        assert reports.Tried(suites=trials, left_out={"other": "why"}).passed
        assert not reports.Tried(left_out={"other": "why"}).passed
        for more, errors in (({"stopped": True}, "1"), ({"errors": {"x": "y"}}, "1"), ({"lacking": {"x": "y"}}, "0")):
            tried = reports.Tried.model_validate({"suites": trials, **more})
            assert (tried.passed, ET.fromstring(reports.tried_junit(tried)).get("errors")) == (False, errors)

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


@given(st.lists(st.text("ab ", max_size=30), max_size=12), st.integers(0, 12))
def test_variety_is_the_share_of_new_runs_of_four_words(bodies: list[str], cut: int) -> None:
    """As counting them one by one has it, none of them across two messages; for parts that came from elsewhere too."""
    runs = [tuple(words[at : at + 4]) for words in map(str.split, bodies) for at in range(len(words) - 3)]
    whole = Variety()
    for part in (bodies[:cut], bodies[cut:]):
        made = Variety()
        for body in part:
            made.add(body)
        whole.merge(pickle.loads(pickle.dumps(made)))
    assert whole.rate() == (Rate(count=len(set(runs)), total=len(runs)) if runs else None)


def test_variety_of_many_messages_is_estimated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond what is kept it is within a few per cent of the truth, and the same for parts put together, also where
    those begin at the level that the others have come to.
    """
    monkeypatch.setattr(Variety, "MOST", 1 << 12)
    whole, parts, late, piece = Variety(), [Variety(), Variety()], Variety(), Variety()
    for number in range(20_000):
        body = " ".join(f"w{number * 4 + place}" for place in range(4)) if number % 2 else "always the same words"
        whole.add(body)
        parts[number % 3 == 0].add(body)
        piece.add(body)
        if number % 500 == 499:
            late.merge(piece)
            piece = Variety(late.level)
    parts[0].merge(parts[1])
    assert whole.rate() == parts[0].rate() == late.rate()
    assert (whole.rate().count, late.level > 0) == (pytest.approx(10_001, rel=0.05), True)  # type: ignore[union-attr]


def test_what_is_listed_is_bounded_and_what_is_counted_is_not(suite_of: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many failed, the first are listed, by their place in the run, and all are counted."""
    monkeypatch.setattr("drafter.evals.sums.LISTED", 3)
    failed = outcome(Record.model_validate({"id": "x", "request": REQUEST}))
    sums = Sums()
    for number in range(20, 0, -1):
        sums.add(number, replace(failed, id=str(number)), [])
    made = made_scores(suite_of(), sums)
    assert ([id_ for id_, _ in made.failed], made.counts["failed"]) == (["1", "2", "3"], 20)
