"""What a sentence does, going by the message that it stands in.

A letter that is cold is seldom so in one sentence alone, and one that is warm throughout jokes where a cold one sneers.
So a second small linear model, trained with the tagger's, weighs what the tagger says of the sentence, of its
neighbours and of the rest of the message. Its weights are whole numbers, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import mul
from typing import NamedTuple

AROUND = ("sour", "criticism", "hedge", "close")
"""What is asked of the sentences around one: faults alone, since a message that has to shut its door, or gives thanks
in one place only, is none the colder for it.
"""

BESIDE = 4 * len(AROUND) + 1
"""Numbers of what stands `beside` a sentence."""

ABSENT = -150
"""The score for everything of a sentence that isn't there, in thirty-seconds of a logit."""

DOUBT = -60
"""The score below which a head is hardly in question, in thirty-seconds of a logit."""

UNIT = 1_024
"""What a weight of 1 is written as."""

Told = Mapping[str, int]


class Context(NamedTuple):
    """The second model of one head: a weight for each number of a `view`, and one for how far it is beyond doubt, in
    units.
    """

    bias: int
    weights: Sequence[int]
    beyond: Sequence[int]

    def own(self, told: Sequence[int]) -> int:
        """What the sentence's own scores come to, in parts of a unit."""
        return self.bias + _sum(self.weights[:-BESIDE], told) + _sum(self.beyond[:-BESIDE], beyond(told))

    def score(self, own: int, beside: Sequence[int]) -> int:
        """How much speaks for the head, in thirty-seconds of a logit: its `own` scores and those `beside` it."""
        around = _sum(self.weights[-BESIDE:], beside) + _sum(self.beyond[-BESIDE:], beyond(beside))
        return (own + around) // UNIT

    def raised(self, place: int, score: int, more: int) -> int:
        """What it adds if the sentence's own score of the head at a place is higher by so much."""
        further = max(score + more - DOUBT, 0) - max(score - DOUBT, 0)
        return (self.weights[place] * more + self.beyond[place] * further) // UNIT


def beyond(numbers: Iterable[int]) -> list[int]:
    """How far each number is beyond doubt: what is surely not so can't be less so."""
    return [max(number - DOUBT, 0) for number in numbers]


def _sum(weights: Sequence[int], numbers: Iterable[int]) -> int:
    return sum(map(mul, weights, numbers))


def views(told: Sequence[Told]) -> list[list[int]]:
    """The sentences of a message as numbers: the scores of each, and those `beside` it."""
    return [[*one.values(), *numbers] for one, numbers in zip(told, beside(told), strict=True)]


def beside(told: Sequence[Told]) -> list[list[int]]:
    """What the tagger says of the others, for each sentence of a message.

    The scores in `AROUND` of the one before and of the one behind, then their mean and their highest over all others;
    where the sentence stands, in thirty-seconds of the message. How long the message is does not count: a friendly line
    more must not outweigh a fault.
    """
    around = [[one[head] for head in AROUND] for one in told]
    sums = [sum(column) for column in zip(*around, strict=True)]
    highest = [sorted(column)[-2:] for column in zip(*around, strict=True)]
    absent, others = [ABSENT] * len(AROUND), len(told) - 1
    return [
        [
            *(around[place - 1] if place else absent),
            *(around[place + 1] if place < others else absent),
            *([(sums[at] - own) // others for at, own in enumerate(around[place])] if others else absent),
            *(
                [top[0] if own == top[1] else top[1] for own, top in zip(around[place], highest, strict=True)]
                if others
                else absent
            ),
            32 * place // len(told),
        ]
        for place in range(len(told))
    ]
