"""Surgical revising: only open lines change, whatever a model answers."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from drafter.letter import Letter, Paragraph, Sentence, compose
from drafter.message import Progress
from drafter.names import Names
from drafter.request import Channel, Request
from drafter.revision import Revision, lines, places, progress, revised

NAMES = Names.of(Request(sender="Ana Ruiz", company="Larkfield", role="Copy Editor", recipient="Tom Hale"))
WORDS = st.text("abc xyz", min_size=1, max_size=12).filter(lambda text: text.strip() == text and text)
LETTERS = st.builds(
    Letter,
    subject=st.none() | WORDS,
    greeting=WORDS.map(lambda text: f"Dear {text},"),
    paragraphs=st.lists(
        st.builds(
            Paragraph,
            sentences=st.lists(
                st.builds(Sentence, text=WORDS.map(lambda text: f"I {text}."), fact=st.just(0)), min_size=1
            ).map(tuple),
        ),
        max_size=4,
    ).map(tuple),
    sign_off=WORDS.map(lambda text: f"Best {text},"),
)
LABELS = st.sampled_from(["subject", "greeting", "sign_off", "0", "1", "2", "3", "99", "", "x"])
CHANGES: st.SearchStrategy[Any] = st.lists(
    st.fixed_dictionaries({"line": LABELS, "added": st.booleans(), "text": WORDS | st.just(""), "fact": st.just(0)})
).map(lambda changes: Revision.model_validate({"changes": changes}))


@given(LETTERS, CHANGES, st.sets(LABELS))
def test_a_line_that_is_not_open_stays_word_for_word(letter: Letter, revision: Revision, opened: set[str]) -> None:
    """Every line that is not open is in the new letter, unchanged and in its order; nothing is added."""
    made = revised(letter, revision, opened)
    kept = [text for label, text in lines(letter).items() if label not in opened]
    now = lines(made.letter)
    closed = [text for label, text in now.items() if made.origins.get(label) not in opened]
    assert closed == kept
    assert len(now) <= len(lines(letter))


@given(LETTERS, CHANGES)
def test_nothing_changes_where_nothing_is_open(letter: Letter, revision: Revision) -> None:
    """A letter without open lines comes back as it was."""
    assert lines(revised(letter, revision, ()).letter) == lines(letter)


@given(LETTERS)
def test_every_line_is_found_in_its_draft(letter: Letter) -> None:
    """Where a line is said to stand in the draft, it stands; lines follow one another."""
    draft = compose(letter, NAMES, Channel.EMAIL)
    where = places(letter, draft, NAMES)
    spans = [span for label, span in where.items() if label != "subject"]
    assert [draft.body[span.start : span.end] for span in spans] == [
        NAMES.fill(text) for label, text in lines(letter).items() if label != "subject"
    ]
    assert spans == sorted(spans, key=lambda span: span.start)


def test_progress_tells_fixed_persisting_and_introduced() -> None:
    """A finding is known by its rule and its line."""
    before = [("a", "1"), ("b", "2"), ("c", None)]
    after = [("a", "1"), ("a", "2"), ("d", "3")]
    assert progress(before, after) == Progress(fixed=("b", "c"), persisting=("a",), introduced=("a", "d"))
