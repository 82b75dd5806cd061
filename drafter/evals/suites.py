"""Suites: what is tried, what is measured, and how good it has to be, as TOML.

A suite names its data (labelled drafts, or requests to write for), who writes, the scorers, and the gates. Those that
come along are in evals/suites/; a person's own is a file, whose paths are relative to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from drafter.content import content_root, list_files, parse_toml, read_text
from drafter.errors import ContentError, EvalDataError, Problem
from drafter.evals.planted import read_planted
from drafter.evals.reading import Told, read_samples
from drafter.evals.records import NAME, Record, Unread, canonical, digest

FOLDER = "evals/suites"


class Gate(BaseModel):
    """What a figure has to be: at least, at most, or both."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    least: float | None = None
    most: float | None = None

    @model_validator(mode="after")
    def _has_a_bound(self) -> Gate:
        if self.least is None and self.most is None:
            raise ValueError("a gate needs least, most or both")
        return self

    def holds(self, value: float) -> bool:
        """Whether a figure is within the gate."""
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


class Suite(BaseModel):
    """A suite as its file has it, with where that is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=NAME)
    about: str
    data: tuple[str, ...] = Field(min_length=1)
    writer: Literal["none", "phrasebook", "model", "recorded", "scripted"] = "none"
    """`none` takes the drafts of the data, `recorded` the answers of `recordings`, `scripted` those of a sample."""
    model: str | None = None
    """The name of the model that was recorded."""
    recordings: str | None = None
    judge: bool = False
    seed: int = 0
    scorers: tuple[str, ...] = ()
    gates: dict[str, Gate] = {}
    margins: dict[str, float] = {}
    """By how much a figure may get worse before `compare` calls it a regression, where that is not nought."""
    baseline: str | None = None
    """The scored run that a new one is compared with."""
    folder: Path = Field(default=Path(), exclude=True)

    @field_validator("data")
    @classmethod
    def _are_different(cls, data: tuple[str, ...]) -> tuple[str, ...]:
        if twice := [name for number, name in enumerate(data) if name in data[:number]]:
            raise ValueError(f"names {twice[0]} twice")
        return data

    @property
    def files(self) -> tuple[Path, ...]:
        """The data files, found from the suite's own folder."""
        return tuple((self.folder / name).resolve() for name in self.data)

    @property
    def exchanges(self) -> Path | None:
        """The folder of the recorded exchanges."""
        return None if self.recordings is None else (self.folder / self.recordings).resolve()

    @property
    def compared_with(self) -> Path | None:
        """The file of the baseline, which may not be there yet."""
        return None if self.baseline is None else (self.folder / self.baseline).resolve()

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


def samples(suite: Suite, told: Told | None = None) -> Iterator[Record]:
    """The samples of a suite, in the order of its files.

    `told` is told of each line that is no sample, and of each id that was there before; without it, that raises
    EvalDataError, as do a file that can't be read and data without a sample.
    """
    seen: dict[str, str] = {}
    unread: list[Unread] = []

    def tell(one: Unread) -> None:
        unread.append(one)
        if told is not None:
            told(one)

    for name, path in zip(suite.data, suite.files, strict=True):
        for sample in _of_file(path, name, tell if told is not None else None):
            if sample.id not in seen:
                seen[sample.id] = name
                yield sample
                continue
            wrong = Unread(unread=f"{name}, {sample.id}", what=f"id {sample.id!r} is taken by {seen[sample.id]}")
            if told is None:
                raise EvalDataError(wrong.unread, [Problem("", wrong.what)])
            tell(wrong)
    if not seen:
        problems = [Problem("", "holds no sample"), *(Problem(one.unread, one.what) for one in unread[:5])]
        raise EvalDataError(", ".join(str(path) for path in suite.files), problems)


def _of_file(path: Path, name: str, told: Told | None) -> Iterator[Record]:
    return (read_planted if path.suffix == ".tsv" else read_samples)(path, name, told)


def _problem(error: Any, where: str) -> Problem:
    place = ".".join(str(step) for step in error["loc"])
    return Problem(f"{where}{place}", error["msg"])
