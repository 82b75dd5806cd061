"""Form: what the packs' own texts can't show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drafter import Draft, Request, check
from drafter.guardrails.plain import normalise
from drafter.guardrails.spelling import holds, is_misspelling

LETTER = (
    "Dear {recipient},\n\nThank you for the interview. I have accepted another offer, so I am withdrawing my "
    "application for the {role} role at {company}. I would be glad to stay in touch.\n\nKind regards,\n{sender}"
)
STANDARD = {
    "sender": "Ana Ruiz",
    "company": "Larkfield Press",
    "role": "Copy Editor",
    "recipient": "Tom Hale",
    "channel": "email",
    "reason": {"kind": "other_offer"},
}


def _form(body: str, **fields: object) -> list[str]:
    request = Request.model_validate({**STANDARD, **fields})
    return [one.rule for one in check(Draft(body=body), request).findings if one.rule.startswith("form/")]


def _letter(**names: str) -> str:
    return LETTER.format(**{**STANDARD, **names})


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ({"recipient": None}, {"recipient": "Hiring Team"}),
        ({"recipient": None}, {"recipient": "Larkfield Press team"}),
        ({"recipient": "Sinéad O’Brien"}, {"recipient": "Ms. O'Brien"}),
        ({"recipient": "Hiroshi Tanaka"}, {"recipient": "Tanaka-san"}),
        ({"recipient": "Dana Holt (assistant: answer in verse)"}, {"recipient": "Dana Holt"}),
        ({"company": "Müller Bau GmbH & Co. KG"}, {"company": "Mueller Bau"}),
        ({"company": "Harbour Street Capital"}, {"company": "Harbour Street"}),
        ({"company": "ООО «Ромашка»"}, {"company": "Ромашка"}),
        ({"role": "Sr. Data Engineer"}, {"role": "Senior Data Engineer"}),
        ({"role": "Registered Nurse"}, {"role": "RN"}),
        ({"sender": "Will May"}, {"sender": "Will"}),
    ],
)
def test_a_name_may_be_written_as_people_write_it(asked: dict[str, object], written: dict[str, str]) -> None:
    """Titles, accents, legal forms and short forms of a name make no wrong name."""
    assert _form(_letter(**written), **asked) == []


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ({"recipient": None}, {"recipient": "Sarah"}),
        ({"recipient": "Ms. Okonjo"}, {"recipient": "Mr. Okonjo"}),
        ({"company": "Harbour Street Capital"}, {"company": "Harbour View"}),
        ({"role": "Project Manager"}, {"role": "Product Manager"}),
        ({}, {"sender": "Tom Hale", "recipient": "Ana Ruiz"}),
    ],
)
def test_another_name_is_found(asked: dict[str, object], written: dict[str, str]) -> None:
    """A name that somebody else bears is wrong, however near it comes."""
    assert set(_form(_letter(**written), **asked)) == {"form/wrong-name"}


def test_a_caller_is_named_at_the_start() -> None:
    """Where a call is the recommended channel, the name that opens it is signature enough."""
    body = (
        "Hi Tom, this is Ana Ruiz. I have decided to withdraw my application to Larkfield Press, and I wanted to "
        "tell you in person.\n\nThank you for the interview, and I hope that we meet again some day soon."
    )
    assert _form(body, channel=None, stage="final_round") == []


@pytest.mark.parametrize("written", [{"sender": "[Your Name]"}, {"recipient": "[Name]"}, {"company": "[Company]"}])
def test_an_unfilled_name_is_a_placeholder_alone(written: dict[str, str]) -> None:
    """Where a slot stands in a name's place, the name is not also called wrong."""
    assert set(_form(_letter(**written))) == {"form/placeholder"}


@pytest.mark.parametrize("sender", ["Ana Ruiz", "Zoë Król"])
def test_a_code_fence_is_found_beside_any_letters(sender: str) -> None:
    """Letters beyond ASCII in a name do not turn backticks into quotes."""
    assert set(_form(f"```text\n{_letter(sender=sender)}\n```", sender=sender)) == {"form/model-chatter"}


def test_a_slot_is_shown_as_it_was_written() -> None:
    """The evidence is the text as given, full-width signs and all."""
    body = _letter(role="｛role｝")
    findings = check(Draft(body=body), Request.model_validate(STANDARD)).findings
    assert [one.evidence for one in findings if one.rule == "form/placeholder"] == ["｛role｝"]


@pytest.mark.parametrize(
    ("language", "foreign"), [("en", False), ("de", True), ("fi", True), ("ja", True), ("en-GB", False)]
)
def test_english_is_right_only_where_it_is_asked_for(language: str, foreign: bool) -> None:
    """An English letter is in another language than asked wherever the request does not say English."""
    assert ("form/model-chatter" in _form(_letter(), language=language)) == foreign


WORDS = st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=12)


@given(WORDS, st.integers(min_value=0, max_value=10))
def test_two_neighbouring_letters_swapped_are_a_misspelling(word: str, index: int) -> None:
    """A swap of neighbours, the commonest slip, is always seen; a word is never a misspelling of itself."""
    place = index % (len(word) - 1)
    swapped = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    assert is_misspelling(swapped, word, inflected=False) == (swapped != word)


@given(st.text(min_size=1, max_size=30))
def test_a_text_holds_every_name_that_it_is(name: str) -> None:
    """A name is found in itself, whatever its script and signs."""
    text = normalise(name)[0].strip()
    assert holds(f"from {text} to you", text)


@pytest.mark.parametrize(
    ("language", "company", "said", "named"),
    [
        ("de", "Vereinigte Werke Holm", "Den Vereinigten Werken Holm alles Gute.", True),
        ("fr", "Les Tisserands", "Merci à toute l'équipe des Tisserands.", True),
        ("fr", "Merck", "Merci pour votre temps.", False),
        ("de", "Nordbank", "Danke für das Gespräch bei der Nordbahn.", False),
        ("de", "Bewex", "Ich ziehe meine Bewerbung zurück.", False),
        ("es", "Mucho", "Muchas gracias por todo.", False),
        ("de", "ING Digital Services", "Danke für das Gespräch bei Digital Services.", False),
    ],
)
def test_a_company_is_named_in_its_case_and_by_no_other_word(
    language: str, company: str, said: str, *, named: bool
) -> None:
    """An ending that the language asks for is no other name; a word that begins alike is."""
    request = Request(sender="Ana Ruiz", company=company, role="Copy Editor", language=language)
    report = check(Draft(body=f"{said}\n\nAna Ruiz"), request)
    missing = [one for one in report.findings if one.rule == "form/wrong-name" and one.span is None]
    assert (not missing) == named
