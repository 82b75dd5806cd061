"""The figures of a run, all of them made of its records, and whether they are good enough.

A run is read in chunks, which are scored by as many processes as there are, and their sums put together.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, NamedTuple, Protocol

from drafter.errors import EvalDataError, Problem
from drafter.evals import beside
from drafter.evals.brought import scorers_of
from drafter.evals.reading import Chunk, chunks, entries, read_header, run_chunks, twice
from drafter.evals.records import Header, Record, Sample, Scored, Unread, content_hash, digest, line_of
from drafter.evals.runfile import RunFile
from drafter.evals.scorers import SECONDS, Outcome, Scorer, outcome
from drafter.evals.statistics import Rate
from drafter.evals.suites import Gate, Suite, samples
from drafter.evals.sums import Figures, Miss, Numbers, RuleFigures, Sums, numbers_of
from drafter.evals.workers import side_by_side

FEW = 1 << 20
"""Bytes of a run below which starting other processes takes longer than scoring it."""


class Shortfall(Figures):
    """A gate that does not hold."""

    figure: str
    value: float | None
    gate: Gate

    def __str__(self) -> str:
        wanted = [f"at least {self.gate.least:g}"] if self.gate.least is not None else []
        wanted += [f"at most {self.gate.most:g}"] if self.gate.most is not None else []
        found = "there is no such figure" if self.value is None else f"it is {self.value:.4g}"
        return f"{self.figure}: {found}; it has to be {' and '.join(wanted)}"


class Scores(Figures):
    """All figures of a run: in all, by regime and by rule; what was judged wrongly, what failed, what fell short.

    `variety` is distinct-4 over the messages that were written: the share of their runs of four words that are new.
    `misses`, `failed` and `unread` list the first thousand of each kind; `counts` has how many there are of each, and
    as `missing` how many samples of the suite the run lacks, where it was made of the suite as that is now.
    """

    suite: str
    samples: int
    shares: dict[str, Rate]
    numbers: dict[str, Numbers]
    regimes: dict[str, dict[str, Rate]]
    rules: tuple[RuleFigures, ...]
    rejected_by: dict[str, int]
    variety: Rate | None
    counts: dict[str, int]
    misses: tuple[Miss, ...]
    failed: tuple[tuple[str, str], ...]
    unread: tuple[str, ...] = ()
    gates: tuple[str, ...] = ()
    shortfalls: tuple[Shortfall, ...] = ()


class Part(NamedTuple):
    """What comes of a chunk: its sums, and the scored lines where they are wanted."""

    sums: Sums
    lines: bytes


class Engine(Protocol):
    """Where chunks are scored: gives the parts in the order of the chunks."""

    def __call__(self, work: Callable[[Chunk], Part], given: Iterator[Chunk]) -> Iterator[Part]: ...


class Work:
    """What a worker does with a chunk. It travels to other processes, and holds of the scorers their names, and the
    hashes of the files that a person's own were loaded from: one figure is of one version.
    """

    def __init__(
        self, suite: Suite, kind: type[Record] = Record, *, lines: bool = False, listed: int | None = None
    ) -> None:
        self._suite = suite.model_copy(update={"folder": suite.folder.resolve()})
        self._kind, self._lines, self._listed = kind, lines, listed
        scorers_of(self._suite)  # a wrong one is named before the work begins
        self._files = beside.loaded(self._suite.folder)

    def __call__(self, chunk: Chunk, seen: set[str] | None = None) -> Part:
        """The part of one chunk; what is in `seen` is not counted again. Raises EvalDataError where a scorer's file is
        not any more what it was in the beginning.
        """
        held, sums, lines = scorers_of(self._suite), Sums(chunk.level, self._listed), []
        if changed := beside.edited(self._files):
            what = "was edited while it scored, so the figures would be of two versions; score again"
            raise EvalDataError(str(changed[0]), [Problem("", what)])
        for number, one in entries(chunk, self._kind):
            if isinstance(one, Record) and seen is not None and one.id in seen:
                one = twice(chunk.file, number, one.id)
            if isinstance(one, Unread):
                sums.add_unread(number, one)
                if self._lines:
                    lines.append(line_of(one))
                continue
            if seen is not None:
                seen.add(one.id)
            found = outcome(one)
            values = list(_values(held, found))
            sums.add(number, found, values)
            if self._lines:
                lines.append(line_of(scored(found, values)))
        return Part(sums, "".join(lines).encode())


def _values(held: Sequence[Scorer], one: Outcome) -> Iterator[tuple[str, bool | float]]:
    for scorer_ in held:
        value = scorer_.score(one)
        if value is not None:
            yield scorer_.name, value


def scored(one: Outcome, values: Iterable[tuple[str, bool | float]]) -> Scored:
    """What comparing needs to know of an outcome."""
    return Scored(
        id=one.id,
        regime=one.regime,
        values=dict(values),
        rules=tuple(sorted(one.rules)),
        violations=one.violations,
        message=None if one.failed else digest(one.subject or "", one.body),
    )


def scored_of(suite: Suite, found: Iterable[Outcome]) -> Iterator[Scored]:
    """What comparing needs to know of outcomes."""
    held = scorers_of(suite)
    return (scored(one, _values(held, one)) for one in found)


class Scoring:
    """The scoring of one file: a run, or the data of a suite as it is.

    `engine` is where chunks are worked on; left out, `jobs` processes of this machine, one a core. `strict` stops at
    the first line that can't be read. `is_run` says which of the two it is, `stopped` that Ctrl-C ended it, with the
    figures of what was done.
    """

    kind: type[Record] | None = None
    """What the lines are; left open, records of a run or samples of a data file."""
    listed: int | None = None
    """How many samples of one kind are listed, where not as many as `Listed` has it."""

    def __init__(
        self, suite: Suite, path: Path, *, jobs: int | None = None, engine: Engine | None = None, strict: bool = False
    ) -> None:
        self.suite, self.path, self.stopped = suite, path, False
        self.is_run, self._strict = has_header(path), strict
        self._engine = engine or Local(_jobs(path, jobs))

    def scores(self, told: Callable[[Sums], None] | None = None, lines: IO[bytes] | None = None) -> Scores:
        """The figures; `told` is called with the sums of each part, and `lines` gets the scored lines in order.

        Raises EvalDataError for a file without a sample, or that can't be read.
        """
        sums = self.sums(told, lines)
        if not sums.samples and not sums.unread.count and not self.stopped:
            raise EvalDataError(str(self.path), [Problem("", "holds no sample")])
        if SECONDS in self.suite.scorers:
            sums.numbers[SECONDS].update(RunFile(self.path).seconds())
        return made_scores(self.suite, sums, missing=self._missing(sums))

    def _missing(self, sums: Sums) -> int:
        """How many samples of the suite a run lacks; that is known where suite and data are what it was made of."""
        if not self.is_run or self.stopped or not all(file.is_file() for file in self.suite.files):
            return 0
        if read_header(self.path).suite_hash != self.suite.hash:
            return 0
        unread: list[Unread] = []
        return max(0, sum(1 for _ in samples(self.suite, unread.append)) - sums.samples)

    def sums(self, told: Callable[[Sums], None] | None = None, lines: IO[bytes] | None = None) -> Sums:
        """What the figures are made of; all is as for `scores`."""
        kind = self.kind or (Record if self.is_run else Sample)
        work = Work(self.suite, kind, lines=lines is not None, listed=self.listed)
        begin = lines.tell() if lines is not None else 0
        sums = Sums(listed=self.listed)
        self._add(sums, self._engine(work, self._chunks(sums)), told, lines)
        if (
            sums.has_twice and not self.stopped
        ):  # hardly ever, so it is found afterwards, and everything is counted again with care
            if lines is not None:
                lines.seek(begin)
                lines.truncate()
            seen, sums = set[str](), Sums(listed=self.listed)
            self._add(sums, (work(chunk, seen) for chunk in self._chunks(sums)), None, lines)
        return sums

    def _chunks(self, sums: Sums) -> Iterator[Chunk]:
        for chunk in run_chunks(self.path) if self.is_run else chunks(self.path):
            yield replace(chunk, level=sums.variety.level)

    def _add(
        self, sums: Sums, parts: Iterator[Part], told: Callable[[Sums], None] | None, lines: IO[bytes] | None
    ) -> None:
        try:
            for part in parts:
                sums.merge(part.sums)
                sums.refuse_mixed()
                if self._strict and (wrong := next(iter(part.sums.unread), None)):
                    raise EvalDataError(str(self.path), [Problem("", wrong)])
                if lines is not None:
                    lines.write(part.lines)
                if told is not None:
                    told(part.sums)
        except KeyboardInterrupt:
            self.stopped = True


def scored_header(header: Header) -> Header:
    """The header of a scored run: that of the run, and the rule packs that judged it."""
    return header.model_copy(update={"judged": content_hash("guardrails")})


def has_header(path: Path) -> bool:
    """Whether a file is a run; else it may be the data of a suite. Raises EvalDataError where it can't be read."""
    if path.suffix == ".parquet" and path.is_file():
        return False
    try:
        header = read_header(path)
    except EvalDataError as fault:
        if any("no header" in problem.what for problem in fault.problems):
            return False
        raise
    if header.judged is not None:
        raise EvalDataError(str(path), [Problem("", "is a scored run, good for comparing; name the run itself")])
    return True


def _jobs(path: Path, jobs: int | None) -> int:
    return jobs or (1 if path.stat().st_size < FEW else os.cpu_count() or 1)


class Local:
    """The processes of this machine."""

    def __init__(self, jobs: int = 1) -> None:
        self._jobs = jobs

    def __call__(self, work: Callable[[Chunk], Part], given: Iterator[Chunk]) -> Iterator[Part]:
        yield from map(work, given) if self._jobs == 1 else side_by_side(work, given, self._jobs)


def score(suite: Suite, found: Iterable[Outcome]) -> Scores:
    """The figures that a suite asks for, of outcomes that are at hand."""
    held, sums = scorers_of(suite), Sums()
    for number, one in enumerate(found):
        sums.add(number, one, _values(held, one))
    sums.refuse_mixed()
    return made_scores(suite, sums)


def made_scores(suite: Suite, sums: Sums, *, missing: int = 0) -> Scores:
    """The figures of sums, and which gates of the suite do not hold; `missing` samples are not in them."""
    names = suite.scorers
    regimes = sorted({regime for regime, _ in sums.regimes})
    misses = [miss for kind in sorted(sums.misses) for miss in sums.misses[kind]]
    counts = {kind: listed.count for kind, listed in sorted(sums.misses.items())}
    made = Scores(
        suite=suite.name,
        samples=sums.samples,
        shares={name: sums.shares[name].rate for name in names if name in sums.shares},
        numbers={name: numbers_of(sums.numbers[name]) for name in names if sums.numbers.get(name)},
        regimes={
            regime: {name: sums.regimes[regime, name].rate for name in names if (regime, name) in sums.regimes}
            for regime in regimes
        },
        rules=sums.rules(),
        rejected_by=dict(sorted(sums.rejected_by.items())),
        variety=sums.variety.rate(),
        counts={**counts, "failed": sums.failed.count, "unread": sums.unread.count, "missing": missing},
        misses=tuple(misses),
        failed=tuple(sums.failed),
        unread=tuple(sums.unread),
        gates=tuple(suite.gates),
    )
    return made.model_copy(update={"shortfalls": tuple(_shortfalls(suite, made))})


def _shortfalls(suite: Suite, made: Scores) -> Iterator[Shortfall]:
    known = figures(made)
    # What is missing, could not be read, or failed, can't have passed either: it has neither escaped nor obeyed, which
    # looks good.
    for name, gate in {**dict.fromkeys(("missing", "unread", "failed"), Gate(most=0.0)), **suite.gates}.items():
        value = known.get(name)
        if value is None or not gate.holds(value):
            yield Shortfall(figure=name, value=value, gate=gate)


def figures(made: Scores) -> Mapping[str, float]:
    """Every figure by the name that a gate has for it: "escapes", "escapes.hostile", "words.median", "variety" …"""
    found = {name: float(made.counts.get(name, 0)) for name in ("missing", "unread")}
    found["failed"] = made.counts.get("failed", 0) / made.samples if made.samples else 0.0
    for name, rate in made.shares.items():
        if rate.value is not None:
            found[name] = rate.value
    for regime, group in made.regimes.items():
        found |= {f"{name}.{regime}": rate.value for name, rate in group.items() if rate.value is not None}
    for name, numbers in made.numbers.items():
        found |= {f"{name}.{part}": getattr(numbers, part) for part in ("mean", "median", "p90", "total")}
    for one in made.rules:
        held = {"f1": one.f1, "precision": one.precision.value, "recall": one.recall.value}
        found |= {f"{name}.{one.rule}": value for name, value in held.items() if value is not None}
    if made.variety is not None and made.variety.value is not None:
        found["variety"] = made.variety.value
    return found
