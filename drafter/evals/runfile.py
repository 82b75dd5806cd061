"""Run files: append-only, locked while they are written, mended where a line was torn, and read line by line."""

from __future__ import annotations

import gzip
import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from pydantic import ValidationError

from drafter.errors import EvalDataError, Problem
from drafter.evals.records import FORMAT, Header, Record, canonical, line_of


class RunFile:
    """A run on disk: `PATH` holds the header and the records, `PATH.timings` what each sample took."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.timings = path.with_name(f"{path.name}.timings")

    @contextmanager
    def writing(self, header: Header, *, resume: bool) -> Iterator[tuple[frozenset[str], Writer]]:
        """The ids that are in the file already, and a writer for the rest.

        A torn last line is taken away first. Raises EvalDataError where the file is there and may not be gone on with,
        where it is of another making, or where another process writes it.
        """
        with _locked(self.path):
            done = self._resumed(header) if resume and self.path.exists() else self._begun(header)
            with self.path.open("ab") as records, self.timings.open("ab") as timings:
                yield done, Writer(records, timings)

    def _begun(self, header: Header) -> frozenset[str]:
        if self.path.exists() and self.path.stat().st_size:
            raise EvalDataError(
                str(self.path), [Problem("", "is there already; go on with it by --resume, or name another file")]
            )
        self.path.write_text(line_of(header), encoding="utf-8")
        self.timings.write_bytes(b"")
        return frozenset()

    def _resumed(self, header: Header) -> frozenset[str]:
        _mend(self.path)
        if self.timings.exists():
            _mend(self.timings)
        if not self.path.stat().st_size:
            return self._begun(header)
        known, records = read_run(self.path)
        if differing := [name for name in Header.model_fields if getattr(known, name) != getattr(header, name)]:
            raise EvalDataError(
                str(self.path),
                [Problem("the header", f"was made with another {', '.join(differing)}, so it can't be gone on with")],
            )
        return frozenset(record.id for record in records)


class Writer:
    """Appends records, each as one write that is on disk before the next begins."""

    def __init__(self, records: IO[bytes], timings: IO[bytes]) -> None:
        self._records, self._timings = records, timings

    def add(self, record: Record, seconds: float) -> None:
        """Appends a record, and what it took."""
        self._timings.write((canonical({"id": record.id, "seconds": round(seconds, 4)}) + "\n").encode())
        self._timings.flush()
        self._records.write(line_of(record).encode())
        self._records.flush()
        os.fsync(self._records.fileno())


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Holds a file for this process. Raises EvalDataError where another has it."""
    from filelock import FileLock, Timeout

    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(f"{path}.lock")
    try:
        with lock.acquire(timeout=0):
            yield
    except Timeout:
        raise EvalDataError(str(path), [Problem("", "is being written by another process")]) from None


def _mend(path: Path) -> None:
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


def read_run(path: Path) -> tuple[Header, Iterator[Record]]:
    """The header of a run and its records, which are read as they are asked for.

    Plain, gzipped (.gz) and zstandard (.zst) files are read. Raises EvalDataError with the line that is wrong.
    """
    lines = read_lines(path)
    number, first = next(lines, (1, ""))
    try:
        header = Header.model_validate_json(first)
    except ValidationError:
        raise EvalDataError(str(path), [Problem(f"line {number}", "is no header of a run")]) from None
    if header.format != FORMAT:
        raise EvalDataError(str(path), [Problem("line 1", f"is of format {header.format}; this reads {FORMAT}")])
    return header, _records(path, lines)


def _records(path: Path, lines: Iterator[tuple[int, str]]) -> Iterator[Record]:
    seen: set[str] = set()
    for number, line in lines:
        try:
            record = Record.model_validate_json(line)
        except ValidationError as fault:
            error = fault.errors()[0]
            place = ".".join(str(step) for step in error["loc"])
            raise EvalDataError(str(path), [Problem(f"line {number}: {place}".rstrip(": "), error["msg"])]) from None
        if record.id in seen:
            raise EvalDataError(str(path), [Problem(f"line {number}", f"id {record.id!r} is there twice")])
        seen.add(record.id)
        yield record


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a text file that are not blank, with their numbers. Raises EvalDataError."""
    try:
        with io.TextIOWrapper(_opened(path), encoding="utf-8-sig") as stream:
            for number, line in enumerate(stream, start=1):
                if line.strip():
                    yield number, line
    except UnicodeDecodeError as fault:
        raise EvalDataError(str(path), [Problem(f"byte {fault.start}", "is not UTF-8")]) from None
    except (OSError, EOFError, ValueError) as fault:
        why = getattr(fault, "strerror", None) or str(fault)
        raise EvalDataError(str(path), [Problem("", f"can't be read: {why}")]) from None


def _opened(path: Path) -> Any:
    if path.suffix == ".gz":
        return gzip.open(path, "rb")
    if path.suffix == ".zst":
        import zstandard

        return zstandard.open(path, "rb")
    return path.open("rb")


def read_parquet(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows of a Parquet file, some thousands at a time; nested columns may be JSON in text."""
    import pyarrow as pa  # type: ignore[import-untyped]
    from pyarrow import parquet

    try:
        row = 0
        for batch in parquet.ParquetFile(path).iter_batches(batch_size=4_096):
            for held in batch.to_pylist():
                row += 1
                yield row, {name: _unpacked(value) for name, value in held.items() if value is not None}
    except (OSError, pa.ArrowException) as fault:
        raise EvalDataError(str(path), [Problem("", f"can't be read as Parquet: {fault}")]) from None


def _unpacked(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            return json.loads(value)
        except ValueError:
            return value
    if isinstance(value, dict):
        return {name: _unpacked(held) for name, held in value.items() if held is not None}
    return value
