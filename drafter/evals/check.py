"""How well `check` tells good drafts from bad ones: escapes, false blocks and the right rule, with intervals."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from drafter.errors import EvalDataError, Problem
from drafter.evals import sums
from drafter.evals.labelled import Labelled
from drafter.evals.scoring import Scoring
from drafter.evals.statistics import Rate
from drafter.evals.suites import Suite
from drafter.evals.sums import ALL, Sums
from drafter.guardrails.pack import RULES

SHOWN = 5
"""Lines that can't be read of which the error tells that there is nothing else."""

FIGURES = ("escapes", "false_blocks", "right_rule")


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


class Miss(BaseModel):
    """An item that `check` got wrong: what the label says, and what was found, as (rule, evidence)."""

    model_config = ConfigDict(frozen=True)

    id: str
    kind: str
    regime: str
    violations: tuple[str, ...]
    found: tuple[tuple[str, str], ...]
    not_judged: tuple[str, ...]
    why: str


class CheckScore(BaseModel):
    """How `check` did on labelled drafts: in all, per regime, per rule, each miss, and each line that is no item."""

    model_config = ConfigDict(frozen=True)

    items: int
    overall: Group
    regimes: dict[str, Group]
    rules: tuple[RuleScore, ...]
    misses: tuple[Miss, ...]
    unread: tuple[str, ...]


class Checking(Scoring):
    """The scoring of a file of labelled drafts, which is read as those of suites are; every miss is listed."""

    kind = Labelled
    listed = ALL

    def __init__(self, path: Path, *, jobs: int | None = None, strict: bool = False) -> None:
        suite = Suite(name="check", about="Labelled drafts.", data=(path.name,), scorers=FIGURES)
        super().__init__(suite, path, jobs=jobs, strict=strict)

    def score(self, told: Callable[[Sums], None] | None = None) -> CheckScore:
        """What `check` found beside what it should have; `told` is called with the sums of each part.

        Raises EvalDataError for a file that can't be read, or that has no item.
        """
        made = self.sums(told)
        if not made.samples and not self.stopped:
            place = f"{self.path.name}, "
            said = ["holds no item", *(one.removeprefix(place) for one in islice(made.unread, SHOWN))]
            if (more := made.unread.count - SHOWN) > 0:
                said.append(f"and {more:,} more could not be read")
            raise EvalDataError(str(self.path), [Problem("", what) for what in said])
        return check_score(made)


def check_score(made: Sums) -> CheckScore:
    """The figures of `check`, from the sums of labelled drafts."""
    rates = {name: share.rate for name, share in made.shares.items()}
    regimes: dict[str, dict[str, Rate]] = {}
    for (regime, name), share in made.regimes.items():
        regimes.setdefault(regime, {})[name] = share.rate
    misses = sorted((number, miss) for kind in made.misses.values() for number, miss in kind.numbered())
    return CheckScore(
        items=made.samples,
        overall=_group(rates),
        regimes={name: _group(held) for name, held in regimes.items()},
        rules=tuple(_rule_score(rule, made) for rule in RULES),
        misses=tuple(_miss(miss) for _, miss in misses),
        unread=tuple(made.unread),
    )


def _group(rates: dict[str, Rate]) -> Group:
    return Group(**{name: rates.get(name, Rate(count=0, total=0)) for name in FIGURES})


def _rule_score(rule: str, made: Sums) -> RuleScore:
    found, recall = made.rule(rule).precision, made.rule(rule).recall
    alarms = Rate(count=found.total - found.count, total=made.samples - recall.total)
    return RuleScore(rule=rule, found=recall, false_alarms=alarms)


def _miss(miss: sums.Miss) -> Miss:
    found = tuple((rule, evidence) for rule, evidence, _ in miss.findings)
    return Miss(found=found, **miss.model_dump(exclude={"findings"}))
