"""The scorers of a suite: those that come along, and a person's own, which are functions of an `Outcome`.

A person's own is named as "module:function". The module is a file in the suite's folder, or anything that Python can
import; the figure has the whole name, so that two modules may have functions of one name.
"""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable
from dataclasses import replace
from math import isfinite
from numbers import Real
from pathlib import Path
from traceback import extract_tb
from typing import Any

from drafter.errors import DrafterError, EvalDataError, Problem
from drafter.evals import beside
from drafter.evals.scorers import KNOWN, Outcome, Score, Scorer, Value
from drafter.evals.suites import Suite


def scorers_of(suite: Suite) -> list[Scorer]:
    """The scorers that a suite names, each once; for a person's own, its gates say which way is better.

    Raises EvalDataError for one that there is none of or that can't be imported, with the file and line at fault, and
    for a margin of a figure that gets neither better nor worse.
    """
    held = [scorer(name, suite.folder) for name in dict.fromkeys(suite.scorers)]
    held = [one if one.name in KNOWN else replace(one, more_is_better=_way(one.name, suite)) for one in held]
    if idle := [one.name for one in held if one.more_is_better is None and one.name in suite.margins]:
        what = "has no use: nothing says whether more or less of it is better"
        more = "; a gate does, by `least` or `most`"
        raise EvalDataError(
            suite.name, [Problem(f"margins.{name}", what + more * (name not in KNOWN)) for name in idle]
        )
    return held


def _way(name: str, suite: Suite) -> bool | None:
    """Whether more is better, by the gates of a figure and of its parts; None where they don't say, or don't agree."""
    gates = [gate for figure, gate in suite.gates.items() if figure == name or figure.startswith(f"{name}.")]
    least, most = (any(getattr(gate, bound) is not None for gate in gates) for bound in ("least", "most"))
    return least if least != most else None


def scorer(name: str, folder: Path) -> Scorer:
    """One scorer; a person's own is looked for in a folder first. Raises EvalDataError."""
    return KNOWN[name] if name in KNOWN else _own(name, folder.resolve())


def _own(name: str, folder: Path) -> Scorer:
    module, colon, function = name.partition(":")
    if not colon:
        there = ", ".join(KNOWN)
        raise EvalDataError(name, [Problem("scorers", f"is no scorer; there are {there}, or module:function")])
    room = beside.of(folder)
    try:
        found = getattr(room.module(module), function, None)
    except (Exception, SystemExit) as fault:  # whatever the module does when it is imported
        raise _wrong(name, folder, f"can't be imported: {_told(fault)}", fault) from fault
    if not callable(found):
        what = f"there is no function {function!r} in {module}" if found is None else f"{function!r} is no function"
        raise EvalDataError(name, [Problem("scorers", what)])
    return Scorer(name, _guarded(name, folder, room, found), None)


def _guarded(name: str, folder: Path, room: beside.Beside, function: Callable[[Outcome], Any]) -> Score:
    """A person's scorer, whose mistakes are told as theirs."""

    def score(one: Outcome) -> Value:
        try:
            with room.open():
                given = function(one)
        except DrafterError:
            raise
        except (Exception, SystemExit) as fault:  # sys.exit would end the whole with a code of the scorer's choice
            raise _wrong(name, folder, f"raised {_told(fault)} for sample {one.id!r}", fault) from fault
        try:
            return _value(given)
        except Exception:  # whatever a value does that is asked for its number
            what = f"gave {_named(given)} for sample {one.id!r}; a scorer gives True, False, a finite number or None"
            raise EvalDataError(name, [Problem("scorers", what)]) from None

    return score


def _value(given: Any) -> Value:
    """What a scorer gave, numbers of NumPy and the like among it. Raises any error for what is none."""
    plain = given.item() if hasattr(given, "item") else given
    if plain is None or isinstance(plain, bool):
        return plain
    if isinstance(plain, Real) and isfinite(plain):
        return float(plain)
    raise TypeError


def _named(given: Any) -> str:
    """A value that is no score, in short."""
    if isinstance(given, int):
        return "a number that is too large"
    return str(given) if isinstance(given, Real) else type(given).__name__


def _told(fault: BaseException) -> str:
    said = fault.msg if isinstance(fault, SyntaxError) else str(fault)
    return f"{type(fault).__name__}: {said}" if said else type(fault).__name__


def _wrong(name: str, folder: Path, what: str, fault: BaseException) -> EvalDataError:
    """What is wrong with a scorer, with the file and line: in the suite's folder, if it came by there."""
    if isinstance(fault, SyntaxError) and fault.filename:
        return EvalDataError(fault.filename, [Problem(f"line {fault.lineno}", f"scorer {name} {what}")])
    ours = {__file__, beside.__file__, contextlib.__file__, importlib.__file__}
    frames = [one for one in extract_tb(fault.__traceback__) if one.filename not in ours and "<" not in one.filename]
    near = [one for one in frames if Path(one.filename).is_relative_to(folder)]
    if not frames:
        searched = f"; looked for in {folder} and among what is installed" * isinstance(fault, ImportError)
        return EvalDataError(name, [Problem("scorers", what + searched)])
    place = near[-1] if near else frames[0]
    return EvalDataError(place.filename, [Problem(f"line {place.lineno}", f"scorer {name} {what}")])
