"""Writing what needs no endpoint, by all cores: what the phrasebook, a script or recordings say of each sample."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from itertools import islice

from drafter.evals.recordings import Heard
from drafter.evals.records import Record
from drafter.evals.suites import Suite
from drafter.evals.workers import side_by_side
from drafter.evals.writers import Desk, Made, desk

FEW, BATCH = 256, 16
"""Samples that are written before other processes are begun, which find all loaded; and what each is given."""


def played(suite: Suite, wanted: Iterator[Record], jobs: int | None, noted: Callable[[str], None]) -> Iterator[Made]:
    """The records of samples, in their order; in the end `noted` is told what a person should know of the recordings.

    Raises EvalDataError for recordings that can't be read.
    """
    jobs = jobs or os.cpu_count() or 1
    with desk(suite) as at:
        yield from map(at.make, wanted if jobs == 1 else islice(wanted, FEW))
    for made, heard in side_by_side(partial(_batch, suite), _batches(wanted), jobs):
        if at.tape is not None and heard is not None:
            at.tape.hear(heard)
        yield from made
    for note in () if at.tape is None else at.tape.notes():
        noted(note)


def _batches(wanted: Iterator[Record]) -> Iterator[list[Record]]:
    while batch := list(islice(wanted, BATCH)):
        yield batch


def _batch(suite: Suite, batch: list[Record]) -> tuple[list[Made], Heard | None]:
    at = _mine(suite)
    return [at.make(sample) for sample in batch], at.tape.heard() if at.tape is not None else None


_OPENED: list[Desk] = []
_UNTIL_THE_END = ExitStack()


def _mine(suite: Suite) -> Desk:
    """The desk of this process, which is a worker and has no other suite."""
    if not _OPENED:
        _OPENED.append(_UNTIL_THE_END.enter_context(desk(suite)))
    return _OPENED[0]
