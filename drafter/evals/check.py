"""How well `check` tells good drafts from bad ones: escapes, false blocks and the right rule, with intervals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from math import sqrt
from statistics import NormalDist

from pydantic import BaseModel, ConfigDict, computed_field

from drafter.evals.labelled import Labelled
from drafter.guardrails import check
from drafter.guardrails.pack import RULES
from drafter.message import Report, Status

CONFIDENCE = 0.95


class Rate(BaseModel):
    """A share of something, `count` of `total`, with the bounds of its Wilson score interval at 95 %."""

    model_config = ConfigDict(frozen=True)

    count: int
    total: int

    @computed_field  # type: ignore[prop-decorator]
    @property
    def value(self) -> float | None:
        """The share, or null where there is nothing to have a share of."""
        return self.count / self.total if self.total else None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def interval(self) -> tuple[float, float] | None:
        """Lower and upper bound (E. B. Wilson, "Probable inference, the law of succession ...", 1927)."""
        if not self.total:
            return None
        z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
        share, spread = self.count / self.total, z * z / self.total
        middle = (share + spread / 2) / (1 + spread)
        half = z / (1 + spread) * sqrt(share * (1 - share) / self.total + spread / (4 * self.total))
        # At the ends the bound is 0 or 1 itself, but for rounding.
        return (0.0 if self.count == 0 else middle - half, 1.0 if self.count == self.total else middle + half)


class Group(BaseModel):
    """The three figures for some of the items.

    `escapes`: bad drafts that were acceptable to `check`. `false_blocks`: good drafts that were not. `right_rule`: of
    the bad drafts that were caught, those with a finding under a rule that the label names.
    """

    model_config = ConfigDict(frozen=True)

    escapes: Rate
    false_blocks: Rate
    right_rule: Rate


class RuleScore(BaseModel):
    """One rule: how many of the drafts that break it it found, and in how many of the others it found something."""

    model_config = ConfigDict(frozen=True)

    rule: str
    found: Rate
    false_alarms: Rate


class MissKind(StrEnum):
    """What `check` got wrong about an item."""

    ESCAPE = "escape"
    FALSE_BLOCK = "false block"
    WRONG_RULE = "wrong rule"


class Miss(BaseModel):
    """An item that `check` got wrong: what the label says, and what was found, as (rule, evidence)."""

    model_config = ConfigDict(frozen=True)

    id: str
    kind: MissKind
    regime: str
    violations: tuple[str, ...]
    found: tuple[tuple[str, str], ...]
    not_judged: tuple[str, ...]
    why: str


class CheckScore(BaseModel):
    """How `check` did on labelled drafts: in all, per regime, per rule, and each miss."""

    model_config = ConfigDict(frozen=True)

    items: int
    overall: Group
    regimes: dict[str, Group]
    rules: tuple[RuleScore, ...]
    misses: tuple[Miss, ...]


Judged = tuple[Labelled, Report]


def score_checks(items: Iterable[Labelled]) -> CheckScore:
    """Runs `check` on every item, and compares what it finds with the labels."""
    judged = [(item, check(item.draft, item.request)) for item in items]
    regimes = dict.fromkeys(item.regime for item, _ in judged)
    return CheckScore(
        items=len(judged),
        overall=_group(judged),
        regimes={name: _group([one for one in judged if one[0].regime == name]) for name in regimes},
        rules=tuple(_rule_score(rule, judged) for rule in RULES),
        misses=tuple(miss for one in judged if (miss := _miss(*one)) is not None),
    )


def _group(judged: Sequence[Judged]) -> Group:
    bad = [report for item, report in judged if item.violations]
    good = [report for item, report in judged if not item.violations]
    caught = [(item, report) for item, report in judged if item.violations and not report.acceptable]
    return Group(
        escapes=Rate(count=sum(report.acceptable for report in bad), total=len(bad)),
        false_blocks=Rate(count=sum(not report.acceptable for report in good), total=len(good)),
        right_rule=Rate(count=sum(_names_right(item, report) for item, report in caught), total=len(caught)),
    )


def _names_right(item: Labelled, report: Report) -> bool:
    return any(finding.rule in item.violations for finding in report.errors)


def _rule_score(rule: str, judged: Sequence[Judged]) -> RuleScore:
    flags = [(rule in item.violations, any(one.rule == rule for one in report.errors)) for item, report in judged]
    broken = [flagged for breaks, flagged in flags if breaks]
    kept = [flagged for breaks, flagged in flags if not breaks]
    return RuleScore(
        rule=rule,
        found=Rate(count=sum(broken), total=len(broken)),
        false_alarms=Rate(count=sum(kept), total=len(kept)),
    )


def _miss(item: Labelled, report: Report) -> Miss | None:
    if item.violations and report.acceptable:
        kind = MissKind.ESCAPE
    elif not item.violations and not report.acceptable:
        kind = MissKind.FALSE_BLOCK
    elif item.violations and not _names_right(item, report):
        kind = MissKind.WRONG_RULE
    else:
        return None
    return Miss(
        id=item.id,
        kind=kind,
        regime=item.regime,
        violations=item.violations,
        found=tuple((one.rule, one.evidence) for one in report.errors),
        not_judged=tuple(one.rule for one in report.rules if one.status in {Status.ERROR, Status.NOT_RUN}),
        why=item.why,
    )
