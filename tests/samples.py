"""A few samples, the suites and runs that they make, and the figures of these."""

from collections.abc import Callable
from pathlib import Path

from drafter.evals.produce import Job, produce
from drafter.evals.scoring import Scores, Scoring
from drafter.evals.suites import Suite

REQUEST = {
    "sender": "Ana Ruiz",
    "company": "Larkfield Press",
    "role": "Copy Editor",
    "recipient": "Tom Hale",
    "reason": {"kind": "other_offer"},
}
Make = Callable[..., Suite]
"""Makes a suite of so many requests; keywords replace its fields."""


def made_of(suite: Suite, path: Path) -> bytes:
    produce(Job(suite), path)
    return path.read_bytes()


def scores_of(suite: Suite, path: Path, jobs: int = 1) -> Scores:
    return Scoring(suite, path, jobs=jobs).scores()
