"""What came back after the message was sent: which of the usual things it asks for, by the words that it uses."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache

from drafter.content import read_toml

MOST = 20_000
"""Characters of an incoming message that are looked at; what follows is old mail that is quoted, as a rule."""

_QUOTED = re.compile(
    r"^(?:>.*|-{3,} ?original message.*|on [^\n]{5,80} wrote:)$.*", re.IGNORECASE | re.MULTILINE | re.DOTALL
)


class Situation(StrEnum):
    """What they want: the reason, a stay on better terms, another interview, later contact, nothing, or what is in no
    list.
    """

    WHY = "why"
    BETTER_TERMS = "better_terms"
    ANOTHER_DATE = "another_date"
    STAY_IN_TOUCH = "stay_in_touch"
    NOTED = "noted"
    OTHER = "other"


def situation(incoming: str, language: str) -> Situation:
    """What an incoming message is about; where it asks for several things, the one that is hardest to pass over."""
    text = latest(incoming).lower().replace("’", "'")
    unlisted = Situation.OTHER if "?" in text else Situation.NOTED
    return next((named for named, known in _situations(language) if known.search(text)), unlisted)


def latest(incoming: str) -> str:
    """What they wrote, without the earlier mail that is quoted below it."""
    text = incoming[:MOST].replace("\r\n", "\n").strip()
    return _QUOTED.sub("", text, count=1).strip() or text


@cache
def _situations(language: str) -> tuple[tuple[Situation, re.Pattern[str]], ...]:
    listed = read_toml(f"prompts/{language}/situations.toml")["situations"]
    return tuple((Situation(entry["name"]), re.compile("|".join(entry["patterns"]))) for entry in listed)
