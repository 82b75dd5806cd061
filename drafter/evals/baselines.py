"""Scored runs: what the scorers said of each sample at the time, to be compared with what they say later."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from drafter.errors import EvalDataError, Problem
from drafter.evals.comparing import Comparison, compare
from drafter.evals.reading import read_header, read_scored, refuse_two_suites
from drafter.evals.records import Scored, Unread, line_of
from drafter.evals.runfile import behind, refuse_what_is_no_file
from drafter.evals.scoring import Scores, Scoring, scored_header
from drafter.evals.suites import Suite
from drafter.evals.sums import Sums

Told = Callable[[Sums], None]


def save_scored(scoring: Scoring, path: Path, told: Told | None = None) -> Scores:
    """The figures of a run, whose scored lines are saved: written beside first, then put in place.

    Raises EvalDataError for a place that they can't be saved in.
    """
    refuse_what_is_no_file(place := behind(path))
    if place.exists() and place.samefile(scoring.path):
        raise EvalDataError(str(path), [Problem("", "is the run itself, which stays as it is; name another file")])
    unfinished = place.with_name(f".{place.name}.part")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("w+b") as lines:
            lines.write(line_of(scored_header(read_header(scoring.path))).encode())
            scores = scoring.scores(told, lines)
        if not scoring.stopped:
            unfinished.replace(place)
    except OSError as fault:
        raise EvalDataError(str(path), [Problem("", f"can't be written: {fault.strerror or fault}")]) from None
    finally:
        with suppress(OSError):
            unfinished.unlink()
    return scores


def compared(suite: Suite, before: Path, after: Path, *, jobs: int | None = None, strict: bool = False) -> Comparison:
    """Two runs of one suite: scored ones as they were judged then, others as they are judged now.

    Lines that can't be read are told in the comparison, which then passes nothing; `strict` stops at the first. Raises
    EvalDataError where the runs are of different suites, and KeyboardInterrupt where Ctrl-C stops the judging.
    """
    refuse_two_suites(before, after)
    unread: tuple[list[Unread], list[Unread]] = ([], [])
    old, new = (
        list(_side(suite, path, jobs, None if strict else lines.append))
        for path, lines in zip((before, after), unread, strict=True)
    )
    return compare(suite, old, new, unread)


def _side(suite: Suite, path: Path, jobs: int | None, told: Callable[[Unread], None] | None) -> Iterator[Scored]:
    if read_header(path).judged is not None:
        yield from read_scored(path, told)
        return
    with TemporaryDirectory() as folder:
        save_scored(scoring := Scoring(suite, path, jobs=jobs), scored := Path(folder) / "scored.jsonl")
        if scoring.stopped:  # half a run is nothing to compare with
            raise KeyboardInterrupt
        yield from read_scored(scored, told)
