"""Has the messages of a suite written, and saves them as a run."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import drafter
from drafter.errors import EvalDataError, Problem
from drafter.evals.records import Header, Record, Unread, content_hash, digest
from drafter.evals.runfile import RunFile, Writer, key_of
from drafter.evals.stopping import stops_between
from drafter.evals.suites import Suite, samples
from drafter.evals.writers import Desk, Made, desk

Told = Callable[[Record], None]


@dataclass(frozen=True)
class Job:
    """How a suite is to be produced; `model` and `judge` are as for `Drafter`, where the suite asks for one.

    `strict` stops at the first line of the data that is no sample; else it is kept in the run as unread. `recording`
    has an endpoint answer what a recorded suite has no recording of, `in_flight` calls at a time. `shard` is the part
    of the samples to produce, as its number and how many there are: a sample's part is told by the hash of its id.
    """

    suite: Suite
    model: Any = None
    judge: Any = None
    in_flight: int = 8
    strict: bool = False
    recording: bool = False
    shard: tuple[int, int] = (0, 1)

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
    def asks(self) -> bool:
        """Whether an endpoint is asked, which takes its time and is paid for; all else is played from data."""
        return self.suite.writer == "model" or self.recording

    @property
    def _writer(self) -> str:
        if self.suite.writer == "recorded":
            return f"{self.suite.model}, recorded"
        if self.suite.writer != "model":
            return self.suite.writer
        if self.model is None:
            raise EvalDataError(self.suite.name, [Problem("writer", "is a model; name it with --model")])
        return str(getattr(self.model, "name", self.model))

    def samples(self, told: Callable[[Unread], None] | None) -> Iterator[Record]:
        """The samples of this part."""
        number, parts = self.shard
        for sample in samples(self.suite, told):
            if parts == 1 or part_of(sample.id, parts) == number:
                yield sample


def part_of(id_: str, parts: int) -> int:
    """Which of so many parts a sample belongs to: the same on every machine, whatever the order."""
    return int(digest(id_), 16) % parts


def produce(
    job: Job, path: Path, *, resume: bool = False, told: Told | None = None, noted: Callable[[str], None] | None = None
) -> int:
    """Writes the run of a suite to a file, and returns how many samples it now has.

    `told` is called with each record as it is saved, `noted` with what a person should know. What a killed process had
    saved is kept by `resume`; in the end the records are in the suite's order. Whatever stops it, Ctrl-C or an error,
    what was under way is still waited for and saved, however often Ctrl-C is pressed. Raises EvalDataError for a file
    that can't be written on, and as `samples` does.
    """
    run = RunFile(path)
    with run.writing(job.header, resume=resume, durable=job.asks) as (done, writer):
        order: list[str] = []
        unread: list[Unread] = []
        wanted = _wanted(job, done, order, None if job.strict else unread.append)

        def keep(record: Record, seconds: float) -> None:
            writer.add(record, seconds)
            if told is not None:
                told(record)

        under_way: set[Future[Made]] = set()
        note = noted or _unheard
        with stops_between(lambda: _say_what_is_waited_for(under_way, note)) as stop:
            _keep_all(_made(job, wanted, under_way, note), keep, stop)
        _keep_unread(unread if job.shard[0] == 0 else [], done, writer, order)
        writer.flush()
        run.settle(order)
    return sum(not key.startswith("\n") for key in order)


def _say_what_is_waited_for(under_way: set[Future[Made]], noted: Callable[[str], None]) -> None:
    if count := sum(not one.done() for one in under_way):
        noted(f"Stopping; waiting for {count} {'answer' if count == 1 else 'answers'}, which will be saved ...")


def _unheard(note: str) -> None:
    """Notes that nobody asked for."""


def _wanted(
    job: Job, done: frozenset[str], order: list[str], told: Callable[[Unread], None] | None
) -> Iterator[Record]:
    """The samples that are still to be made; `order` gets the ids of all."""
    for sample in job.samples(told):
        order.append(sample.id)
        if sample.id not in done:
            yield sample


def _keep_all(
    made: Generator[Made, None, None], keep: Callable[[Record, float], None], stop_here: Callable[[], None]
) -> None:
    """Keeps what is made, and when something stops that, what was under way: it is paid for.

    `stop_here` is called where nothing is in hand, and may raise KeyboardInterrupt.
    """
    try:
        for one in made:
            keep(*one)
            stop_here()
    except (Exception, KeyboardInterrupt) as stop:
        with suppress(StopIteration, type(stop)):
            keep(*made.throw(stop))
            for one in made:
                keep(*one)
        raise


def _keep_unread(unread: Iterable[Unread], done: frozenset[str], writer: Writer, order: list[str]) -> None:
    for one in unread:
        order.append(key_of(one))
        if key_of(one) not in done:
            writer.add(one, None)


def _made(
    job: Job, wanted: Iterator[Record], under_way: set[Future[Made]], noted: Callable[[str], None]
) -> Generator[Made, None, None]:
    if job.suite.writer == "none":
        yield from ((sample, 0.0) for sample in wanted)
        return
    with desk(job.suite, job.model, job.judge, recording=job.recording) as at:
        # Who asks is waiting, mostly; all else takes the processor.
        yield from _as_they_come(at, wanted, under_way, job.in_flight) if job.asks else map(at.make, wanted)
    for note in () if at.tape is None else at.tape.notes():
        noted(note)


def _as_they_come(at: Desk, wanted: Iterator[Record], under_way: set[Future[Made]], at_a_time: int) -> Iterator[Made]:
    """Each record as soon as it is made, so that a killed run has lost nothing that was paid for and answered."""
    with ThreadPoolExecutor(at_a_time) as pool:
        try:
            for sample in islice(wanted, at_a_time):
                under_way.add(pool.submit(at.make, sample))
            while under_way:
                ended = wait(under_way, return_when=FIRST_COMPLETED).done
                for one in ended:
                    under_way.remove(one)
                    yield one.result()
                for sample in islice(wanted, len(ended)):
                    under_way.add(pool.submit(at.make, sample))
        except (Exception, KeyboardInterrupt):
            for one in wait(under_way).done:
                if one.exception() is None:
                    yield one.result()
            raise
