"""Kinds for the tone of a draft: what is run down, and what is said too often."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from drafter.guardrails.kinds import Case, Hit, Rule, compiled, kind, sentences
from drafter.guardrails.phrases import Phrases


@kind("criticism")
def criticism(rule: Rule, case: Case) -> Iterator[Hit]:
    """A fault ascribed to a target: "the process was slow", "a slow process", "the slowness of the process".

    Parameters, lists of patterns: `targets` (what may not be run down), `links` (verbs between a target and its
    fault), `faults` (adjectives and phrases), `strong` (faults that count wherever they stand), `guards` (words
    that turn a fault round where they stand shortly before or between: "never dull"), `own` (what stands before a
    target that is the sender's own: "my slow reply"), `praise` (what turns a whole sentence round: "and I loved it").
    """
    grid = _grid(*(tuple(rule.parameters[name]) for name in ("targets", "links", "faults", "strong", "own")))
    guards = compiled(rule.parameters["guards"])
    praise = compiled(rule.parameters["praise"])
    for reading, sentence in sentences(rule, case):
        for found in () if sentence.wording.search(praise) else sentence.wording.finditer(grid):
            before = sentence.masked[max(0, found.start() - _REACH) : found.end()]
            if not guards.search(before):
                yield Hit(reading, sentence.start + found.start(), sentence.start + found.end())
                break


_REACH = 28
"""How many characters before a match a guard may stand: about four words."""


@lru_cache(maxsize=16)
def _grid(
    targets: Sequence[str], links: Sequence[str], faults: Sequence[str], strong: Sequence[str], own: Sequence[str]
) -> Phrases:
    target, link, fault, grave = (f"(?:{'|'.join(words)})" for words in (targets, links, faults, strong))
    not_own = "".join(rf"(?<!\b{word} )" for word in own)
    subject = rf"{not_own}\b{target}\b(?:'s)?"
    return compiled(
        [
            rf"{subject}(?:[\s,]+[\w'-]+){{0,5}}? {link}\b(?:[\s,]+[\w'-]+){{0,4}}?[\s,]+{fault}\b",
            rf"{not_own}\b{fault}(?:,? (?:and |but )?[\w-]+){{0,2}}? {target}\b",
            rf"\b{fault}(?: \w+){{0,2}} (?:of|in|at|by|from|with) (?:your|the|this|{{company}})(?: \w+)?(?:'s)? ?"
            rf"{target}?\b",
            rf"\b(?:found|find|thought|consider(?:ed)?|call(?:ed)?) (?!my|i\b)(?:[\w']+ ){{1,7}}?{fault}\b",
            rf"\b{grave}\b",
        ]
    )


@kind("too_often")
def too_often(rule: Rule, case: Case) -> Iterator[Hit]:
    """More than `most` matches of `patterns` in the body; the first that is too many is shown."""
    wanted = compiled(rule.parameters["patterns"])
    found = case.body.whole.finditer(wanted)
    most: int = rule.parameters["most"]
    if len(found) > most:
        yield Hit(case.body, found[most].start(), found[most].end())
