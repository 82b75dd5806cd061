"""What is added up over the samples of a run. Sums of parts can be put together in any order, and come to the same."""

from __future__ import annotations

import sys
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, partial
from hashlib import blake2b
from math import fsum
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from drafter.errors import EvalDataError, Problem
from drafter.evals.records import Unread
from drafter.evals.scorers import Outcome, Value
from drafter.evals.statistics import Rate
from drafter.guardrails.pack import RULES

LISTED, ALL = 1_000, sys.maxsize
"""Samples of one kind that are listed one by one, the first of the run; all are counted."""


Held = TypeVar("Held")


class Figures(BaseModel):
    """Figures never change once they are there."""

    model_config = ConfigDict(frozen=True)


class Numbers(Figures):
    """A number for each of several samples: how many, and their sum, mean, median and 90th percentile.

    `p90` is the nearest rank: the smallest of the numbers that at least 90 % of them do not exceed.
    """

    count: int
    total: float
    mean: float
    median: float
    p90: float


class RuleFigures(Figures):
    """How well one rule is told: of what was flagged, of what is labelled, and both in one."""

    rule: str
    precision: Rate
    recall: Rate
    f1: float | None


class Miss(Figures):
    """A labelled draft that was judged wrongly."""

    id: str
    regime: str
    kind: str
    violations: tuple[str, ...]
    findings: tuple[tuple[str, str, str], ...]
    not_judged: tuple[str, ...]
    why: str


class Share:
    """How often something was so."""

    __slots__ = ("count", "total")

    def __init__(self) -> None:
        self.count = self.total = 0

    def add(self, so: bool) -> None:
        """One more."""
        self.count += so
        self.total += 1

    def merge(self, other: Share) -> None:
        """Those of another part."""
        self.count += other.count
        self.total += other.total

    @property
    def rate(self) -> Rate:
        """With its interval."""
        return Rate(count=self.count, total=self.total)


class Listed(Generic[Held]):
    """The first of some samples, by their lines; how many there are in all is counted."""

    def __init__(self, most: int | None = None) -> None:
        self.count = 0
        self._most = LISTED if most is None else most
        self._held: list[tuple[int, Held]] = []

    def add(self, number: int, one: Held) -> None:
        """One more."""
        self.count += 1
        self._held.append((number, one))
        if len(self._held) > 2 * self._most:
            self._cut()

    def merge(self, other: Listed[Held]) -> None:
        """Those of another part."""
        self.count += other.count
        self._held += other._held
        self._cut()

    def _cut(self) -> None:
        self._held.sort(key=lambda held: held[0])
        del self._held[self._most :]

    def numbered(self) -> Sequence[tuple[int, Held]]:
        """Each with its line."""
        self._cut()
        return self._held

    def __iter__(self) -> Iterator[Held]:
        return (one for _, one in self.numbered())


class Variety:
    """How alike the messages of a run are: distinct-4, the share of runs of four words that are new
    (J. Li et al., "A diversity-promoting objective function", 2016).

    Exact up to `MOST` different runs, beyond that estimated from a sample of them by hash (P. Flajolet, "On adaptive
    sampling", 1990), within about one per cent, so that a run of any length takes the same memory. `level` is how many
    of the lowest bits of a hash are nought in what is kept. It only grows as parts are put together, so a part may
    begin at the level that the whole has come to, and has less to carry.
    """

    MOST = 1 << 16
    PENDING = 1 << 14
    """Words that are taken in before their runs are worked out, all at once."""

    def __init__(self, level: int = 0) -> None:
        self.level = level
        self._seen: set[int] = set()
        self._total = 0
        self._words = array("Q")
        self._lengths = array("q")

    def add(self, body: str) -> None:
        """The runs of one message."""
        before = len(self._words)
        self._words.extend(map(_HASHES.__getitem__, body.casefold().split()))
        self._lengths.append(len(self._words) - before)
        if len(self._words) > self.PENDING:
            self._settle()

    def merge(self, other: Variety) -> None:
        """Those of another part."""
        other._settle()
        self._settle()
        self._total += other._total
        if other.level > self.level:
            self.level = other.level
            self._seen = {one for one in self._seen if not one & self._mask}
        mask = self._mask
        self._keep(one for one in other._seen if not one & mask) if mask else self._keep(other._seen)

    @property
    def _mask(self) -> int:
        return (1 << self.level) - 1

    def _settle(self) -> None:
        """Works out the runs of the words that were taken in."""
        import numpy as np

        if len(self._words) >= RUN:
            words = np.frombuffer(self._words, dtype=np.uint64)
            message = np.repeat(np.arange(len(self._lengths)), np.frombuffer(self._lengths, dtype=np.int64))
            # Odd factors keep the order of the words in the sum, and its lowest bits as good as any.
            runs = sum(factor * words[place : len(words) - RUN + 1 + place] for place, factor in enumerate(_factors()))
            runs = runs[message[: 1 - RUN] == message[RUN - 1 :]]
            self._total += len(runs)
            self._keep(runs[runs & np.uint64(self._mask) == 0].tolist())
        self._words, self._lengths = array("Q"), array("q")

    def _keep(self, runs: Iterable[int]) -> None:
        self._seen.update(runs)
        while len(self._seen) > self.MOST:
            self.level += 1
            self._seen = {one for one in self._seen if not one & self._mask}

    def __getstate__(self) -> tuple[int, int, bytes]:
        """What goes from one process to another: numbers of eight bytes, which is quickly packed."""
        self._settle()
        return self.level, self._total, array("Q", self._seen).tobytes()

    def __setstate__(self, state: tuple[int, int, bytes]) -> None:
        self.__init__(state[0])  # type: ignore[misc]  # made anew
        self._total = state[1]
        self._seen.update(array("Q", state[2]))

    def rate(self) -> Rate | None:
        """The share, or None where nothing was written."""
        self._settle()
        count = min(self._total, len(self._seen) << self.level)
        return Rate(count=count, total=self._total) if self._total else None


RUN = 4
"""Words of a run."""


@cache
def _factors() -> tuple[Any, ...]:
    import numpy as np

    return tuple(map(np.uint64, (3, 5, 7, 11)))


class _Hashes(dict[str, int]):
    """The hash of each word, kept for as many as a language has in letters of this kind."""

    MOST = 1 << 16

    def __missing__(self, word: str) -> int:
        if len(self) >= self.MOST:
            self.clear()
        made = self[word] = _hash(word)
        return made


_HASHES = _Hashes()


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(errors="surrogatepass"), digest_size=8).digest(), "big")


class Sums:
    """Everything that the figures of a run are made of; `level` is that of `Variety`, `listed` is as for `Listed`."""

    def __init__(self, level: int = 0, listed: int | None = None) -> None:
        self.samples = 0
        self.acceptable = 0
        self.ids = array("Q")
        self.shares: defaultdict[str, Share] = defaultdict(Share)
        self.regimes: defaultdict[tuple[str, str], Share] = defaultdict(Share)
        self.numbers: defaultdict[str, Counter[float]] = defaultdict(Counter)
        self.firsts: dict[tuple[str, bool], tuple[int, str]] = {}
        self.rejected_by: Counter[str] = Counter()
        self.misses: defaultdict[str, Listed[Miss]] = defaultdict(partial(Listed, listed))
        self.failed: Listed[tuple[str, str]] = Listed(listed)
        self.unread: Listed[str] = Listed(listed)
        self.variety = Variety(level)
        self._labelled: Counter[str] = Counter()
        self._found: Counter[str] = Counter()
        self._both: Counter[str] = Counter()

    def add(self, number: int, one: Outcome, values: Iterable[tuple[str, Value]]) -> None:
        """One more sample, which stands on a line of the run, and what the scorers say of it."""
        self.samples += 1
        self.acceptable += one.acceptable
        self.ids.append(_hash(one.id))
        for name, value in values:
            if value is not None:
                self.firsts.setdefault((name, isinstance(value, bool)), (number, one.id))
            if isinstance(value, bool):
                self.shares[name].add(value)
                self.regimes[one.regime, name].add(value)
            elif value is not None:
                self.numbers[name][float(value)] += 1
        if one.findings:
            self.rejected_by.update(one.rules)
        if one.failed:
            self.failed.add(number, (one.id, one.failed))
        if one.source is not None:
            self.variety.add(one.body)
        if one.violations is not None:
            self._label(number, one, one.violations)

    def _label(self, number: int, one: Outcome, violations: tuple[str, ...]) -> None:
        self._labelled.update(violations)
        self._found.update(one.rules)
        self._both.update(one.rules.intersection(violations))
        if kind := wrong(one):
            fields = {name: getattr(one, name) for name in ("id", "regime", "findings", "not_judged", "why")}
            self.misses[kind].add(number, Miss(kind=kind, violations=violations, **fields))

    def merge(self, other: Sums) -> None:
        """The sums of another part."""
        self.samples += other.samples
        self.acceptable += other.acceptable
        self.ids.extend(other.ids)
        self.rejected_by.update(other.rejected_by)
        for name, share in other.shares.items():
            self.shares[name].merge(share)
        for group, share in other.regimes.items():
            self.regimes[group].merge(share)
        for kind, misses in other.misses.items():
            self.misses[kind].merge(misses)
        for name, counted in other.numbers.items():
            self.numbers[name].update(counted)
        for of, first in other.firsts.items():
            self.firsts[of] = min(first, self.firsts.get(of, first))
        self.failed.merge(other.failed)
        self.unread.merge(other.unread)
        self.variety.merge(other.variety)
        for counter, added in (
            (self._labelled, other._labelled),
            (self._found, other._found),
            (self._both, other._both),
        ):
            counter.update(added)

    def add_unread(self, number: int, one: Unread) -> None:
        """A line that is no sample."""
        self.unread.add(number, str(one))

    def refuse_mixed(self) -> None:
        """Raises EvalDataError where a scorer has changed its mind about what it measures: a share, or an average."""
        for name in sorted(name for name, is_share in self.firsts if is_share and (name, False) in self.firsts):
            kinds = ((*self.firsts[name, True], "True or False"), (*self.firsts[name, False], "a number"))
            (_, before, was), (_, id_, now) = sorted(kinds)
            what = f"gave {now} for sample {id_!r}, and {was} for {before!r}; of one scorer all have to be of one kind"
            raise EvalDataError(name, [Problem("scorers", what)])

    @property
    def has_twice(self) -> bool:
        """Whether an id is there more than once."""
        import numpy as np

        ids = np.frombuffer(self.ids, dtype=np.uint64) if self.ids else np.empty(0)
        return len(np.unique(ids)) < len(ids)

    def rules(self) -> tuple[RuleFigures, ...]:
        """Precision, recall and F1 of each rule that was labelled or found."""
        return tuple(self.rule(rule) for rule in RULES if self._labelled[rule] or self._found[rule])

    def rule(self, rule: str) -> RuleFigures:
        """Precision, recall and F1 of one rule."""
        both, found, labelled = self._both[rule], self._found[rule], self._labelled[rule]
        return RuleFigures(
            rule=rule,
            precision=Rate(count=both, total=found),
            recall=Rate(count=both, total=labelled),
            f1=2 * both / (found + labelled) if found + labelled else None,
        )


def wrong(one: Outcome) -> str | None:
    """What `check` got wrong about a labelled draft, or None."""
    if one.violations is None:
        return None
    if one.violations and one.acceptable:
        return "escape"
    if not one.violations and not one.acceptable:
        return "false block"
    return "wrong rule" if one.violations and one.rules.isdisjoint(one.violations) else None


def numbers_of(counted: Counter[float]) -> Numbers:
    """The figures of numbers, each with how often it was there; no order of adding changes them."""
    ordered = sorted(counted.items())
    count = sum(counted.values())
    total = fsum(value * often for value, often in ordered)

    def at(place: int) -> float:
        for value, often in ordered:
            place -= often
            if place < 0:
                return value
        return ordered[-1][0]

    return Numbers(
        count=count,
        total=round(total, 6),
        mean=round(total / count, 6),
        median=(at((count - 1) // 2) + at(count // 2)) / 2,
        p90=at(-(-9 * count // 10) - 1),  # whole numbers: 0.9 × 10 need not be 9
    )
