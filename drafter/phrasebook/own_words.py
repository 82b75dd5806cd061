"""What the person says of the reason, or lets be mentioned, as a clause that a sentence can be built on."""

from __future__ import annotations

import re

_FINITE = (
    r"(?:is|are|was|were|has|have|had|will|would|can|could|do|does|did|stays?|ends?|needs?|wants?|starts?|begins?|"
    r"lives?|works?|gave|created|got|offered|asked|made|moved|came|became|requires?|takes?|runs?|falls?|clash\w*|remains?)"
)
_CLAUSE = re.compile(
    rf"(?:i|i['’]m|i['’]ve|i['’]ll|i['’]d|we|we['’]re|we['’]ve|we['’]ll|"
    rf"(?:my|the|an?|our) (?:\S+ ){{1,8}}?{_FINITE}|there {_FINITE}|it {_FINITE})(?![\w'’])",
    re.IGNORECASE,
)
_OFFER = re.compile(
    r"(?:I|we) (?:can|could|(?:would|am|are) (?:\w+ )?(?:be )?(?:happy|glad|pleased|willing))\b|I['’]d be "
)


def as_clause(words: str | None) -> str | None:
    """The words as a clause without its stop, small at the beginning; None where they are not plainly one."""
    text = (words or "").strip().rstrip(".!;, ")
    if not _CLAUSE.match(text) or re.search(r"[\n:;?]", text):
        return None
    keeps_case = re.match(r"I\b", text)
    return text if keeps_case else text[:1].lower() + text[1:]


def is_offer(clause: str) -> bool:
    """Whether a clause offers something: "I can introduce a former colleague"."""
    return _OFFER.match(clause) is not None


def joins_badly(clause: str) -> bool:
    """Whether a clause is too long or too loose to stand after "as" or "that"."""
    return ", " in clause or re.search(r"[.!]\s", clause) is not None or len(clause.split()) > 20


def is_two(clause: str) -> bool:
    """Whether it is two sentences, so that nothing may be joined to either."""
    return re.search(r"[.!]\s", clause) is not None
