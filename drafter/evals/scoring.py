"""The figures of a run, all of them made of its records, and whether they are good enough."""

from __future__ import annotations

import os
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from itertools import islice

from pydantic import BaseModel, ConfigDict

from drafter.evals.check import Rate
from drafter.evals.records import Record
from drafter.evals.scorers import Outcome, Scorer, outcome, scorer
from drafter.evals.suites import Gate, Suite
from drafter.guardrails.pack import RULES

CHUNK = 64
"""Records that a worker process is given at a time."""


class _Figures(BaseModel):
    model_config = ConfigDict(frozen=True)


class Numbers(_Figures):
    """A number for each of several samples: how many, and their sum, mean, median and 90th percentile."""

    count: int
    total: float
    mean: float
    median: float
    p90: float


class RuleFigures(_Figures):
    """How well one rule is told: of what was flagged, of what is labelled, and both in one."""

    rule: str
    precision: Rate
    recall: Rate
    f1: float | None


class Miss(_Figures):
    """A labelled draft that was judged wrongly."""

    id: str
    regime: str
    kind: str
    violations: tuple[str, ...]
    findings: tuple[tuple[str, str, str], ...]
    not_judged: tuple[str, ...]
    why: str


class Shortfall(_Figures):
    """A gate that does not hold."""

    figure: str
    value: float | None
    gate: Gate

    def __str__(self) -> str:
        wanted = [f"at least {self.gate.least:g}"] if self.gate.least is not None else []
        wanted += [f"at most {self.gate.most:g}"] if self.gate.most is not None else []
        found = "there is no such figure" if self.value is None else f"it is {self.value:.4g}"
        return f"{self.figure}: {found}; it has to be {' and '.join(wanted)}"


class Scores(_Figures):
    """All figures of a run: in all, by regime and by rule; what was judged wrongly, what failed, what fell short.

    `variety` is distinct-4 over the messages that were written: the share of their runs of four words that are new.
    """

    suite: str
    samples: int
    shares: dict[str, Rate]
    numbers: dict[str, Numbers]
    regimes: dict[str, dict[str, Rate]]
    rules: tuple[RuleFigures, ...]
    rejected_by: dict[str, int]
    variety: Rate | None
    misses: tuple[Miss, ...]
    failed: tuple[tuple[str, str], ...]
    shortfalls: tuple[Shortfall, ...]


def outcomes(
    records: Iterable[Record], *, jobs: int | None = None, told: Callable[[Outcome], None] | None = None
) -> Iterator[Outcome]:
    """The outcomes of records, in their order, worked out by `jobs` processes; None takes one a core.

    A few chunks are under way at a time, so that a run of any length takes the same memory.
    """
    with _workers(jobs or os.cpu_count() or 1) as workers:
        for one in _mapped(records, workers):
            if told is not None:
                told(one)
            yield one


def _mapped(records: Iterable[Record], workers: Executor | None) -> Iterator[Outcome]:
    if workers is None:
        yield from map(outcome, records)
        return
    waiting = iter(records)
    chunks = iter(lambda: list(islice(waiting, CHUNK)), [])
    under_way = [workers.submit(_chunk, chunk) for chunk in islice(chunks, 2 * (os.cpu_count() or 1) + 2)]
    while under_way:
        yield from under_way.pop(0).result()
        under_way += [workers.submit(_chunk, chunk) for chunk in islice(chunks, 1)]


def _chunk(records: Sequence[Record]) -> list[Outcome]:
    return [outcome(record) for record in records]


@contextmanager
def _workers(jobs: int) -> Iterator[Executor | None]:
    if jobs == 1:
        yield None
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield pool


def score(suite: Suite, found: Iterable[Outcome]) -> Scores:
    """The figures that a suite asks for."""
    held = list(map(scorer, suite.scorers))
    shares: defaultdict[str, _Share] = defaultdict(_Share)
    regimes: defaultdict[str, defaultdict[str, _Share]] = defaultdict(lambda: defaultdict(_Share))
    numbers: defaultdict[str, list[float]] = defaultdict(list)
    told, tally, variety = _Told(), _Tally(), _Variety()
    for one in found:
        told.add(one)
        tally.add(one)
        variety.add(one)
        for name, value in _values(held, one):
            if isinstance(value, bool):
                shares[name].add(value)
                regimes[one.regime][name].add(value)
            else:
                numbers[name].append(value)
    made = Scores(
        suite=suite.name,
        samples=told.samples,
        shares={one.name: shares[one.name].rate for one in held if one.name in shares},
        numbers={one.name: _numbers(numbers[one.name]) for one in held if one.name in numbers},
        regimes={
            name: {one.name: group[one.name].rate for one in held if one.name in group}
            for name, group in sorted(regimes.items())
        },
        rules=tally.rules(),
        rejected_by=dict(sorted(told.rejected_by.items())),
        variety=variety.rate(),
        misses=tuple(told.misses),
        failed=tuple(told.failed),
        shortfalls=(),
    )
    return made.model_copy(update={"shortfalls": tuple(_shortfalls(suite, made))})


def _values(held: Sequence[Scorer], one: Outcome) -> Iterator[tuple[str, bool | float]]:
    for scorer_ in held:
        value = scorer_.score(one)
        if value is not None:
            yield scorer_.name, value


class _Share:
    """How often something was so."""

    def __init__(self) -> None:
        self.count = self.total = 0

    def add(self, so: bool) -> None:
        self.count += so
        self.total += 1

    @property
    def rate(self) -> Rate:
        return Rate(count=self.count, total=self.total)


class _Told:
    """What is listed one by one."""

    def __init__(self) -> None:
        self.samples = 0
        self.misses: list[Miss] = []
        self.failed: list[tuple[str, str]] = []
        self.rejected_by: Counter[str] = Counter()

    def add(self, one: Outcome) -> None:
        self.samples += 1
        self.rejected_by.update(one.rules)
        if one.failed:
            self.failed.append((one.id, one.failed))
        if kind := _wrong(one):
            self.misses.append(
                Miss(
                    id=one.id,
                    regime=one.regime,
                    kind=kind,
                    violations=one.violations or (),
                    findings=one.findings,
                    not_judged=one.not_judged,
                    why=one.why,
                )
            )


def _wrong(one: Outcome) -> str | None:
    if one.violations is None:
        return None
    if one.violations and one.acceptable:
        return "escape"
    if not one.violations and not one.acceptable:
        return "false block"
    return "wrong rule" if one.violations and one.rules.isdisjoint(one.violations) else None


class _Tally:
    """For each rule, how often it was labelled, found, and both."""

    def __init__(self) -> None:
        self._labelled: Counter[str] = Counter()
        self._found: Counter[str] = Counter()
        self._both: Counter[str] = Counter()

    def add(self, one: Outcome) -> None:
        if one.violations is not None:
            self._labelled.update(one.violations)
            self._found.update(one.rules)
            self._both.update(one.rules.intersection(one.violations))

    def rules(self) -> tuple[RuleFigures, ...]:
        return tuple(self._rule(rule) for rule in RULES if self._labelled[rule] or self._found[rule])

    def _rule(self, rule: str) -> RuleFigures:
        both, found, labelled = self._both[rule], self._found[rule], self._labelled[rule]
        return RuleFigures(
            rule=rule,
            precision=Rate(count=both, total=found),
            recall=Rate(count=both, total=labelled),
            f1=2 * both / (found + labelled) if found + labelled else None,
        )


class _Variety:
    """How alike the messages of a run are: distinct-4, the share of runs of four words that are new
    (J. Li et al., "A diversity-promoting objective function", 2016).
    """

    LENGTH = 4

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._total = 0

    def add(self, one: Outcome) -> None:
        if one.source is None:
            return
        words = one.body.casefold().split()
        runs = [hash(tuple(words[start : start + self.LENGTH])) for start in range(len(words) - self.LENGTH + 1)]
        self._seen.update(runs)
        self._total += len(runs)

    def rate(self) -> Rate | None:
        return Rate(count=len(self._seen), total=self._total) if self._total else None


def _numbers(values: list[float]) -> Numbers:
    ordered = sorted(values)
    return Numbers(
        count=len(ordered),
        total=round(sum(ordered), 6),
        mean=round(statistics.fmean(ordered), 6),
        median=statistics.median(ordered),
        p90=ordered[min(len(ordered) - 1, int(0.9 * len(ordered)))],
    )


def _shortfalls(suite: Suite, made: Scores) -> Iterator[Shortfall]:
    known = figures(made)
    for name, gate in suite.gates.items():
        value = known.get(name)
        if value is None or not gate.holds(value):
            yield Shortfall(figure=name, value=value, gate=gate)


def figures(made: Scores) -> Mapping[str, float]:
    """Every figure by the name that a gate has for it: "escapes", "escapes.hostile", "words.median", "variety" …"""
    found: dict[str, float] = {}
    for name, rate in made.shares.items():
        if rate.value is not None:
            found[name] = rate.value
    for regime, group in made.regimes.items():
        found |= {f"{name}.{regime}": rate.value for name, rate in group.items() if rate.value is not None}
    for name, numbers in made.numbers.items():
        found |= {f"{name}.{part}": getattr(numbers, part) for part in ("mean", "median", "p90", "total")}
    for one in made.rules:
        if one.f1 is not None:
            found[f"f1.{one.rule}"] = one.f1
    if made.variety is not None and made.variety.value is not None:
        found["variety"] = made.variety.value
    return found
