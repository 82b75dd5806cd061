"""`check` beside VADER and proselint, on the same drafts, in one process: what `make bench` prints.

Times of one machine mean little; the ratios are what to compare. VADER scores sentiment by a lexicon, proselint lints
style by patterns; both are read as yardsticks of what a pass over a short text costs in Python.
"""

import json
import random
import statistics
import time
from collections.abc import Callable, Sequence
from itertools import product

from proselint.checks import __register__
from proselint.registry import CheckRegistry
from proselint.tools import LintFile
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from drafter import Draft, Request, check, draft
from drafter.content import read_text
from drafter.request import ReasonKind, Share, Stage, Tone

DRAFTS = 500
ROUNDS = 3
SIZES = (1_000, 10_000, 100_000, 1_000_000)

LABELLED = ("written", "made", "voices", "fresh")
"""The files of labelled drafts, whose sentences and requests hardly ever come twice."""

Pair = tuple[Draft, Request]
MODEL_LETTER = """Dear Tom,

Thank you for the two conversations that we had about the Copy Editor position at Larkfield Press, and for the care with
which you and your colleagues answered every question I brought. I came away with a clear picture of the work, and I
liked how openly you spoke about the list and the people who make it.

I have thought about it at length, and I have decided to withdraw my application. I have accepted another offer, one
that is a little closer to what I hope to do in the coming years. It was not an easy choice, and I wanted you to hear it
from me at once.

I would be glad to stay in touch, and I wish you the right person for the post.

Kind regards,
Ana Ruiz"""


def drafts() -> list[Pair]:
    """Drafts of the phrasebook for requests of many kinds, always the same ones."""
    rows = list(product(Stage, ReasonKind, (Share.NOTHING, Share.GENERAL), Tone, (True, False), range(3)))
    random.Random(7).shuffle(rows)
    made = []
    for stage, kind, share, tone, door, seed in rows[:DRAFTS]:
        request = Request.model_validate(
            {
                "sender": "Ana Ruiz", "company": "Larkfield Press", "role": "Copy Editor", "recipient": "Tom Hale",
                "stage": stage, "tone": tone, "keep_in_touch": door, "channel": "email",
                "reason": {"kind": kind, "share": share}, "appreciated": ["how openly you spoke about the list"],
            }
        )  # fmt: skip
        made.append((Draft.model_validate(draft(request, model="phrasebook", seed=seed).message.model_dump()), request))
    return made


def labelled() -> list[Pair]:
    """English drafts by many authors, each with a request of its own, so that nothing of them is known beforehand."""
    items = [json.loads(line) for name in LABELLED for line in read_text(f"evals/labelled/{name}.jsonl").splitlines()]
    pairs = [(Draft(**one["draft"]), Request.model_validate(one["request"])) for one in items]
    english = [(text, request) for text, request in pairs if request.primary_language == "en"]
    random.Random(7).shuffle(english)
    return english[:DRAFTS]


def medians(pairs: Sequence[Pair], runs: dict[str, Callable[[Pair], object]]) -> dict[str, float]:
    """The median time of each run over all pairs, in seconds, taken in turns so that all meet the same noise."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for round_ in range(ROUNDS + 1):
        for pair in pairs:
            for name, run in runs.items():
                start = time.perf_counter()
                run(pair)
                if round_:  # the first round warms up
                    times[name].append(time.perf_counter() - start)
    return {name: statistics.median(one) for name, one in times.items()}


def growth(request: Request) -> list[tuple[int, float]]:
    """Seconds that one `check` takes for drafts of growing length."""
    found = []
    for size in SIZES:
        body = (MODEL_LETTER + "\n\n") * (size // len(MODEL_LETTER) + 1)
        start = time.perf_counter()
        check(Draft(subject="Copy Editor", body=body[:size]), request)
        found.append((size, time.perf_counter() - start))
    return found


def main() -> None:
    """Prints the ratios."""
    vader = SentimentIntensityAnalyzer()
    CheckRegistry().register_many(__register__)
    pairs = drafts()
    request = pairs[0][1].model_copy(update={"reason": pairs[0][1].reason.model_copy(update={"kind": "other_offer"})})
    letter = (Draft(subject="Copy Editor", body=MODEL_LETTER), request)
    runs: dict[str, Callable[[Pair], object]] = {
        "check": lambda pair: check(*pair),
        "VADER": lambda pair: vader.polarity_scores(pair[0].body),
        "proselint": lambda pair: LintFile("draft", pair[0].body).lint(),
    }
    for title, sample in (
        (f"{len(pairs)} drafts of the phrasebook", pairs),
        (f"{DRAFTS} drafts by many authors, none met before", labelled()),
        (f"one of {len(MODEL_LETTER.split())} words", [letter] * 60),
    ):
        found = medians(sample, runs)
        print(f"{title}, warm, medians in ms:", ", ".join(f"{name} {took * 1e3:.3f}" for name, took in found.items()))
        print(f"  check / VADER {found['check'] / found['VADER']:.2f}")
        print(f"  check / proselint {found['check'] / found['proselint']:.3f}")
    print("growth: " + ", ".join(f"{size:,} characters {took:.2f} s" for size, took in growth(request)))


if __name__ == "__main__":
    main()
