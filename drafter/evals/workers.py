"""The processes of this machine, which share what there is to do and end with the one that began them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context, parent_process
from pathlib import Path
from signal import SIG_IGN, SIGINT, signal
from threading import Thread
from typing import TypeVar

from drafter.content import read_from, stand_in
from drafter.errors import DrafterError
from drafter.evals.offline import bar_for_good

Given = TypeVar("Given")
Worked = TypeVar("Worked")


def side_by_side(work: Callable[[Given], Worked], given: Iterator[Given], jobs: int) -> Iterator[Worked]:
    """What comes of each thing that is given, in their order, by so many processes.

    A few are under way at a time, so that any number takes the same memory. Raises DrafterError where a process ends by
    itself.
    """
    with _workers(jobs) as workers:
        under_way: list[Future[Worked]] = [workers.submit(work, one) for one in islice(given, 2 * jobs + 2)]
        while under_way:
            yield _result(under_way.pop(0))
            under_way += [workers.submit(work, one) for one in islice(given, 1)]


def _result(of: Future[Worked]) -> Worked:
    try:
        return of.result()
    except BrokenProcessPool:
        what = "one of the processes ended by itself, perhaps for want of memory; fewer need less, so try --jobs 1"
        raise DrafterError(what) from None


@contextmanager
def _workers(jobs: int) -> Iterator[Executor]:
    pool = ProcessPoolExecutor(jobs, mp_context=get_context(), initializer=_begin, initargs=(stand_in(),))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(root: Path | None) -> None:
    """What a worker begins with: no way leads out, Ctrl-C is its parent's business, and without one it ends.

    Where processes are not forked, it has to be told what content its parent reads.
    """
    if root is not None:
        read_from(root)
    bar_for_good()
    signal(SIGINT, SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    if (parent := parent_process()) is not None:
        parent.join()  # one that was killed could tell nobody
        os._exit(1)
