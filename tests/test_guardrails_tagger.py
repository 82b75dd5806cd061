"""The tagger: what it was trained on, what it says of a sentence, and what the rules make of that."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drafter import Draft, Request, check
from drafter.content import read_text
from drafter.guardrails.engine import case_of
from drafter.guardrails.pack import languages, needs_words
from drafter.guardrails.tagged import spoken
from drafter.guardrails.tagger import MOST_FEATURES, Tagger, bars, does, model_path, tagger, words
from drafter.guardrails.taught import HEADS, LABELS, WHOLE, digest, labelled, sources

REQUEST = Request(sender="Ana Ruiz", company="Larkfield Press", role="Copy Editor", recipient="Tom Hale")
VEILED = "The next candidate may get the reply that I am still waiting for."
TOPIC = "The little one has come early, and we are at the ward day and night."


def findings(sentence: str, request: Request = REQUEST) -> list[str]:
    """The rules that a letter breaks by this sentence."""
    body = (
        f"Dear Tom,\n\nI am withdrawing my application for Copy Editor at Larkfield Press. {sentence}\n\n"
        "Thank you for your time. I would be glad to stay in touch.\n\nBest wishes,\nAna Ruiz"
    )
    report = check(Draft(subject="Copy Editor", body=body), request)
    return [finding.rule for finding in report.findings if finding.evidence in sentence]


def done(sentence: str) -> set[str]:
    """What a sentence does, of what a message can't do without or must not do."""
    case = case_of(Draft(body=f"Dear Tom,\n\n{sentence}\n\nBest wishes,\nAna Ruiz"), REQUEST)
    moves = ("thank", "withdraw", "open", "hedge", "close", "promise")
    return {move for _, one in spoken(case) for move in moves if does(move, one, case.language)}


each_language = pytest.mark.parametrize("language", languages())


@each_language
def test_the_model_is_that_of_the_sentences(language: str) -> None:
    """The model was trained on the sentences as they stand beside it; after a change of them, run `make model`."""
    assert f'"sentences": "{digest(language)}"' in read_text(model_path(language))


@each_language
def test_every_sentence_is_labelled_and_stands_once(language: str) -> None:
    """Each line has known labels, and no sentence is there twice, but in messages, where it has the same ones."""
    lines = [(path, line) for path in sources(language) for line in read_text(path).splitlines() if line]
    split = [line.split("\t") for _, line in lines]
    assert all(len(parts) == 2 and parts[1].strip() for parts in split)
    assert {label for labels, _ in split for label in labels.split() if not label.startswith("?")} <= LABELS
    labels = {text: told for told, text in split}
    assert all(labels[text] == told for told, text in split)
    alone = [line.split("\t")[1] for path, line in lines if not path.endswith(f"/{WHOLE}.tsv")]
    assert len(set(alone)) == len(alone)


def test_a_line_with_an_unknown_label_is_pointed_at() -> None:
    """A label that is none names its file and line."""
    with pytest.raises(ValueError, match=r"tone\.tsv:7.*sourish"):
        labelled("sourish\tIt was fine.", "en", "tone.tsv:7")


@each_language
def test_the_model_is_small(language: str) -> None:
    """It weighs less than 5 MB."""
    assert len(read_text(model_path(language)).encode()) < 5_000_000


@each_language
def test_every_bar_is_one_of_a_head_that_there_is(language: str) -> None:
    """tags.toml names heads of the model alone; "r:" stands for all kinds of reason."""
    assert {bar.head for bar in bars(language).values()} <= {*HEADS, "r:"}


@pytest.mark.parametrize(
    ("sentence", "rules"),
    [
        (VEILED, {"positivity/disparagement", "positivity/negative-tone"}),
        (TOPIC, {"discretion/sensitive-topic", "honesty/false-reason"}),
        ("I enjoyed meeting the team.", set()),
        ("My plans have changed.", set()),
    ],
)
def test_it_flags_what_no_pattern_names(sentence: str, rules: set[str]) -> None:
    """A fault without a telling word is found; a friendly sentence is not."""
    found = set(findings(sentence))
    assert found <= rules
    assert bool(found) == bool(rules)


def test_it_says_what_weighs_most() -> None:
    """The finding names words of the sentence."""
    body = f"Dear Tom,\n\n{VEILED}\n\nBest wishes,\nAna Ruiz"
    (told,) = (f.message for f in check(Draft(subject=None, body=body), REQUEST).findings if f.evidence == VEILED)
    assert "What weighs most: " in told


def test_what_the_request_allows_is_no_hint() -> None:
    """A sentence that says what the sender may mention, and little else, brings up no topic."""
    allowed = REQUEST.model_copy(update={"may_mention": ("the little one has come early, we are at the ward",)})
    assert "discretion/sensitive-topic" not in findings("The little one has come early and we're at the ward.", allowed)
    assert "discretion/sensitive-topic" in findings("The little one has come early and we're at the ward.")


@pytest.mark.parametrize(
    ("sentence", "moves"),
    [
        ("I hope the road brings us back to one table some day.", {"open"}),
        ("I hope the next candidate is a delight.", set()),
        ("Put a line through my candidacy from today.", {"withdraw"}),
        ("I have accepted another offer.", set()),
        ("How big-hearted of you to see me so early, thank you.", {"thank"}),
        ("Thanks to my new timetable I am free at noon.", set()),
    ],
)
def test_moves_are_found_in_unusual_words(sentence: str, moves: set[str]) -> None:
    """A sentence makes a move in words of its own, and one that is only near it in words does not."""
    assert done(sentence) == moves


def test_doubt_keeps_a_withdrawal_from_counting() -> None:
    """A withdrawal is not clear where another sentence leaves it in doubt."""
    body = "Dear Tom,\n\nPut a line through my candidacy from today.{}\n\nBest wishes,\nAna Ruiz"
    rules = [
        {one.rule for one in check(Draft(subject=None, body=body.format(more)), REQUEST).errors}
        for more in ("", " Unless you could match the offer, that is; then I might well think again.")
    ]
    assert ["clarity/no-withdrawal" in found for found in rules] == [False, True]


def test_a_language_without_a_tagger_is_not_judged_by_one() -> None:
    """What the tagger decides counts as needing words: in a language without it, nothing passes by its silence."""
    assert {"positivity/no-thanks", "positivity/disparagement", "clarity/no-withdrawal"} <= needs_words()
    assert tagger("xx") is None


class TestScores:
    """The arithmetic: one addition a feature, whole numbers."""

    model = Tagger(("a", "b"), (-3, 5), {"x": "+QQ=", "y": "ZIE="})

    @given(st.text())
    def test_any_text_has_a_score(self, text: str) -> None:
        """No text breaks the model, and the order of its features does not matter."""
        known = tagger("en")
        assert known is not None
        told = words(text.lower())
        assert known.scores(told) == known.scores(told[::-1])

    @given(st.lists(st.sampled_from(["x", "y", "unknown"]), max_size=30))
    def test_scores_are_the_sums_of_the_weights(self, features: list[str]) -> None:
        """Packing all heads into one number changes no sum, whatever its sign."""
        expected = {
            head: bias + sum(self.model.weights(one)[place] for one in features if self.model.weights(one))
            for place, (head, bias) in enumerate(zip(self.model.heads, (-3, 5), strict=True))
        }
        assert self.model.scores(features) == expected

    def test_a_sentence_without_end_has_so_many_features_and_no_more(self) -> None:
        """What is longer than any sentence is cut, so that no sum runs over."""
        assert len(words(" ".join(f"word{chr(97 + n % 26)}{'x' * (n % 300)}" for n in range(9_000)))) <= MOST_FEATURES
