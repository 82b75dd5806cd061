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

UNIT = 1_024
"""What a weight of 1 is written as."""

Told = Mapping[str, int]


class Context(NamedTuple):
    """The second model of one head: a weight for each number of a `view`, in units."""

    bias: int
    weights: Sequence[int]

    def own(self, told: Iterable[int]) -> int:
        """What the sentence's own scores come to, in parts of a unit."""
        total: int = sum(map(mul, self.weights[:-BESIDE], told), self.bias)
        return total

    def score(self, own: int, beside: Sequence[int]) -> int:
        """How much speaks for the head, in thirty-seconds of a logit: its `own` scores and those `beside` it."""
        total: int = sum(map(mul, self.weights[-BESIDE:], beside), own)
        return total // UNIT

    def raised(self, place: int, more: int) -> int:
        """What it adds to the score if the sentence's own score of the head at a place is higher by so much."""
        return self.weights[place] * more // UNIT


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
