"""Suites: what is tried, what is measured, and how good it has to be, as TOML.

A suite names its data (labelled drafts, or requests to write for), who writes, the scorers, and the gates. Those that
come along are in evals/suites/; a person's own is a file, whose paths are relative to it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from drafter.content import content_root, list_files, parse_toml, read_text
from drafter.errors import ContentError, EvalDataError, Problem
from drafter.evals.records import Record, canonical, digest
from drafter.evals.runfile import read_lines, read_parquet

FOLDER = "evals/suites"


class Gate(BaseModel):
    """What a figure has to be: at least, at most, or both."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    least: float | None = None
    most: float | None = None

    def holds(self, value: float) -> bool:
        """Whether a figure is within the gate."""
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


class Suite(BaseModel):
    """A suite as its file has it, with where that is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"[a-z0-9][a-z0-9-]*")
    about: str
    data: tuple[str, ...] = Field(min_length=1)
    writer: Literal["none", "phrasebook", "model"] = "none"
    judge: bool = False
    seed: int = 0
    scorers: tuple[str, ...] = ()
    gates: dict[str, Gate] = {}
    margins: dict[str, float] = {}
    """By how much a figure may get worse before `compare` calls it a regression, where that is not nought."""
    folder: Path = Field(default=Path(), exclude=True)

    @property
    def files(self) -> tuple[Path, ...]:
        """The data files, found from the suite's own folder."""
        return tuple((self.folder / name).resolve() for name in self.data)

    @property
    def hash(self) -> str:
        """The hash of the suite and of all of its data: the same for the same, wherever it lies."""
        return digest(canonical(self.model_dump(mode="json")), *(_content(path) for path in self.files))


def _content(path: Path) -> str:
    try:
        return digest(path.read_bytes().hex())
    except OSError as fault:
        raise EvalDataError(str(path), [Problem("", f"can't be read: {fault.strerror}; a suite names it")]) from None


def known_suites() -> list[str]:
    """The names of the suites that come along."""
    return [path.rpartition("/")[2].removesuffix(".toml") for path in list_files(FOLDER, ".toml")]


def load_suite(name: str) -> Suite:
    """A suite that comes along, by its name, or anybody's, by its file. Raises EvalDataError."""
    if name in known_suites():
        path = Path(str(content_root().joinpath(*FOLDER.split("/")))) / f"{name}.toml"
        text = read_text(f"{FOLDER}/{name}.toml")
    else:
        path = Path(name)
        if path.suffix != ".toml":
            there = ", ".join(known_suites())
            raise EvalDataError(name, [Problem("", f"is no suite; there are {there}, or name a .toml file")])
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as fault:
            raise EvalDataError(name, [Problem("", f"can't be read: {fault}")]) from None
    try:
        suite = Suite.model_validate({**parse_toml(text, str(path)), "folder": path.parent})
    except ContentError as fault:
        raise EvalDataError(str(path), [Problem(f"line {fault.line}" if fault.line else "", fault.what)]) from None
    except ValidationError as fault:
        raise EvalDataError(str(path), [_problem(error, "") for error in fault.errors()]) from None
    if missing := [file for file in suite.files if not file.is_file()]:
        raise EvalDataError(str(path), [Problem("data", f"{file} is not there") for file in missing])
    return suite


def samples(suite: Suite) -> Iterator[Record]:
    """The samples of a suite, in the order of its files. Raises EvalDataError with the file and line of a wrong one."""
    seen: dict[str, str] = {}
    for path in suite.files:
        for number, sample in read_samples(path):
            if sample.id in seen:
                raise EvalDataError(
                    str(path), [Problem(f"line {number}", f"id {sample.id!r} is taken by {seen[sample.id]}")]
                )
            seen[sample.id] = f"{path.name}, line {number}"
            yield sample
    if not seen:
        raise EvalDataError(suite.name, [Problem("data", "holds no sample")])


def read_samples(path: Path) -> Iterator[tuple[int, Record]]:
    """The samples of one data file: JSON Lines, also gzipped or zstandard, or Parquet. Keys beyond ours are let be."""
    for number, data in _rows(path):
        known = {name: value for name, value in data.items() if name in Record.model_fields}
        try:
            yield number, Record.model_validate(known)
        except ValidationError as fault:
            problems = [_problem(error, f"line {number}: ") for error in fault.errors()]
            raise EvalDataError(str(path), problems) from None


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    if path.suffix == ".parquet":
        yield from read_parquet(path)
        return
    for number, line in read_lines(path):
        try:
            data = json.loads(line)
        except (ValueError, RecursionError) as fault:
            raise EvalDataError(str(path), [Problem(f"line {number}", f"is not valid JSON: {fault}")]) from None
        if not isinstance(data, dict):
            raise EvalDataError(str(path), [Problem(f"line {number}", "is no object")])
        yield number, data


def _problem(error: Any, where: str) -> Problem:
    place = ".".join(str(step) for step in error["loc"])
    return Problem(f"{where}{place}", error["msg"])
