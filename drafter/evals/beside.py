"""The modules that lie beside a suite: each suite has its own, whatever they are called, and the newest of each."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout, suppress
from importlib.util import module_from_spec, spec_from_file_location
from itertools import takewhile
from pathlib import Path
from threading import RLock
from types import ModuleType

from drafter.evals.records import digest

_LOCK = RLock()
"""What is imported is the whole process's: a worker may have several threads, and suites."""


class Beside:
    """A suite's folder, as its scorers see it while they run.

    What is imported from there is theirs alone, since another suite may have a file that is called alike.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._modules: dict[str, ModuleType] = {}
        self._files: dict[Path, str] = {}

    def module(self, name: str) -> ModuleType:
        """A module of the folder, or else one that Python can import. Raises what the module does."""
        file = self._folder / f"{name}.py"
        with self.open(), _no_bytecode():  # which goes by the second, and an edit may be sooner
            importlib.invalidate_caches()
            if "." in name or not file.is_file():
                return importlib.import_module(name)
            own = f"{name}_{digest(str(self._folder))}"  # not its own name, which may be that of one of Python's
            if own in sys.modules:
                return sys.modules[own]
            return _loaded(own, file)

    @property
    def files(self) -> dict[Path, str]:
        """The files that were loaded, each with the hash of what it held."""
        return dict(self._files)

    @property
    def is_edited(self) -> bool:
        """Whether a file that was loaded is another by now."""
        return bool(edited(self._files))

    @contextmanager
    def open(self) -> Iterator[None]:
        """The folder comes first where modules are looked for, and what is printed is a note, no result."""
        place = str(self._folder)
        with _LOCK, redirect_stdout(sys.stderr):
            others = {name: sys.modules[name] for name in self._modules if name in sys.modules}
            sys.modules.update(self._modules)
            last = next(reversed(sys.modules))
            sys.path.insert(0, place)
            try:
                yield
            finally:
                self._keep(list(takewhile(lambda name: name != last, reversed(sys.modules))))
                for name in self._modules:
                    sys.modules.pop(name, None)
                sys.modules.update(others)
                with suppress(ValueError):  # whoever ran may have changed it, too
                    sys.path.remove(place)

    def _keep(self, fresh: Iterable[str]) -> None:
        """Of the modules that were imported, those of the folder."""
        known = {name: module for name in fresh if (module := sys.modules.get(name)) is not None}
        tops = {name for name, module in known.items() if "." not in name and self._folder == _home(module)}
        for name, module in known.items():
            if name.partition(".")[0] in tops:
                self._modules[name] = module
                if file := getattr(module, "__file__", None):
                    self._files[Path(file)] = _hash(Path(file))


def edited(files: Mapping[Path, str]) -> list[Path]:
    """Which of some files are not any more what their hashes say."""
    return [file for file, held in files.items() if _hash(file) != held]


_OPENED: dict[Path, Beside] = {}


def of(folder: Path) -> Beside:
    """What lies in a folder; anew where a file of it that was loaded has been edited."""
    held = _OPENED.get(folder)
    if held is None or held.is_edited:
        held = _OPENED[folder] = Beside(folder)
    return held


def loaded(folder: Path) -> dict[Path, str]:
    """The files of a folder that were loaded last, each with the hash of what it held then."""
    return _OPENED[folder].files if folder in _OPENED else {}


def _loaded(name: str, file: Path) -> ModuleType:
    spec = spec_from_file_location(name, file)
    assert spec is not None  # noqa: S101 -- it ends in .py
    assert spec.loader is not None  # noqa: S101 -- as above
    made = sys.modules[name] = module_from_spec(spec)
    try:
        spec.loader.exec_module(made)
    except BaseException:
        del sys.modules[name]
        raise
    return made


def _home(module: ModuleType) -> Path | None:
    """The folder that a module, or a package, lies in."""
    if path := list(getattr(module, "__path__", ())):
        return Path(path[0]).parent
    file = getattr(module, "__file__", None)
    return Path(file).parent if file else None


def _hash(file: Path) -> str:
    with suppress(OSError):
        return digest(file.read_bytes().hex())
    return ""


@contextmanager
def _no_bytecode() -> Iterator[None]:
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = before
