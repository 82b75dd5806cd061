"""Kinds that go by what the tagger says of a sentence, and its say in what patterns find."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from drafter.disclosure import telling_words
from drafter.guardrails.asked import of_request
from drafter.guardrails.context import beside
from drafter.guardrails.kinds import KINDS, TAGGED, Case, Hit, Rule, allowed, kind
from drafter.guardrails.marks import telling
from drafter.guardrails.pack import language
from drafter.guardrails.plain import count_words, lower, normalise
from drafter.guardrails.reading import BLANK_LETTERS, Reading, Sentence, running
from drafter.guardrails.tagger import bars, does, features, own_in_context, scores, seems, tagger
from drafter.message import Occasion
from drafter.names import parted
from drafter.request import Request

FEWEST_WORDS = 3
"""A sentence of fewer words says too little to be judged by them."""

FEWEST_SENTENCES = 3
"""Fewer make no message that one of them could be judged by."""

_SPOKEN = frozenset({"body", "postscript"})


def sign(rule: Rule) -> str:
    """What a hit of a rule's patterns is for the tagger: one more feature of the sentence."""
    return f"s:{rule.id}:{rule.parameters['head']}"


def agreed(rule: Rule, hits: Iterable[Hit], case: Case) -> Iterator[Hit]:
    """The hits of the patterns of a rule with a `head` that count: those in sentences that the tagger agrees on.

    A language without a tagger goes by the patterns alone.
    """
    head = rule.parameters["head"]
    if tagger(case.language) is None:
        yield from hits
        return
    for hit in hits:
        around = [one for one in hit.reading.sentences if one.start <= hit.start < one.end] if hit.reading else []
        if not around or any(
            done(head, one, case, sign(rule)) and not _is_mentioned(rule, one, case) for one in around
        ):
            yield hit


def signs(case: Case, parts: Iterable[Rule]) -> Iterator[str]:
    """The signs that the patterns of rules leave on a text, whatever the request."""
    return (sign(rule) for rule in signing(parts) if next(KINDS[rule.kind](rule, case), None))


def signing(parts: Iterable[Rule]) -> Iterator[Rule]:
    """The rules whose patterns count only where the tagger agrees."""
    return (rule for rule in parts if "head" in rule.parameters and rule.kind not in TAGGED)


@kind("tagged", tagged=True)
def tagged(rule: Rule, case: Case) -> Iterator[Hit]:
    """Sentences that do `head`, as the tagger has it.

    With `side`, only where that head is done too, with `other_side`, where it is not; with `unless_given`, not where
    the request lets it be said, and with `unless_mentioned`, not what may be mentioned and does it too; with
    `unless_move`, not in a sentence that makes that move.
    """
    head, unless_given = rule.parameters["head"], rule.parameters.get("unless_given", False)
    harmless = rule.parameters.get("unless_move")
    for reading, one in spoken(case):
        if harmless in one.moves or _is_mentioned(rule, one, case):
            continue
        if not done(head, one, case) or not leans(rule, one, case) or (unless_given and is_given(one, case)):
            continue
        yield heard(rule, reading, one, case)


def heard(rule: Rule, reading: Reading, one: Sentence, case: Case) -> Hit:
    """A sentence that does the `head` of a rule, as a hit that says which of its words weigh most."""
    head = bars(case.language)[rule.parameters["head"]].head
    return Hit(reading, one.start, one.end, f"{rule.message}{why(head, one, case)}")


@kind("disguised", tagged=True)
def disguised(rule: Rule, case: Case) -> Iterator[Hit]:
    """Sentences that do `head` in what may be hidden in a text: in leet or spaced-out letters, or in an encoding."""
    head, tag = rule.parameters["head"], case.language
    for reading in case.readings:
        plain = {one.masked for one in reading.sentences}
        for text in reading.hidden:
            hidden = (one for one in running(text.masked, language(tag)) if one.text not in plain)
            if any(count_words(one.text) >= FEWEST_WORDS and does(head, one, tag) for one in hidden):
                yield Hit(reading, 0, len(reading.text))
                break


def spoken(case: Case) -> list[tuple[Reading, Sentence]]:
    """The sentences that say something, in subject and body: no greeting, no closing formula or signature, and a few
    words at least. Worked out once for a draft.
    """
    if "spoken" not in case.found:
        case.found["spoken"] = [
            (reading, one)
            for reading in case.readings
            for one in reading.sentences
            if (one.place in _SPOKEN or _is_remark(one, case)) and count_words(one.text) >= FEWEST_WORDS
        ]
    known: list[tuple[Reading, Sentence]] = case.found["spoken"]
    return known


def _is_remark(one: Sentence, case: Case) -> bool:
    """Whether a line at the end is neither a closing formula nor a signature: then it is one more thing said."""
    known = language(case.language)
    signed = not BLANK_LETTERS.isdisjoint(one.masked)
    return one.place == "sign_off" and not signed and not (known and known.sign_off.match(one.masked))


def done(name: str, one: Sentence, case: Case, *signs: str) -> bool:
    """Whether a sentence of a draft does something, as `does` has it; where the bar `name` is also one `within` a
    message, and the sentence is spoken in the body, going by the whole of it.
    """
    bar, known = bars(case.language)[name], tagger(case.language)
    context = known.context.get(bar.head) if known else None
    if known is None or context is None or bar.within is None or one not in (seen := _in_context(case)):
        return does(name, one, case.language, *signs)
    more = known.added(bar.head, signs) if signs else 0
    own = scores(one, case.language)[bar.head]
    if bar.sure is not None and own + more > bar.sure:
        return True
    score = seen[one][bar.head] + (context.raised(known.places[bar.head], own, more) if more else 0)
    return score > (bar.within_signed if signs else bar.within)


def _in_context(case: Case) -> Mapping[Sentence, Mapping[str, int]]:
    """The scores of the sentences of the body in its context, worked out once for a draft; none in a message that is
    too short to be one, or that answers another: the model was taught whole withdrawals.
    """
    if "context" not in case.found:
        body = [one for reading, one in spoken(case) if reading is case.body]
        if len(body) < FEWEST_SENTENCES or case.occasion is not Occasion.WITHDRAWAL:
            body = []
        around = beside([scores(one, case.language) for one in body])
        case.found["context"] = {
            one: _scores_in_context(one, numbers, case.language) for one, numbers in zip(body, around, strict=True)
        }
    known: Mapping[Sentence, Mapping[str, int]] = case.found["context"]
    return known


def _scores_in_context(one: Sentence, numbers: Sequence[int], language: str) -> dict[str, int]:
    known, own = tagger(language), own_in_context(one.wording, one.moves, language)
    return {head: context.score(own[head], numbers) for head, context in known.context.items()} if known else {}


def why(head: str, one: Sentence, case: Case) -> str:
    """Which words of a sentence weigh most for a head, as a sentence to append to a message."""
    known = tagger(case.language)
    if known is None:
        return ""
    heavy = ", ".join(f'"{word}"' for word in known.heaviest(head, features(one, case.language)))
    return f" What weighs most: {heavy}." if heavy else ""


def is_given(one: Sentence, case: Case) -> bool:
    """Whether a sentence says what the request lets be said: most of its telling words stand there, or it has most of
    those of something that may be mentioned.
    """
    words = telling(one.wording)
    if words and 2 * len(words & sayable(case.request)) >= len(words):
        return True
    return any(_repeats(words, entry) for entry in _mentions(case.request))


@of_request
def sayable(request: Request) -> frozenset[str]:
    """The telling words of what a request lets be said."""
    return telling_words(allowed(request))


def _repeats(words: frozenset[str], entry: frozenset[str]) -> bool:
    """Whether a sentence says what may be mentioned, and not much besides."""
    shared = len(words & entry)
    return shared >= max(2, len(entry) / 2) and len(words - entry) <= shared


def _is_mentioned(rule: Rule, one: Sentence, case: Case) -> bool:
    """Whether a sentence speaks of something that may be mentioned and itself does the `head` of the rule."""
    if not rule.parameters.get("unless_mentioned"):
        return False
    return not telling(one.wording).isdisjoint(_doing(case.request, rule.parameters["head"]))


@of_request
def _doing(request: Request, name: str) -> frozenset[str]:
    """The telling words of what may be mentioned and does what a bar is for."""
    tag = request.primary_language
    said = [one for entry in request.may_mention for one in running(parted(entry)[0], language(tag))]
    return frozenset[str]().union(*(telling(one.wording) for one in said if seems(name, one, tag)))


@of_request
def _mentions(request: Request) -> tuple[frozenset[str], ...]:
    """The telling words of each thing that may be mentioned."""
    return tuple(telling_words(lower(normalise(parted(entry)[0])[0])) for entry in request.may_mention)


def leans(rule: Rule, one: Sentence, case: Case) -> bool:
    """Whether a sentence does the `side` of a rule, and not its `other_side`, where it has them."""
    side: str | None = rule.parameters.get("side")
    other: str | None = rule.parameters.get("other_side")
    return (side is None or done(side, one, case)) and (other is None or not done(other, one, case))


@kind("missing", tagged=True)
def missing(rule: Rule, case: Case) -> Iterator[Hit]:
    """No sentence does `move`."""
    if not any(_makes(rule.parameters["move"], one, case) for one in case.body.sentences):
        yield Hit(None)


def _makes(move: str, one: Sentence, case: Case) -> bool:
    """Whether a sentence does what a message can't do without, by the bar `some_` that, where a language has one; a
    greeting or closing line, which says little, by its patterns alone. Where they say so, less has to speak for it.
    """
    if tagger(case.language) is None or one.place not in _SPOKEN:
        return move in one.moves
    name = f"some_{move}" if f"some_{move}" in bars(case.language) else move
    return done(name, one, case) or (move in one.moves and seems(name, one, case.language))


@kind("clear_move", tagged=True)
def clear_move(rule: Rule, case: Case) -> Iterator[Hit]:
    """No sentence does `move`, or one does `doubt`; a doubtful one is shown."""
    wanted, doubt = rule.parameters["move"], rule.parameters["doubt"]
    for reading, one in spoken(case):
        if done(doubt, one, case) and not is_given(one, case):
            yield Hit(reading, one.start, one.end)
            return
    if not any(_makes(wanted, one, case) for one in case.body.sentences):
        yield Hit(None)
