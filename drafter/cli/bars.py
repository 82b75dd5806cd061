"""Progress of what takes longer: a bar in a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from drafter.cli import render

EVERY = 2.0
"""Seconds between two lines of progress where there is no terminal, and before the first."""

Step = Callable[[int, int], None]
"""Is told how many more are done, and how many of them are good."""


@contextmanager
def bar(label: str, total: int | None, *, good: str, clock: Callable[[], float] = monotonic) -> Iterator[Step]:
    """Shows how far something is: the share done, the rate, the time left, and the share that is `good`."""
    screen = render.console(stderr=True)
    if not screen.is_terminal:
        yield _lines(label, total, good, clock)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[said]}"))
    with Progress(*columns, TimeRemainingColumn(), console=screen, transient=True) as shown:
        yield _on(shown, shown.add_task(label, total=total, said=""), good, clock)


def _on(shown: Any, task: Any, good: str, clock: Callable[[], float]) -> Step:
    count = _Count(clock)

    def step(done: int, well: int) -> None:
        count.add(done, well)
        share = f"{count.well / count.done:.0%} {good}" if count.done else ""
        shown.update(task, completed=count.done, said=f"{count.rate:,.0f}/s  {share}")

    return step


def _lines(label: str, total: int | None, good: str, clock: Callable[[], float]) -> Step:
    count = _Count(clock)
    last = clock()

    def step(done: int, well: int) -> None:
        nonlocal last
        count.add(done, well)
        if clock() - last < EVERY or not count.done:
            return
        last = clock()
        of = f" of {total:,}" if total else ""
        rate = count.rate
        left = f", {(total - count.done) / rate:,.0f} s left" if total and rate else ""
        said = f"{label}: {count.done:,}{of}, {rate:,.0f}/s{left}, {count.well / count.done:.0%} {good}"
        print(said, file=sys.stderr, flush=True)  # noqa: T201 -- plain progress

    return step


class _Count:
    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock, self._begun = clock, clock()
        self.done = self.well = 0

    def add(self, done: int, well: int) -> None:
        self.done += done
        self.well += well

    @property
    def rate(self) -> float:
        """How many a second."""
        taken = self._clock() - self._begun
        return self.done / taken if taken > 0 else 0.0
