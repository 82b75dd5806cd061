"""Producing and scoring on a Dask cluster whose workers share this machine's files.

Produced are parts: a sample belongs to the part that the hash of its id says. Each worker writes its parts as runs of
their own, beside the run, and a part that another worker had begun is gone on with; so a worker that dies costs no more
than what was in flight. In the end the parts are put together in the suite's order, which makes the same bytes as one
machine does. Retries are Dask's.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from drafter.evals.produce import Job, part_of, produce
from drafter.evals.reading import Chunk, read_run
from drafter.evals.records import Record, Unread
from drafter.evals.runfile import RunFile, key_of
from drafter.evals.scoring import Part
from drafter.evals.suites import Suite, samples

PARTS = 32
"""Into how many parts a suite is divided: more than there are workers, so that all have their hands full."""
RETRIES = 3
"""Times that Dask tries a part again."""


@contextmanager
def on_cluster(address: str) -> Iterator[Cluster]:
    """The cluster at an address, as an engine for scoring."""
    with _client(address) as client:
        yield Cluster(client)


def _client(address: str) -> Any:
    from distributed import Client

    return Client(address)  # type: ignore[no-untyped-call]


class Cluster:
    """Scores chunks on the workers of a cluster, some of them at a time."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __call__(self, work: Callable[[Chunk], Part], given: Iterator[Chunk]) -> Iterator[Part]:
        at_a_time = 2 * max(1, sum(self._client.ncores().values())) + 2
        under_way = [self._submit(work, one) for one in islice(given, at_a_time)]
        while under_way:
            yield under_way.pop(0).result()
            under_way += [self._submit(work, one) for one in islice(given, 1)]

    def _submit(self, work: Callable[[Chunk], Part], chunk: Chunk) -> Any:
        return self._client.submit(work, chunk, pure=False, retries=RETRIES)


def produce_on(
    address: str,
    suite: Suite,
    path: Path,
    *,
    resume: bool = False,
    told: Callable[[int], None] | None = None,
    **options: Any,
) -> int:
    """`produce` on a cluster. `told` is told of each part that is whole, by how many samples it has.

    Raises EvalDataError as `produce` does.
    """
    from distributed import as_completed

    path = path.resolve()
    job = Job(suite, **options)
    folder = path.with_name(f"{path.name}.parts")
    with RunFile(path).writing(job.header, resume=resume) as (done, writer):
        if not resume:
            shutil.rmtree(folder, ignore_errors=True)
        _spread(path, folder, job, done)
        with _client(address) as client:
            parts = [
                client.submit(_part, suite, str(folder), (number, PARTS), options, pure=False, retries=RETRIES)
                for number in range(PARTS)
            ]
            for part in as_completed(parts):  # type: ignore[no-untyped-call]
                if told is not None:
                    told(part.result())
            client.gather(parts)
        unread: list[Unread] = []
        order = [sample.id for sample in samples(suite, unread.append)] + [key_of(one) for one in unread]
        for number in range(PARTS):
            for one, seconds in _held(folder, number):
                if key_of(one) not in done:
                    writer.add(one, seconds)
        writer.flush()
        RunFile(path).settle(order)
    shutil.rmtree(folder, ignore_errors=True)
    return sum(not key.startswith("\n") for key in order)


def _part(suite: Suite, folder: str, shard: tuple[int, int], options: dict[str, Any]) -> int:
    """Produces one part, on a worker; goes on with what is there of it."""
    job = Job(suite, shard=shard, **options)
    return produce(job, _place(Path(folder), shard[0]), resume=True)


def _place(folder: Path, number: int) -> Path:
    return folder / f"{number:02}.jsonl"


def _spread(path: Path, folder: Path, job: Job, done: frozenset[str]) -> None:
    """Gives to the parts what the run has already, so that nothing is paid for twice."""
    if not done:
        return
    for number in range(PARTS):
        with RunFile(_place(folder, number)).writing(job.header, resume=True) as (there, writer):
            for record in read_run(path, lambda wrong: None)[1]:  # noqa: ARG005 -- parts find what can't be read anew
                if part_of(record.id, PARTS) == number and record.id not in there:
                    writer.add(record, None)


def _held(folder: Path, number: int) -> Iterator[tuple[Record | Unread, float | None]]:
    """What a part holds, and what each took."""
    run = RunFile(_place(folder, number))
    seconds = run.seconds_by_id()
    unread: list[Unread] = []
    for record in read_run(run.path, unread.append)[1]:
        yield record, seconds.get(record.id)
    yield from ((one, None) for one in unread)
