"""Two runs of one suite side by side, sample by sample: better, worse, alike, or too few to tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from drafter.errors import EvalDataError, Problem
from drafter.evals.brought import scorers_of
from drafter.evals.records import Scored, Unread
from drafter.evals.scorers import KNOWN, Scorer
from drafter.evals.statistics import least_visible, mcnemar, paired
from drafter.evals.suites import Suite
from drafter.guardrails.pack import RULES

LEVEL = 0.05
"""The p-value below which a difference counts as one."""

ALIKE = 0.02
"""By how much two shares, or two means in relation to the first, may differ and still be called alike."""


class Verdict(StrEnum):
    """What can be said of a figure, or of the whole."""

    PASS = "pass"  # noqa: S105 -- a verdict
    IMPROVED = "improved"
    REGRESSED = "regressed"
    INCOMPLETE = "incomplete"
    TOO_FEW = "too few samples to tell"


EXITS = {Verdict.PASS: 0, Verdict.REGRESSED: 1, Verdict.IMPROVED: 3, Verdict.TOO_FEW: 4, Verdict.INCOMPLETE: 5}
"""The exit code of each verdict under `--gate`; 2 is for what could not be compared."""


class Change(BaseModel):
    """One figure of two runs. `p` is there for shares, the interval of the difference for averages.

    `lost` and `won` are the samples that went to the worse and to the better; `visible` is the smallest difference that
    so many samples could show.
    """

    model_config = ConfigDict(frozen=True)

    figure: str
    pairs: int
    before: float
    after: float
    lost: tuple[str, ...] = ()
    won: tuple[str, ...] = ()
    p: float | None = None
    interval: tuple[float, float] | None = None
    visible: float | None = None
    verdict: Verdict


class Comparison(BaseModel):
    """Two runs of one suite. `only_before` and `only_after` are samples that the other one lacks, `unread_before` and
    `unread_after` are lines that are none, `missing` are the samples that have lost a figure, by its name, and
    `other_kind` the figures that were shares and are averages, or the other way round, with what they were and are. Of
    all this but `only_after` it is not known whether it has passed: that is `INCOMPLETE`.
    """

    model_config = ConfigDict(frozen=True)

    suite: str
    pairs: int
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    unread_before: tuple[str, ...] = ()
    unread_after: tuple[str, ...] = ()
    missing: dict[str, tuple[str, ...]] = {}
    other_kind: dict[str, tuple[str, str]] = {}
    changes: tuple[Change, ...]
    changed_messages: tuple[str, ...]
    verdict: Verdict

    @property
    def incomplete(self) -> bool:
        """Whether anything is not known to have passed."""
        return bool(self.only_before or self.unread_before or self.unread_after or self.missing or self.other_kind)


Pair = tuple[Scored, Scored]
Lines = tuple[Sequence[Unread], Sequence[Unread]]
"""The lines of each run that can't be read."""


def compare(suite: Suite, before: Iterable[Scored], after: Iterable[Scored], unread: Lines = ((), ())) -> Comparison:
    """What changed from one run to the next, by figure and by rule; rules where nothing changed are left out.

    A rule counts for the whole where it has got worse by more than its margin ("recall.form/placeholder",
    "false_alarms.form/placeholder"): few samples break each, so that most could never show that nothing
    changed. `unread` says which lines could not be read of each. Raises EvalDataError where the runs have no sample in
    common.
    """
    old, new = {one.id: one for one in before}, {one.id: one for one in after}
    both = [(old[id_], new[id_]) for id_ in old if id_ in new]
    if not both:
        problems = ["the two runs have no sample in common", *(str(one) for lines in unread for one in lines[:5])]
        raise EvalDataError(suite.name, [Problem("", what) for what in problems])
    scorers = scorers_of(suite)
    other_kind = {one.name: kinds for one in scorers if (kinds := _kinds(one.name, both)) is not None}
    found = [_change(one, suite.margins.get(one.name, 0.0), both) for one in scorers if one.name not in other_kind]
    changes = tuple(change for change in (*found, _failures(suite, both)) if change is not None)
    rules = tuple(_rule_changes(suite, both))
    made = Comparison(
        suite=suite.name,
        pairs=len(both),
        only_before=tuple(id_ for id_ in old if id_ not in new),
        only_after=tuple(id_ for id_ in new if id_ not in old),
        unread_before=tuple(map(str, unread[0])),
        unread_after=tuple(map(str, unread[1])),
        missing=_missing(scorers, both),
        other_kind=other_kind,
        changes=(*changes, *rules),
        changed_messages=tuple(one.id for one, other in both if one.message != other.message),
        verdict=Verdict.PASS,
    )
    verdicts = [change.verdict for change in changes]
    verdicts += [change.verdict for change in rules if change.verdict is Verdict.REGRESSED]
    verdicts += [Verdict.INCOMPLETE] * made.incomplete
    return made.model_copy(update={"verdict": _overall(verdicts)})


def _overall(verdicts: Sequence[Verdict]) -> Verdict:
    for verdict in (Verdict.REGRESSED, Verdict.INCOMPLETE, Verdict.TOO_FEW, Verdict.IMPROVED):
        if verdict in verdicts:
            return verdict
    return Verdict.PASS


def _missing(scorers: Sequence[Scorer], both: Sequence[Pair]) -> dict[str, tuple[str, ...]]:
    """The samples that have lost a figure. One that goes by what was written is lost where no sample has it any more.

    A figure that the suite has no scorer of any more is looked for, too: dropping it has to be seen.
    """
    known = {one.name: one for one in (*KNOWN.values(), *scorers)}
    lost: dict[str, tuple[str, ...]] = {}
    for name in dict.fromkeys(name for one, _ in both for name in one.values):
        ids = tuple(one.id for one, other in both if name in one.values and name not in other.values)
        comes_and_goes = name in known and known[name].comes_and_goes
        if ids and not (comes_and_goes and any(name in other.values for _, other in both)):
            lost[name] = ids
    return lost


def _kinds(name: str, both: Sequence[Pair]) -> tuple[str, str] | None:
    """What a figure was and is, where that is not the same."""
    for one, other in both:
        if name in one.values and name in other.values:
            kinds = (_kind(one.values[name]), _kind(other.values[name]))
            if kinds[0] != kinds[1]:
                return kinds
    return None


def _kind(value: bool | float) -> str:
    return "a yes or no" if isinstance(value, bool) else "a number"


def _change(scorer_: Scorer, margin: float, both: Sequence[Pair]) -> Change | None:
    found = [(one.id, one.values.get(scorer_.name), other.values.get(scorer_.name)) for one, other in both]
    kept = [(id_, one, other) for id_, one, other in found if one is not None and other is not None]
    if not kept:
        return None
    better = {True: 1, False: -1, None: 0}[scorer_.more_is_better]
    if all(isinstance(one, bool) for _, one, _ in kept):
        return _shares(scorer_.name, better, margin, [(id_, bool(one), bool(other)) for id_, one, other in kept])
    return _averages(scorer_.name, better, margin, [(float(one), float(other)) for _, one, other in kept])


def _failures(suite: Suite, both: Sequence[Pair]) -> Change | None:
    """Failed samples, where a suite doesn't ask for them: one neither escapes nor obeys, and that is no gain."""
    kept = [(one.id, one.message is None, other.message is None) for one, other in both]
    if "failed" in suite.scorers or all(one == other for _, one, other in kept):
        return None
    return _shares("failed", -1, suite.margins.get("failed", 0.0), kept)


def _rule_changes(suite: Suite, both: Sequence[Pair]) -> Iterator[Change]:
    labelled = [(one, other, other.violations) for one, other in both if other.violations is not None]
    for rule in RULES:
        for figure, better, breaks in (("recall", 1, True), ("false_alarms", -1, False)):
            name = f"{figure}.{rule}"
            kept = [
                (one.id, rule in one.rules, rule in other.rules)
                for one, other, violations in labelled
                if (rule in violations) == breaks
            ]
            if any(one != other for _, one, other in kept):
                yield _shares(name, better, suite.margins.get(name, 0.0), kept)


def _shares(name: str, better: int, margin: float, kept: Sequence[tuple[str, bool, bool]]) -> Change:
    up = tuple(id_ for id_, one, other in kept if other and not one)
    down = tuple(id_ for id_, one, other in kept if one and not other)
    won, lost = (up, down) if better >= 0 else (down, up)
    pairs = len(kept)
    p, visible = mcnemar(len(lost), len(won)), least_visible(pairs, len(won) + len(lost))
    gain = (len(won) - len(lost)) / pairs
    verdict = _verdict(gain, margin, seen=p < LEVEL, alike=not (won or lost) or visible <= max(margin, ALIKE))
    return Change(
        figure=name,
        pairs=pairs,
        before=sum(one for _, one, _ in kept) / pairs,
        after=sum(other for _, _, other in kept) / pairs,
        lost=lost,
        won=won,
        p=p,
        visible=visible,
        verdict=verdict if better else Verdict.PASS,
    )


def _averages(name: str, better: int, margin: float, kept: Sequence[tuple[float, float]]) -> Change:
    before, after = [one for one, _ in kept], [other for _, other in kept]
    found = paired(before, after)
    mean = sum(before) / len(before)
    room = max(margin, ALIKE * abs(mean))
    half = (found.high - found.low) / 2
    verdict = _verdict(
        found.mean * better, margin, seen=not found.low <= 0.0 <= found.high, alike=before == after or half <= room
    )
    return Change(
        figure=name,
        pairs=len(kept),
        before=mean,
        after=sum(after) / len(after),
        interval=(found.low, found.high),
        visible=half,
        verdict=verdict if better else Verdict.PASS,
    )


def _verdict(gain: float, margin: float, *, seen: bool, alike: bool) -> Verdict:
    """`gain` is how much better the second run is, `seen` whether that is more than chance."""
    if seen and gain > 0:
        return Verdict.IMPROVED
    if seen and gain < -margin:
        return Verdict.REGRESSED
    return Verdict.PASS if alike or (seen and gain >= -margin) else Verdict.TOO_FEW
