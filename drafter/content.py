"""Finds and reads prompts/, guardrails/ and evals/: inside the wheel, or beside the source."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from drafter.errors import ContentError

PACKED = frozenset({".gz", ".zst", ".bz2", ".xz", ".zip", ".parquet"})
"""Names of archives, which nothing here writes: plain text under one would promise what is not there."""

_elsewhere: list[Path] = []


def content_root() -> Traversable:
    """Where prompts/, guardrails/ and evals/ live: inside the wheel, or beside the source."""
    if _elsewhere:
        return _elsewhere[-1]
    packaged = files("drafter") / "_content"
    return packaged if packaged.is_dir() else Path(__file__).parents[1]


@contextmanager
def folder_from(name: str, place: Path) -> Iterator[None]:
    """Has one of the content folders be another one for the time of the block.

    What has been read already stays as it was, so this is for the beginning of a command. Raises ContentError where
    there is no such folder.
    """
    if not place.is_dir():
        raise ContentError(str(place), "is no folder, so it can't stand in for another one")
    with TemporaryDirectory() as made:
        for other in ("prompts", "guardrails", "evals"):
            held = place.resolve() if other == name else Path(str(content_root())) / other
            (Path(made) / other).symlink_to(held, target_is_directory=True)
        _elsewhere.append(Path(made))
        try:
            yield
        finally:
            _elsewhere.pop()


def stand_in() -> Path | None:
    """What `folder_from` has stand in for the content root, to be handed to a process that is begun."""
    return _elsewhere[-1] if _elsewhere else None


def read_from(root: Path) -> None:
    """Has everything be read from another content root from here on; for worker processes."""
    _elsewhere.append(root)


@cache
def read_text(path: str) -> str:
    """The text of one content file, named from the content root ("prompts/system.md"), with plain line ends."""
    try:
        return content_root().joinpath(*path.split("/")).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise ContentError(path, f"can't be read: {fault}") from fault


@cache
def read_toml(path: str) -> dict[str, Any]:
    """One content file as TOML, the same object each time. Raises ContentError with line and column of the fault."""
    return parse_toml(read_text(path), path)


def parse_toml(text: str, path: str) -> dict[str, Any]:
    """TOML text as data; `path` is named in the ContentError where it is broken."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        place = re.search(r"line (\d+), column (\d+)", str(fault))
        line, column = (int(place[1]), int(place[2])) if place else (None, None)
        raise ContentError(path, f"is not valid TOML: {fault}", line=line, column=column) from fault


def list_folders(folder: str) -> Iterator[str]:
    """Names, in order, of the folders directly in a content folder."""
    place = content_root().joinpath(*folder.split("/"))
    yield from sorted(entry.name for entry in place.iterdir() if entry.is_dir())


def list_files(folder: str, suffix: str) -> Iterator[str]:
    """Paths, in order, of the content files directly in `folder` whose names end in `suffix`."""
    place = content_root().joinpath(*folder.split("/"))
    if not place.is_dir():
        return
    for name in sorted(entry.name for entry in place.iterdir()):
        if name.endswith(suffix):
            yield f"{folder}/{name}"
