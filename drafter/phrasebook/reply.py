"""The built-in answer to what came back: thanks, the answer itself, and the door as the person wants it."""

from __future__ import annotations

from random import Random

from drafter.disclosure import Brief, FactKind
from drafter.incoming import Situation
from drafter.letter import Letter, Paragraph, Sentence
from drafter.names import Names
from drafter.phrasebook.own_words import as_clause, is_two
from drafter.phrasebook.writer import Writer, filled
from drafter.request import Channel


def write_reply(brief: Brief, meant: Situation, *, seed: int = 0, names: Names) -> Letter:
    """A letter that answers a message of the kind `meant`; the same brief, kind and seed make the same letter."""
    facts = (fact.text for fact in brief.facts)
    random = Random("|".join(("reply", str(seed), meant, brief.channel, brief.tone, *facts)))  # noqa: S311 -- variety, no secret
    writer = Writer(brief, names, random)
    door = (
        Sentence(text=writer.pick("door"), fact=brief.number(FactKind.DOOR) or 0)
        if brief.keep_in_touch
        else Sentence(text=writer.pick("wish"), fact=0)
    )
    said = [Sentence(text=text, fact=0) for text in writer.pick(f"reply_{meant}").replace(". It", ".\0It").split("\0")]
    answer = _answer(brief, meant, writer)
    return Letter(
        subject=writer.pick("reply_subject") if brief.channel is Channel.EMAIL else None,
        greeting=writer.pick("greeting_named" if brief.named_recipient else "greeting_unnamed"),
        paragraphs=(Paragraph(sentences=(*said, *answer)), Paragraph(sentences=(door,))),
        sign_off=writer.pick("sign_off"),
    )


def _answer(brief: Brief, meant: Situation, writer: Writer) -> tuple[Sentence, ...]:
    """What they are told; nothing where they want nothing, or only to stay in touch."""
    if meant in {Situation.STAY_IN_TOUCH, Situation.NOTED}:
        return ()
    if meant is not Situation.WHY:
        return (Sentence(text=writer.pick(f"answer_{meant}"), fact=brief.number(FactKind.DECISION) or 0),)
    number = brief.number(FactKind.REASON)
    detail = as_clause(brief.detail)
    reason = (None if detail is None or is_two(detail) else detail) or (
        writer.pick(brief.reason) if brief.reason else None
    )
    if reason is None or number is None:
        return (Sentence(text=writer.pick("answer_why_untold"), fact=0),)
    return (Sentence(text=filled(writer.pick("answer_why"), {"reason": reason}), fact=number),)
