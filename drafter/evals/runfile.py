"""Run files: append-only, locked while they are written, mended where a line was torn, and in order at the end."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from drafter.content import PACKED
from drafter.errors import EvalDataError, Problem
from drafter.evals.reading import UNREAD, read_header
from drafter.evals.records import Header, Record, Unread, canonical, line_of


class RunFile:
    """A run on disk: `PATH` holds the header and the records, `PATH.timings` when it was begun and what each took.

    One that was packed has the times that it had before. Where the path is a link, the run is the file behind it,
    whoever else leads to it.
    """

    def __init__(self, path: Path) -> None:
        self.path = behind(path)
        self.timings = self.path.with_name(f"{self.path.name.removesuffix('.gz').removesuffix('.zst')}.timings")

    @contextmanager
    def writing(self, header: Header, *, resume: bool, durable: bool = True) -> Iterator[tuple[frozenset[str], Writer]]:
        """The ids that are in the file already, and a writer for the rest.

        A torn last line is taken away first. `durable` has each record on disk before the next. Raises EvalDataError
        where the file is there and may not be gone on with, where it is of another making, where another process writes
        it, and where no lines can be appended to it.
        """
        refuse_what_is_no_file(self.path)
        with _locked(self.path):
            done = self._resumed(header) if resume and self.path.exists() else self._begun(header)
            with self.path.open("ab") as records, self.timings.open("ab") as timings:
                yield done, Writer(records, timings, durable=durable)

    def _begun(self, header: Header) -> frozenset[str]:
        if self.path.exists() and self.path.stat().st_size:
            raise EvalDataError(
                str(self.path), [Problem("", "is there already; go on with it by --resume, or name another file")]
            )
        self.path.write_text(line_of(header), encoding="utf-8")
        begun = {"begun": datetime.now(UTC).isoformat(timespec="seconds"), "python": platform.python_version()}
        self.timings.write_text(canonical(begun) + "\n", encoding="utf-8")
        return frozenset()

    def _resumed(self, header: Header) -> frozenset[str]:
        mend(self.path)
        if self.timings.exists():
            mend(self.timings)
        if not self.path.stat().st_size:
            return self._begun(header)
        known = read_header(self.path)
        if differing := [name for name in Header.model_fields if getattr(known, name) != getattr(header, name)]:
            raise EvalDataError(
                str(self.path),
                [Problem("the header", f"was made with another {', '.join(differing)}, so it can't be gone on with")],
            )
        return frozenset(key for key, _, _ in _lines(self.path))

    def remove(self) -> None:
        """Takes the run away, if there is one. Raises EvalDataError for what is none, or where a process writes it."""
        if self.path.exists():
            refuse_what_is_no_file(self.path)
            self._refuse_what_is_no_run()
            with _locked(self.path):
                self.path.unlink(missing_ok=True)

    def _refuse_what_is_no_run(self) -> None:
        """A suite's data, or a baseline, may have the name that its run would have."""
        try:
            is_run = not self.path.stat().st_size or read_header(self.path).judged is None
        except EvalDataError:
            is_run = False
        if not is_run:
            what = "is no run, so it stays as it is; have runs saved in another folder, with --runs"
            raise EvalDataError(str(self.path), [Problem("", what)])

    def settle(self, order: Iterable[str]) -> None:
        """Puts the lines into an order of keys, where they are not; written beside, then put in place.

        To be called while the file is held. What is not among the keys is kept behind them.
        """
        places = {key: (start, length) for key, start, length in _lines(self.path)}
        wanted = dict.fromkeys([key for key in order if key in places])
        wanted |= dict.fromkeys(places)
        if list(wanted) == list(places):
            return
        ordered = self.path.with_name(f"{self.path.name}.sorted")
        with self.path.open("rb") as held, ordered.open("wb") as made:
            made.write(held.readline())
            for key in wanted:
                start, length = places[key]
                held.seek(start)
                made.write(held.read(length))
            made.flush()
            os.fsync(made.fileno())
        ordered.replace(self.path)

    def count(self) -> int:
        """How many whole records are in the file; none where there is no file."""
        if not self.path.exists():
            return 0
        with self.path.open("rb") as file:
            file.readline()
            return sum(line.endswith(b"\n") and not line.startswith(UNREAD) for line in file)

    def seconds(self) -> Iterator[float]:
        """What each sample took; nothing where that is not known."""
        yield from self.seconds_by_id().values()

    def seconds_by_id(self) -> dict[str, float]:
        """What each sample took, by its id, but for a torn last line. Raises EvalDataError for a wrong one."""
        if not self.timings.exists():
            return {}
        taken: dict[str, float] = {}
        with self.timings.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                try:
                    one: Any = json.loads(line) if line.endswith(b"\n") else {"begun": None}
                    if "begun" not in one:
                        taken[str(one["id"])] = float(one["seconds"])
                except (ValueError, TypeError, KeyError):
                    what = "says of no sample what it took; without this file all can be scored"
                    raise EvalDataError(str(self.timings), [Problem(f"line {number}", what)]) from None
        return taken


def behind(path: Path) -> Path:
    """The file that a link leads to, or the path itself."""
    return Path(os.path.realpath(path)) if path.is_symlink() else path


def refuse_what_is_no_file(path: Path) -> None:
    """Raises EvalDataError for a place that lines can't be kept in: a folder, a device, an archive by its name."""
    if path.exists() and not path.is_file():
        raise EvalDataError(str(path), [Problem("", "is no ordinary file, which this has to be; name another one")])
    if path.suffix in PACKED:
        what = f"would hold plain lines under an archive's name; leave out {path.suffix}, and pack it when it is whole"
        raise EvalDataError(str(path), [Problem("", what)])


def key_of(one: Record | Unread) -> str:
    """What tells a line of a run from the others."""
    return one.id if isinstance(one, Record) else f"\n{one.unread}"


def _lines(path: Path) -> Iterator[tuple[str, int, int]]:
    """Each line behind the header: its key, where it starts, and how long it is. Raises EvalDataError."""
    with path.open("rb") as file:
        start = len(file.readline())
        for number, line in enumerate(file, start=2):
            try:
                data = json.loads(line)
                yield data["id"] if "id" in data else f"\n{data['unread']}", start, len(line)
            except (ValueError, TypeError, KeyError):
                raise EvalDataError(str(path), [Problem(f"line {number}", "is no line of a run")]) from None
            start += len(line)


class Writer:
    """Appends lines, each as one write."""

    def __init__(self, records: IO[bytes], timings: IO[bytes], *, durable: bool) -> None:
        self._records, self._timings, self._durable = records, timings, durable

    def add(self, one: Record | Unread, seconds: float | None) -> None:
        """Appends a line, and what it took."""
        self._records.write(line_of(one).encode())
        if self._durable:
            self._records.flush()
            os.fsync(self._records.fileno())
        if seconds is not None and isinstance(one, Record):
            self._timings.write((canonical({"id": one.id, "seconds": round(seconds, 4)}) + "\n").encode())
            self._timings.flush()

    def flush(self) -> None:
        """Has what was added in the file."""
        self._records.flush()


@contextmanager
def _locked(path: Path) -> Iterator[Any]:
    """Holds a file for this process. Raises EvalDataError where another has it."""
    from filelock import FileLock, Timeout

    lock = FileLock(f"{path}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise EvalDataError(str(path), [Problem("", "is being written by another process")]) from None
    except OSError as fault:
        raise EvalDataError(str(path), [Problem("", f"can't be written: {fault.strerror or fault}")]) from None
    try:
        yield
    finally:
        lock.release()


def mend(path: Path) -> None:
    """Takes away what stands behind the last line end: a write that was cut short."""
    with path.open("r+b") as file:
        end = file.seek(0, os.SEEK_END)
        while end > 0:
            start = max(0, end - 65_536)
            file.seek(start)
            found = file.read(end - start).rfind(b"\n")
            if found >= 0:
                file.truncate(start + found + 1)
                return
            end = start
        file.truncate(0)
