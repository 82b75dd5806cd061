"""Two runs side by side: better, worse, alike, or too few to tell."""

from typing import Any
from xml.etree import ElementTree as ET

import pytest

from drafter.errors import EvalDataError
from drafter.evals import comparing, reports
from drafter.evals.comparing import Lines, Verdict, compare
from drafter.evals.records import Scored, Unread
from drafter.evals.statistics import least_visible, mcnemar, paired
from tests.samples import Make

RECALL = "recall.form/placeholder"
WRONG = (Unread(unread="b.jsonl, line 3", what="is no object"),)
NONE: Lines = ((), ())


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
        assert [comparing.EXITS[one] for one in Verdict] == [0, 3, 1, 5, 4]

    @pytest.mark.parametrize(
        ("gates", "up", "down"),
        [
            ({"json:loads": {"least": 0.1}}, Verdict.IMPROVED, Verdict.REGRESSED),
            ({"json:loads": {"most": 0.9}}, Verdict.REGRESSED, Verdict.IMPROVED),
            ({"json:loads.p90": {"most": 90}}, Verdict.REGRESSED, Verdict.IMPROVED),
            ({"json:loads": {"least": 0.1, "most": 0.9}}, Verdict.PASS, Verdict.PASS),
            ({"json:loadsome": {"least": 0.1}}, Verdict.PASS, Verdict.PASS),
            ({}, Verdict.PASS, Verdict.PASS),
        ],
    )
    def test_a_persons_own_figure_gets_worse_as_its_gates_say(
        self, gates: dict[str, Any], up: Verdict, down: Verdict, suite_of: Make
    ) -> None:
        """`least` says that more is better, `most` that less is; without one, nothing says what is worse."""
        suite = suite_of(scorers=["json:loads"], gates=gates)
        low, high = (self.valued("json:loads", [value] * 40) for value in (False, True))
        assert (compare(suite, low, high).verdict, compare(suite, high, low).verdict) == (up, down)
        low, high = (self.valued("json:loads", [value + n % 3 for n in range(40)]) for value in (1.0, 9.0))
        assert (compare(suite, low, high).verdict, compare(suite, high, low).verdict) == (up, down)

    @pytest.mark.parametrize("asked", [["obeyed"], ["obeyed", "failed"]])
    def test_failing_is_no_way_to_get_better(self, asked: list[str], suite_of: Make) -> None:
        """A model that obeyed and now fails has not improved, whether or not the suite asks for what failed."""
        obeyed = [Scored(id=str(n), values={"obeyed": True, "failed": False}, message="m") for n in range(40)]
        failed = [Scored(id=str(n), values={"obeyed": False, "failed": True}) for n in range(40)]
        made = compare(suite_of(scorers=asked), obeyed, failed)
        verdicts = {one.figure: one.verdict for one in made.changes}
        assert verdicts == {"obeyed": Verdict.IMPROVED, "failed": Verdict.REGRESSED}
        assert made.verdict is Verdict.REGRESSED

    @pytest.mark.parametrize("name", ["words", "json:loads"])
    def test_a_margin_needs_a_way_to_get_worse(self, name: str, suite_of: Make) -> None:
        """A margin that could never count is refused, with its figure."""
        with pytest.raises(EvalDataError, match=f"margins.{name}: has no use"):
            compare(suite_of(scorers=[name], margins={name: 0.1}), self.judged("1"), self.judged("1"))

    @pytest.mark.parametrize("changed", [1, 3, 5])
    def test_a_few_changed_numbers_show_nothing(self, changed: int) -> None:
        """An average is no worse for a handful of samples that all went one way: that comes by chance too often."""
        found = paired([100.0] * 20, [101.0] * changed + [100.0] * (20 - changed))
        assert found.low <= 0.0 <= found.high

    def test_who_changed_sides_is_named(self, suite_of: Make) -> None:
        """Samples are aligned by id, whatever their order; those that one run lacks are named apart."""
        made = compare(suite_of(scorers=["acceptable"]), self.judged("110"), list(reversed(self.judged("1010"))))
        assert (made.changes[0].lost, made.changes[0].won, made.only_after) == (("1",), ("2",), ("3",))

    @pytest.mark.parametrize(
        ("before", "after", "unread", "verdict"),
        [
            ("1" * 40, "1" * 39, NONE, Verdict.INCOMPLETE),
            ("1" * 40, "1" * 40, ((), WRONG), Verdict.INCOMPLETE),
            ("1" * 40, "1" * 40, (WRONG, ()), Verdict.INCOMPLETE),
            ("1" * 40, "1" * 20 + "0" * 19, NONE, Verdict.REGRESSED),
            ("0" * 20 + "1" * 20, "1" * 39, NONE, Verdict.INCOMPLETE),
            ("1" * 40, "1" * 41, NONE, Verdict.PASS),
        ],
    )
    def test_what_is_missing_has_not_passed(
        self, before: str, after: str, unread: Lines, verdict: Verdict, suite_of: Make
    ) -> None:
        """A run that lacks samples, or has lines that can't be read, is neither alike nor better; more is no harm."""
        made = compare(suite_of(scorers=["acceptable"]), self.judged(before), self.judged(after), unread)
        assert made.verdict is verdict

    @pytest.mark.parametrize(
        ("scorer", "before", "after", "lost", "verdict"),
        [
            ("acceptable", [True] * 40, [None] * 40, 40, Verdict.INCOMPLETE),
            ("acceptable", [True] * 40, [True] * 39 + [None], 1, Verdict.INCOMPLETE),
            ("acceptable", [True] * 39 + [None], [True] * 40, 0, Verdict.PASS),
            ("acceptable", [None] * 40, [True] * 40, 0, Verdict.PASS),
            ("words", [60.0] * 40, [60.0] * 39 + [None], 0, Verdict.PASS),
            ("words", [60.0] * 40, [None] * 40, 40, Verdict.INCOMPLETE),
            ("no-longer-asked-for", [True] * 40, [None] * 40, 40, Verdict.INCOMPLETE),
        ],
    )
    def test_a_figure_that_is_lost_has_not_passed(
        self, scorer: str, before: list[Any], after: list[Any], lost: int, verdict: Verdict, suite_of: Make
    ) -> None:
        """By how many samples is said in every form; words of a message that failed are no loss, all of them are."""
        old, new = self.valued(scorer, before), self.valued(scorer, after)
        made = compare(suite_of(scorers=["words", "acceptable"]), old, new)
        assert ({name: len(ids) for name, ids in made.missing.items()}, made.verdict) == (
            {scorer: lost} if lost else {},
            verdict,
        )
        said = f"`{scorer}` is missing for {lost} sample{'s' * (lost > 1)} of the second run: "
        assert any(one.startswith(said) for one in reports.gaps(made)) is bool(lost)
        assert ET.fromstring(reports.comparison_junit(made)).get("failures") == str(int(bool(lost)))

    def valued(self, scorer: str, values: list[Any]) -> list[Scored]:
        """A sample for each value; one that is None has none."""
        return [
            Scored(id=str(number), values={} if value is None else {scorer: value})
            for number, value in enumerate(values)
        ]

    @pytest.mark.parametrize("turned", [False, True])
    def test_a_figure_of_another_kind_is_not_compared(self, turned: bool, suite_of: Make) -> None:
        """Yes or no in one run and a number in the other are never taken for each other."""
        sides = [self.valued("acceptable", [True] * 40), self.valued("acceptable", [0.5] * 40)]
        made = compare(suite_of(scorers=["acceptable"]), *(reversed(sides) if turned else sides))
        assert (list(made.other_kind), made.changes, made.verdict) == (["acceptable"], (), Verdict.INCOMPLETE)
        was, now = ("a number", "a yes or no") if turned else ("a yes or no", "a number")
        assert f"`acceptable` is {was} in the first run and {now} in the second" in " ".join(reports.gaps(made))

    def test_what_is_missing_is_said_in_every_form(self, suite_of: Make) -> None:
        """With the first names, and how many more there are; in JUnit it is a failure."""
        lines = [Unread(unread=f"b.jsonl, line {number}", what="is <no> object") for number in range(3)]
        old, new = self.judged("1" * 40), [*self.judged("1" * 20), Scored(id="more")]
        made = compare(suite_of(scorers=["acceptable"]), old, new, (lines[:1], lines))
        said = " ".join(reports.gaps(made))
        assert "20 samples are missing from the second run: 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, and 10 more" in said
        assert "1 sample is missing from the first run: more." in said
        assert "1 line of the first run could not be read: b.jsonl, line 0: is <no> object." in said
        assert "3 lines of the second run could not be read: b.jsonl, line 0: is <no> object; b.jsonl, line 1" in said
        assert all(
            part in reports.comparison_markdown(made) for part in ("20 samples are missing", "is &lt;no> object")
        )
        assert ET.fromstring(reports.comparison_junit(made)).get("failures") == "1"

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
