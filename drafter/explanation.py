"""What each sentence of a message does, which fact of the request it rests on, and which principle it serves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from drafter.disclosure import Fact, FactKind, brief, telling_words
from drafter.guardrails.engine import case_of
from drafter.guardrails.reading import Reading, Sentence
from drafter.guide import PRINCIPLES
from drafter.message import Claim, Draft, Finding, Part, Report, Span
from drafter.names import Names
from drafter.request import Contracted, Request

MOVES = {
    "withdraw": ("says that you withdraw", 4),
    "thank": ("thanks them", 3),
    "open": ("leaves the door open", 9),
    "wish_well": ("wishes them well", 8),
    "apologise": ("apologises", 8),
    "close": ("says goodbye for good", 6),
    "no_contact": ("asks for no more contact", 6),
    "hedge": ("leaves it in doubt", 4),
}
"""The moves that a sentence can be seen to make, what is said of each, and the principle that it serves or touches."""

BY_FACT = {
    FactKind.DECISION: ("says that you withdraw", 4),
    FactKind.STAGE: ("recalls how far it got", 6),
    FactKind.INTERVIEW: ("calls the interview off", 1),
    FactKind.REASON: ("gives the reason", 5),
    FactKind.APPRECIATED: ("says what you valued", 3),
    FactKind.MAY_MENTION: ("tells what you wanted told", 6),
    FactKind.DOOR: ("leaves the door open", 9),
}
"""What a sentence does that rests on a fact, whatever its words."""

GREETS, SIGNS, IN_FORM = ("greets", 8), ("signs off", 8), ("leads over", 10)
OPEN = ("says something of its own", 6)
"""What a sentence does that neither rests on a fact nor makes a move, where nobody vouches that it is a courtesy."""
_MADE_BY_FACT = {"withdraw": FactKind.DECISION, "open": FactKind.DOOR}


class Explained(Contracted):
    """A sentence: where it stands, what it does, what it rests on, and which principles of the guide it serves.

    `rests_on` is the fact as the writer was told it, or null for a courtesy, which claims nothing. `sure` is true where
    the writer said so, and false where the words make it likely. `findings` are those with a place in the sentence.
    """

    span: Span
    text: str
    moves: tuple[str, ...]
    rests_on: str | None = None
    sure: bool = False
    principles: tuple[int, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether nothing says what the sentence rests on."""
        return OPEN[0] in self.moves

    @property
    def serves(self) -> str:
        """The principles in words."""
        return "; ".join(f"{number}. {PRINCIPLES[number - 1].title}" for number in self.principles)


def explain(
    draft: Draft, request: Request, report: Report, claims: Iterable[Claim] | None = None
) -> tuple[Explained, ...]:
    """Every sentence of a draft's body, in order, greeting and sign-off included.

    `claims` are those of a Result. Without them the words decide: a sentence is taken to rest on the fact that it has
    most words in common with.
    """
    names = Names.of(request)
    told = brief(request, names).facts
    facts = {fact.number: fact.model_copy(update={"text": names.fill(fact.text)}) for fact in told}
    reading = case_of(draft, request).body
    placed = None if claims is None else _placed(claims, draft.body)
    return tuple(_explained(one, reading, draft, report, facts, placed) for one in reading.sentences)


def _explained(
    one: Sentence,
    reading: Reading,
    draft: Draft,
    report: Report,
    facts: dict[int, Fact],
    placed: list[tuple[int, int, int | None]] | None,
) -> Explained:
    span = reading.span(one.start, one.end)
    if placed is None:
        fact = _likely(one, facts.values())
    else:
        numbers = [number for start, end, number in placed if start <= span.start and span.end <= end]
        fact = facts.get(numbers[0] or 0) if numbers else None
    done = tuple(dict.fromkeys(_done(one, fact, sure=placed is not None)))
    return Explained(
        span=span,
        text=" ".join(draft.body[span.start : span.end].split()),
        moves=tuple(said for said, _ in done),
        rests_on=fact.text if fact else None,
        sure=placed is not None,
        principles=tuple(sorted({number for _, number in done})),
        findings=tuple(found for found in report.findings if _touches(found, span)),
    )


def _placed(claims: Iterable[Claim], body: str) -> list[tuple[int, int, int | None]]:
    """Where each claim's sentence stands in the body, and the number of its fact."""
    found, after = [], 0
    for claim in claims:
        lowered = claim.text[:1].lower() + claim.text[1:]  # behind a greeting with a comma it has lost its capital
        start = next((at for text in (claim.text, lowered) if (at := body.find(text, after)) >= 0), -1)
        if start >= 0:
            after = start + len(claim.text)
            found.append((start, after, claim.fact))
    return found


def _likely(one: Sentence, facts: Iterable[Fact]) -> Fact | None:
    """The fact that a sentence rests on by its words, or by what it does; None for a courtesy."""
    if one.place != "body":
        return None
    words = telling_words(one.text)
    ranked = sorted(((len(words & telling_words(fact.text)), -fact.number, fact) for fact in facts), reverse=True)
    if ranked and ranked[0][0]:
        return ranked[0][2]
    kinds = {_MADE_BY_FACT[move] for move in one.moves if move in _MADE_BY_FACT}
    return next((fact for fact in facts if fact.kind in kinds), None)


def _done(one: Sentence, fact: Fact | None, *, sure: bool) -> Iterator[tuple[str, int]]:
    if one.place == "salutation":
        yield GREETS
    elif one.place == "sign_off":
        yield SIGNS
    else:
        if fact is not None:
            yield BY_FACT[fact.kind]
        yield from (MOVES[move] for move in MOVES if move in one.moves)
        if fact is None and not one.moves & MOVES.keys():
            yield IN_FORM if sure else OPEN


def _touches(found: Finding, span: Span) -> bool:
    place = found.span
    return place is not None and place.part is Part.BODY and place.start < span.end and span.start < place.end
