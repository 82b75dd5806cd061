"""What the person appreciated, told apart by its grammar."""

import pytest

from drafter.praise import phrase_of, woven


@pytest.mark.parametrize(
    ("entry", "form"),
    [
        ("the tour of the lab", ("np", "the tour of the lab")),
        ("Friendly panel.", ("np", "the friendly panel")),
        ("quick answers to every question", ("np", "the quick answers to every question")),
        ("your patience", ("np", "your patience")),
        ("their honesty", ("np", "your honesty")),
        ("Their honest account of the night shifts", ("np", "your honest account of the night shifts")),
        ("patience with my questions", ("np", "your patience with my questions")),
        ("honesty", ("np", "your honesty")),
        ("{recipient}'s kindness", ("np", "your kindness")),
        ("everyone's kindness", ("np", "everyone's kindness")),
        ("the way you listened", ("np", "the way you listened")),
        ("the fact that they were open", ("np", "the fact that you were open")),
        ("I loved the case study", ("np", "the case study")),
        ("Loved the case study!", ("np", "the case study")),
        ("Thank you so much for the warm welcome", ("np", "the warm welcome")),
        ("HR team support", ("np", "the HR team support")),
        ("team meeting on Monday", ("np", "the team meeting on Monday")),
        ("All the preparation you put in", ("np", "all the preparation you put in")),
        ("the time that Ana took for me", ("np", "the time that Ana took for me")),
        ("the {company} welcome", ("np", "the {company} welcome")),
        ("How clearly the work was explained", ("how", "how clearly the work was explained")),
        ("how openly they spoke", ("how", "how openly you spoke")),
        ("how the engineers explained their work", ("how", "how the engineers explained their work")),
        ("what you said about mentoring", ("how", "what you said about mentoring")),
        ("that they took their time", ("that", "that you took your time")),
        ("I appreciated that you were honest", ("that", "that you were honest")),
        ("meeting the team", ("gerund", "meeting the team")),
        ("Seeing the workshop", ("gerund", "seeing the workshop")),
        ("I enjoyed talking to everyone", ("gerund", "talking to everyone")),
        ("The team was so open", ("said", "The team was so open")),
        ("they answered every question", ("said", "You answered every question")),
        ("{recipient} was very kind", ("said", "You were very kind")),
        ("the interviewer explained things well", ("said", "The interviewer explained things well")),
        ("Everyone made me feel welcome", ("said", "Everyone made me feel welcome")),
        ("I learned a lot", ("said", "I learned a lot")),
    ],
)
def test_an_entry_takes_the_form_of_its_grammar(entry: str, form: tuple[str, str]) -> None:
    """Each form has wordings of its own, so that the sentence stays grammatical."""
    assert phrase_of(entry) == form


@pytest.mark.parametrize(
    "entry",
    [
        "so kind",
        "Interesting",
        "friendly and open",
        "easy to talk to",
        "to meet the team",
        "her patience",
        "he listened",
        "Welcoming",
        "the",
        "how nice",
        "I loved it",
        "nothing in particular",
        "tour; panel; lunch",
        "tour, but the lab was closed",
        "Nice people. Good coffee.",
        "see https://example.org/praise",
        "a very long entry " * 8,
        "(the panel)",
        "the tour that Ana gave was great",
        "Listening and honest answers",
        "singing",
        "...",
    ],
)
def test_what_fits_no_sentence_is_left_out(entry: str) -> None:
    """A sound message is better than a broken one."""
    assert phrase_of(entry) is None


@pytest.mark.parametrize(
    ("entries", "text", "source"),
    [
        (["the tour", "your honesty", "the lunch"], "the tour and your honesty", "the tour"),
        (["so kind", "your honesty"], "your honesty", "your honesty"),
        (["meeting the team", "your honesty"], "meeting the team", "meeting the team"),
        (["the tour", "meeting the team"], "the tour", "the tour"),
        (["the tour and the lunch", "your honesty"], "the tour and the lunch", "the tour and the lunch"),
    ],
)
def test_the_first_entry_that_fits_is_woven_in_and_a_second_noun_with_it(
    entries: list[str], text: str, source: str
) -> None:
    """The first entry matters most; two of one kind still make one sentence."""
    praise = woven(entries)
    assert praise is not None
    assert (praise.values[praise.move], praise.entry) == (text, source)


def test_nothing_appreciated_is_nothing_to_weave() -> None:
    """Then they are thanked for what happened at the stage."""
    assert woven([]) is None
