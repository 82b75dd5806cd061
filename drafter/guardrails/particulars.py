"""Kinds for particulars: what is told of the readers or of the sender's life so closely that the request must give it.

A letter that withdraws says few things, and all of them in general words. So what else it tells must stand in the
request, and it need neither hold a name or a number to be made up, nor share a word with a secret to give it away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from drafter.disclosure import telling_words
from drafter.guardrails.asked import of_request
from drafter.guardrails.grounding import Span, listed, singular, true_words
from drafter.guardrails.kinds import Case, Hit, Rule, kind
from drafter.guardrails.marks import telling
from drafter.guardrails.reading import Sentence
from drafter.guardrails.tagged import done, heard, leans, sayable, spoken
from drafter.request import Request, Share


@kind("things")
def things(rule: Rule, case: Case) -> Iterator[Hit]:
    """A thing of theirs that the request does not give: what is `praised`, the `things` that one could check, and what
    is `placed` so closely that somebody must have seen it.
    """
    known = true_words(case.request)
    before = ""
    for sentence in case.body.sentences:
        if sentence.place in {"salutation", "sign_off"}:
            continue
        for find in () if _retells(sentence, case.request) else (_checkable, _praised, _placed):
            for start, end in find(rule, sentence, before, known):
                yield Hit(case.body, sentence.start + start, sentence.start + end)
        before = sentence.masked


def _retells(sentence: Sentence, request: Request) -> bool:
    """Whether a sentence says what may be said, but for a word: "lending me the samples" that "they lent me"."""
    words, given = telling(sentence.wording), _given(request)
    return len(words & given) > 1 and len(words - given) <= 1


def _checkable(rule: Rule, sentence: Sentence, before: str, known: frozenset[str]) -> Iterator[Span]:
    """A thing is given when the words that name it are: the little words around it say nothing.

    `before` is what the sentence before this one says.
    """
    little = listed(rule.parameters["little"])
    for found in sentence.wording.finditer(rule.wanted("things")):
        told = [singular(word) for word in re.findall(r"[a-z]{4,}", found[0]) if word not in little]
        if not told:  # "showed me round" is given where this sentence or the last speaks of what is given
            words = re.findall(r"[a-z]{3,}", f"{before} {sentence.masked}")
            told = [word for word in map(singular, words) if word in known][:1]
        if not told or not all(word in known for word in told):
            yield found.start(), found.end()


_ADJECTIVE = re.compile(r"[a-z-]{3,}(?:ful|ous)")
"""An ending that no thing has."""


def _praised(rule: Rule, sentence: Sentence, _: str, known: frozenset[str]) -> Iterator[Span]:
    """What is praised is general ("the team", "your openness") or given; a single word that is neither is specific,
    but for an adjective before another word.
    """
    general = listed(rule.parameters["general"])
    for found in sentence.wording.finditer(rule.wanted("praised")):
        words = re.findall(r"[a-z]{3,}", found["object"])
        words = [word for word in words[:-1] if not _ADJECTIVE.fullmatch(word)] + words[-1:]
        if not all(word in general or singular(word) in known for word in words):
            yield found.span("object")


def _placed(rule: Rule, sentence: Sentence, _: str, known: frozenset[str]) -> Iterator[Span]:
    """A thing told with its place; given where one of its words is, or is a general one."""
    general = listed(rule.parameters["general"])
    for found in sentence.wording.finditer(rule.wanted("placed")):
        words = re.findall(r"[a-z]{3,}", found["thing"])
        if not any(word in general or singular(word) in known for word in words):
            yield found.span()


@kind("particular", tagged=True)
def particular(rule: Rule, case: Case) -> Iterator[Hit]:
    """Sentences that do `head`, as the tagger has it, and have no telling word of what the request lets be said; with
    `hiding`, only for a request that has something to hide, or only for one that has not. Where it has, those that do
    `unless_hiding` are another rule's. `side` and `other_side` as in `tagged`.
    """
    hides = _hides(case.request)
    if rule.parameters.get("hiding", hides) is not hides:
        return
    head, other = rule.parameters["head"], rule.parameters.get("unless_hiding") if hides else None
    for reading, one in spoken(case):
        if other and done(other, one, case):
            continue
        if done(head, one, case) and leans(rule, one, case) and not _is_given(one, case.request):
            yield heard(rule, reading, one, case)


@of_request
def _hides(request: Request) -> bool:
    """Whether a request has facts that the draft must not tell: private ones, or a reason that is not for telling."""
    reason = request.reason
    return bool(request.private) or reason.share is Share.NOTHING or bool(reason.detail and not reason.shared_detail)


def _is_given(sentence: Sentence, request: Request) -> bool:
    """Whether a sentence has a telling word of what may be said, or two of the names, which are often plain words."""
    words = telling(sentence.wording)
    return not words.isdisjoint(_given(request)) or len(words & _named(request)) > 1


@of_request
def _given(request: Request) -> frozenset[str]:
    """The telling words of what may be said, and of the date of the interview."""
    moment = request.next_interview
    return sayable(request) | telling_words(f"{moment:%A %B %d %Y}" if moment else "")


@of_request
def _named(request: Request) -> frozenset[str]:
    """The telling words of the names."""
    return telling_words(" ".join((request.company, request.role, request.recipient or "", request.sender)))
