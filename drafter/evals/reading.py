"""Reading runs and data: JSON Lines, plain, gzipped or zstandard, and Parquet, in chunks that a worker can be given.

A chunk holds some hundred lines as they are in the file; `entries` makes records of them, in whichever process that is.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from drafter.errors import EvalDataError, Problem
from drafter.evals.records import FORMAT, Header, Record, Sample, Scored, Unread

BLOCK = 64 * 1024
"""Bytes of a chunk: some ninety drafts, so that progress is seen and Ctrl-C is heard soon."""
UNREAD = b'{"unread":'
"""How a line begins that tells of one which could not be read."""
ROWS = 96
"""Rows of a Parquet file in a chunk."""
MARK = b"\xef\xbb\xbf"
"""What some editors put before UTF-8."""

Told = Callable[[Unread], None]
Line = TypeVar("Line", Record, Scored)


@dataclass(frozen=True)
class Chunk:
    """Some whole lines of a file, the first of which has a number; or rows of a Parquet file, as Arrow has them.

    `level` is what the scoring of those before has come to (`Variety`).
    """

    file: str
    first: int
    lines: bytes = b""
    rows: Any = None
    level: int = 0


def entries(chunk: Chunk, kind: type[Line]) -> Iterator[tuple[int, Line | Unread]]:
    """The records of a chunk, each with the number of its line, and what could not be read."""
    for number, read in _readers(chunk, kind):
        try:
            yield number, read()
        except ValidationError as fault:
            yield number, Unread(unread=f"{chunk.file}, line {number}", what=said(fault))
        except UnicodeDecodeError as fault:
            yield number, Unread(unread=f"{chunk.file}, line {number}", what=f"is not UTF-8 from byte {fault.start} on")


def _readers(chunk: Chunk, kind: type[Line]) -> Iterator[tuple[int, Callable[[], Line | Unread]]]:
    if chunk.rows is not None:
        for number, row in enumerate(chunk.rows.to_pylist(), start=chunk.first):
            held = {name: _unpacked(value) for name, value in row.items() if value is not None}
            # By JSON, so that a row is read exactly as a line is.
            yield number, partial(_read, json.dumps(held, default=str).encode(), kind)
        return
    for number, line in enumerate(chunk.lines.split(b"\n"), start=chunk.first):
        if line.strip():
            yield number, partial(_read, line, kind)


def _read(line: bytes, kind: type[Line]) -> Line | Unread:
    try:
        return Unread.model_validate_json(line) if line.startswith(UNREAD) else kind.model_validate_json(line)
    except ValidationError:
        line.decode()
        raise


def said(fault: ValidationError) -> str:
    """What is wrong with a line, in words."""
    found = []
    for error in fault.errors(include_url=False):
        place = ".".join(str(step) for step in error["loc"])
        found.append(f"{place}: {error['msg']}" if place else _of_line(error["type"], error["msg"]))
    return "; ".join(found)


def _of_line(kind: str, message: str) -> str:
    return "is no object" if kind == "model_type" else message.replace("Invalid JSON", "is not valid JSON")


def chunks(path: Path, name: str | None = None) -> Iterator[Chunk]:
    """A file in chunks, read as they are asked for; its lines are told by a `name`, or by the file's own.

    Raises EvalDataError for a file that can't be read.
    """
    yield from (_parquet_chunks if path.suffix == ".parquet" else _line_chunks)(path, name or path.name)


def _line_chunks(path: Path, name: str) -> Iterator[Chunk]:
    number = 1
    for lines in _blocks(path):
        yield Chunk(name, number, lines)
        number += lines.count(b"\n")


def _blocks(path: Path) -> Iterator[bytes]:
    """The bytes of a file, cut at line ends."""
    try:
        with _opened(path) as stream:
            rest = stream.read(len(MARK)).removeprefix(MARK)
            while block := stream.read(BLOCK):
                whole, end, torn = block.rpartition(b"\n")
                if end:
                    yield rest + whole + end
                    rest = torn
                else:
                    rest += torn
            if rest:
                yield rest
    except (OSError, EOFError, ValueError, zlib.error) as fault:
        why = getattr(fault, "strerror", None) or str(fault)
        raise EvalDataError(str(path), [Problem("", f"can't be read: {why}")]) from None


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    if path.suffix == ".gz":
        with gzip.open(path, "rb") as stream:
            yield stream
    elif path.suffix == ".zst":
        import zstandard

        try:
            with zstandard.open(path, "rb") as stream:
                yield stream
        except zstandard.ZstdError as fault:
            raise ValueError(str(fault)) from None
    else:
        with path.open("rb") as stream:
            yield stream


def count_lines(path: Path) -> int:
    """How many lines a file has, or rows. Raises EvalDataError for a file that can't be read."""
    if path.suffix == ".parquet":
        from pyarrow import parquet  # type: ignore[import-untyped]

        next(chunks(path), None)  # whether it can be read at all
        return int(parquet.read_metadata(path).num_rows)
    return sum(lines.count(b"\n") for lines in _blocks(path))


def _parquet_chunks(path: Path, name: str) -> Iterator[Chunk]:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        number = 1
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=ROWS, use_threads=False):
                yield Chunk(name, number, rows=batch)
                number += batch.num_rows
    except (OSError, pa.ArrowException) as fault:
        raise EvalDataError(str(path), [Problem("", f"can't be read as Parquet: {fault}")]) from None


def _unpacked(value: Any) -> Any:
    """A value of a Parquet column: nested ones may be JSON in text, and what is null was left out."""
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            return json.loads(value)
        except ValueError:
            return value
    if isinstance(value, dict):
        return {name: _unpacked(held) for name, held in value.items() if held is not None}
    return value


def read_header(path: Path) -> Header:
    """The header of a run. Raises EvalDataError where there is none, or one of another format."""
    first = next(chunks(path), Chunk(path.name, 1))
    line = first.lines.partition(b"\n")[0]
    try:
        header = Header.model_validate_json(line)
    except ValidationError:
        raise EvalDataError(str(path), [Problem("line 1", "is no header of a run")]) from None
    if header.format != FORMAT:
        raise EvalDataError(str(path), [Problem("line 1", f"is of format {header.format}; this reads {FORMAT}")])
    return header


def refuse_two_suites(before: Path, after: Path) -> None:
    """Raises EvalDataError where two runs are of different suites, or where one of them is no run."""
    one, other = read_header(before).suite, read_header(after).suite
    if one != other:
        raise EvalDataError(str(after), [Problem("", f"is a run of {other}, and {before} one of {one}")])


def run_chunks(path: Path) -> Iterator[Chunk]:
    """The chunks of a run without its header."""
    for chunk in chunks(path):
        if chunk.first == 1:
            yield Chunk(chunk.file, 2, chunk.lines.partition(b"\n")[2])
        else:
            yield chunk


def read_run(path: Path, told: Told | None = None) -> tuple[Header, Iterator[Record]]:
    """The header of a run and its records, which are read as they are asked for.

    `told` is told of each line that is none, or whose id was there before; without it that raises EvalDataError.
    """
    header = read_header(path)
    if header.judged is not None:
        raise EvalDataError(str(path), [Problem("", "is a scored run, good for comparing; name the run itself")])
    return header, _once(run_chunks(path), Record, told)


def read_samples(path: Path, name: str, told: Told | None = None) -> Iterator[Record]:
    """The samples of one data file, by the name that a suite has for it, which no other of its files has.

    Keys beyond ours are let be; wrong lines are as for `read_run`.
    """
    return _once(chunks(path, name), Sample, told)


def read_scored(path: Path, told: Told | None = None) -> Iterator[Scored]:
    """The lines of a scored run; wrong ones are as for `read_run`."""
    return _once(run_chunks(path), Scored, told)


def _once(pieces: Iterator[Chunk], kind: type[Line], told: Told | None) -> Iterator[Line]:
    seen: set[str] = set()
    for chunk in pieces:
        for number, one in entries(chunk, kind):
            if not isinstance(one, Unread) and one.id not in seen:
                seen.add(one.id)
                yield one
                continue
            wrong = one if isinstance(one, Unread) else twice(chunk.file, number, one.id)
            if told is None:
                raise EvalDataError(wrong.unread, [Problem("", wrong.what)])
            told(wrong)


def twice(file: str, number: int, id_: str) -> Unread:
    """A record whose id was there before."""
    return Unread(unread=f"{file}, line {number}", what=f"id {id_!r} is there twice; the first counts")
