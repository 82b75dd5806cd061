"""Names of a package that are imported when they are first used, so that who needs one does not wait for all."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module


def latecomers(package: str, modules: Mapping[str, str]) -> Callable[[str], object]:
    """The `__getattr__` of a package, for names that each live in one of its modules (PEP 562).

    Raises AttributeError for a name that is none of them.
    """

    def imported(name: str) -> object:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found = getattr(import_module(f"{package}.{modules[name]}"), name)
        vars(sys.modules[package])[name] = found
        return found

    return imported
