"""Has the messages of a suite written, and saves them as a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import drafter
from drafter.conversation import PHRASEBOOK
from drafter.drafting import Drafter
from drafter.errors import DrafterError, EvalDataError, Problem
from drafter.evals.records import Header, Record, content_hash
from drafter.evals.runfile import RunFile
from drafter.evals.suites import Suite, samples
from drafter.message import Result

AT_A_TIME = 64
"""Requests that are handed to the drafter together; what a killed run may lose is less than that."""

Told = Callable[[Record], None]


@dataclass(frozen=True)
class Job:
    """How a suite is to be produced; `model` and `judge` are as for `Drafter`, where the suite asks for one."""

    suite: Suite
    model: Any = None
    judge: Any = None
    in_flight: int = 8

    @property
    def header(self) -> Header:
        """The header of the run."""
        return Header(
            suite=self.suite.name,
            suite_hash=self.suite.hash,
            prompts_hash=content_hash("prompts"),
            packs_hash=content_hash("guardrails"),
            writer=self._writer,
            judge=str(self.judge) if self.judge else None,
            seed=self.suite.seed,
            drafter=drafter.__version__,
        )

    @property
    def _writer(self) -> str:
        if self.suite.writer != "model":
            return self.suite.writer
        if self.model is None:
            raise EvalDataError(self.suite.name, [Problem("writer", "is a model; name it with --model")])
        return str(getattr(self.model, "name", self.model))

    def drafter(self) -> Drafter:
        """Who writes."""
        if self.suite.writer == PHRASEBOOK:
            return Drafter(PHRASEBOOK)
        return Drafter(self.model, judge=self.judge if self.suite.judge else False)


def produce(job: Job, path: Path, *, resume: bool = False, told: Told | None = None) -> int:
    """Writes the run of a suite to a file, and returns how many samples it now has.

    `told` is called with each record as it is saved. What a killed process had saved is kept by `resume`. Raises
    EvalDataError for a file that can't be written on, and as `samples` does.
    """
    run, count = RunFile(path), 0
    with run.writing(job.header, resume=resume) as (done, writer):
        count = len(done)
        for record, seconds in _records(job, done):
            writer.add(record, seconds)
            count += 1
            if told is not None:
                told(record)
    return count


def _records(job: Job, done: frozenset[str]) -> Iterator[tuple[Record, float]]:
    wanted = (sample for sample in samples(job.suite) if sample.id not in done)
    if job.suite.writer == "none":
        yield from ((sample, 0.0) for sample in wanted)
        return
    with_whom = job.drafter()
    for batch in _batches(wanted):
        results = with_whom.draft_many(
            (sample.request for sample in batch), seed=job.suite.seed, in_flight=job.in_flight
        )
        yield from (_made(sample, result) for sample, result in zip(batch, results, strict=True))


def _batches(wanted: Iterable[Record]) -> Iterator[list[Record]]:
    batch: list[Record] = []
    for sample in wanted:
        batch.append(sample)
        if len(batch) == AT_A_TIME:
            yield batch
            batch = []
    if batch:
        yield batch


def _made(sample: Record, result: Result | DrafterError) -> tuple[Record, float]:
    if isinstance(result, DrafterError):
        return sample.model_copy(update={"fault": f"{type(result).__name__}: {result}"}), 0.0
    return Record.of(sample, result), result.seconds
