"""Which of several acceptable messages comes first."""

from __future__ import annotations

from collections.abc import Sequence

from drafter.conversation import PHRASEBOOK
from drafter.message import Result
from drafter.phrasebook import COMFORT


def best_first(results: Sequence[Result]) -> Result:
    """The best of several results, with the others behind it; of two with one text, the first is kept.

    A model's own words come before the phrasebook's, then what has no warnings, has a length that reads well on its
    channel, and needed the fewest attempts. Every result is acceptable; the order is only about which to read first.
    """
    ranked = sorted(results, key=_rank)
    different = {result.message: result for result in reversed(ranked)}
    best, *others = (result for result in ranked if different[result.message] is result)
    return best.model_copy(update={"others": tuple(others)}) if others else best


def _rank(result: Result) -> tuple[bool, int, int, int]:
    least, most = COMFORT[result.advice.channel]
    words = result.report.words
    off = max(least - words, words - most, 0)
    return result.source == PHRASEBOOK, len(result.report.findings), off, len(result.attempts)
