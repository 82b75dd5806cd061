"""Two runs of one suite side by side, sample by sample: better, worse, alike, or too few to tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from drafter.errors import EvalDataError, Problem
from drafter.evals.brought import scorers_of
from drafter.evals.records import Scored
from drafter.evals.scorers import Scorer
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
    """Two runs of one suite. `only_before` and `only_after` are samples that one of them lacks, `unread` are lines of
    either that are none. What is only before, or unread, is not known to have passed: that is `INCOMPLETE`.
    """

    model_config = ConfigDict(frozen=True)

    suite: str
    pairs: int
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    unread: tuple[str, ...] = ()
    changes: tuple[Change, ...]
    changed_messages: tuple[str, ...]
    verdict: Verdict


Pair = tuple[Scored, Scored]


def compare(
    suite: Suite, before: Iterable[Scored], after: Iterable[Scored], unread: tuple[str, ...] = ()
) -> Comparison:
    """What changed from one run to the next, by figure and by rule; rules where nothing changed are left out.

    A rule counts for the whole where it has got worse by more than its margin ("recall.form/placeholder",
    "false_alarms.form/placeholder"): few samples break each, so that most could never show that nothing
    changed. `unread` says which lines could not be read. Raises EvalDataError where the runs have no sample in common.
    """
    old, new = {one.id: one for one in before}, {one.id: one for one in after}
    both = [(old[id_], new[id_]) for id_ in old if id_ in new]
    if not both:
        problems = ["the two runs have no sample in common", *unread[:5]]
        raise EvalDataError(suite.name, [Problem("", what) for what in problems])
    found = [_change(one, suite.margins.get(one.name, 0.0), both) for one in scorers_of(suite)]
    changes = tuple(change for change in found if change is not None)
    rules = tuple(_rule_changes(suite, both))
    missing = tuple(id_ for id_ in old if id_ not in new)
    return Comparison(
        suite=suite.name,
        pairs=len(both),
        only_before=missing,
        only_after=tuple(id_ for id_ in new if id_ not in old),
        unread=unread,
        changes=(*changes, *rules),
        changed_messages=tuple(one.id for one, other in both if one.message != other.message),
        verdict=_overall(
            [change.verdict for change in changes]
            + [change.verdict for change in rules if change.verdict is Verdict.REGRESSED]
            + [Verdict.INCOMPLETE] * bool(missing or unread)
        ),
    )


def _overall(verdicts: Sequence[Verdict]) -> Verdict:
    for verdict in (Verdict.REGRESSED, Verdict.INCOMPLETE, Verdict.TOO_FEW, Verdict.IMPROVED):
        if verdict in verdicts:
            return verdict
    return Verdict.PASS


def _change(scorer_: Scorer, margin: float, both: Sequence[Pair]) -> Change | None:
    found = [(one.id, one.values.get(scorer_.name), other.values.get(scorer_.name)) for one, other in both]
    kept = [(id_, one, other) for id_, one, other in found if one is not None and other is not None]
    if not kept:
        return None
    better = {True: 1, False: -1, None: 0}[scorer_.more_is_better]
    if all(isinstance(one, bool) for _, one, _ in kept):
        return _shares(scorer_.name, better, margin, [(id_, bool(one), bool(other)) for id_, one, other in kept])
    return _averages(scorer_.name, better, margin, [(float(one), float(other)) for _, one, other in kept])


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
