"""The built-in writer: a brief becomes a letter with no model and no network.

Its words are data (prompts/<language>/phrasebook/*.toml). For a seed it makes a number of letters and takes the first
in which nothing clashes: no two moves with the same notable word, and a length that suits the channel. The same brief
and seed make the same letter.
"""

from __future__ import annotations

import re
from random import Random

from drafter.disclosure import Brief, FactKind
from drafter.errors import NoAcceptableDraft
from drafter.guide import WORD_LIMITS
from drafter.letter import Letter, compose
from drafter.names import Names
from drafter.phrasebook.book import kin, language_of, ordinary
from drafter.phrasebook.reply import write_reply
from drafter.phrasebook.writer import Outline, Writer
from drafter.request import Channel

__all__ = ["COMFORT", "write", "write_reply"]

TRIES = 150
"""Letters that are made for one seed at most, with shorter wordings from a third of them onwards."""

COMFORT = {
    Channel.EMAIL: (45, 100),
    Channel.LINKEDIN: (35, 80),
    Channel.TEXT: (25, 55),
    Channel.PHONE: (50, 110),
}
"""Words between which a message on each channel reads well."""

_NOTABLE = re.compile(r"[a-z']{4,}")


def write(brief: Brief, *, seed: int = 0, names: Names | None = None) -> Letter:
    """A letter for a brief. `names` are what the slots will hold, for counting words and for titles ending in "role".

    Raises NoAcceptableDraft where even the shortest wording is longer than `brief.limit`.
    """
    names = names or Names("Sender Name", "Company", "Role Title", "Recipient" if brief.named_recipient else None)
    # The seed meets the facts, so that two requests that differ give two messages; names have no part in it.
    random = Random("|".join((str(seed), brief.channel, brief.tone, *(fact.text for fact in brief.facts))))  # noqa: S311 -- variety, no secret
    best: tuple[int, Letter] | None = None
    for attempt in range(TRIES):
        outline = Writer(brief, names, random, room=(1.0, 0.6, 0.3)[attempt * 3 // TRIES]).outline()
        letter = outline.letter()
        words = _words(letter, names, brief.channel)
        if words > brief.limit:
            continue
        clashes = _clashes(outline, brief) + _misfit(words, brief)
        if best is None or clashes < best[0]:
            best = clashes, letter
        if clashes == 0:
            break
    return best[1] if best else _shortest(brief, names)


def _words(letter: Letter, names: Names, channel: Channel) -> int:
    return len(compose(letter, names, channel).body.split())


def _misfit(words: int, brief: Brief) -> int:
    """1 where a length does not suit the channel; shortness is no fault where the person asked for it."""
    least, most = COMFORT[brief.channel]
    asked_short = brief.limit < WORD_LIMITS[brief.channel]
    return int(words > most or (words < least and not asked_short))


def _shortest(brief: Brief, names: Names) -> Letter:
    """The shortest letter that keeps all it can; the reason, the cancelled interview and the praise go first."""
    words = 0
    for without in ((), ("praise",), ("praise", "cancel"), ("praise", "cancel", "reason")):
        letter = Writer(brief, names, None, without=frozenset(without)).outline().letter()
        words = _words(letter, names, brief.channel)
        if words <= brief.limit:
            return letter
    raise NoAcceptableDraft(
        f"the shortest message that says what it must has {words} words, and the limit is {brief.limit}; "
        f"raise max_words to {words} or more (at most {WORD_LIMITS[brief.channel]} suit this channel)"
    )


def _clashes(outline: Outline, brief: Brief) -> int:
    """How often two wordings say the same notable word or its kin, and how often three sentences on end begin with "I".

    The person's own words are no fault of the wording.
    """
    tag = language_of(brief)
    own = _notable(
        " ".join((*brief.words(FactKind.APPRECIATED), *brief.words(FactKind.MAY_MENTION), brief.detail or "")), tag
    )
    parts = [part for paragraph in outline.paragraphs for part in paragraph]
    texts = [piece for part in parts for piece in part.pieces]
    said = [_notable(text, tag) - own for text in (outline.greeting, *texts, outline.sign_off)]
    repeated = sum(len(words & set().union(*said[:place])) for place, words in enumerate(said))
    alike = sum(max(0, sum(not group.isdisjoint(_spoken(text)) for text in texts) - 1) for group in kin(tag))
    begins = "".join("I" if re.match(r"I\b", one.text) else "-" for part in parts for one in part.sentences)
    return repeated + alike + begins.count("III")


def _spoken(text: str) -> set[str]:
    return set(_NOTABLE.findall(re.sub(r"\{\w+\}", " ", text).lower()))


def _notable(text: str, language: str) -> set[str]:
    words = _spoken(text)
    return {re.sub(r"(?:ful|fully|ing|ed|es|s|e)$", "", word) for word in words - ordinary(language)}
