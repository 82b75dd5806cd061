"""The names of a request are blanked out where they stand as whole words, letter for letter."""

import pytest

from drafter import Request
from drafter.guardrails.blanking import name_forms
from drafter.guardrails.plain import lower

REQUEST = Request(sender="Will Grün", company="Northwind GmbH", role="Data Engineer (m/f/d)", recipient="Mai 田中")


@pytest.mark.parametrize(
    ("text", "blanked"),
    [
        ("at Northwind, say", "at ᴄᴄᴄᴄᴄᴄᴄᴄᴄ, say"),
        ("the NORTHWIND people", "the ᴄᴄᴄᴄᴄᴄᴄᴄᴄ people"),
        ("Northwinds and Unnorthwind", "Northwinds and Unnorthwind"),
        ("as Data\nEngineer here", "as ʀʀʀʀʀʀʀʀʀʀʀʀʀ here"),
        ("Data and Engineer", "Data and Engineer"),
        ("Will will, if Will may", "ꜱꜱꜱꜱ will, if ꜱꜱꜱꜱ may"),
        ("Grün, grün, Grüne", "ꜱꜱꜱꜱ, grün, Grüne"),
        ("Will Grün wrote", "ꜱꜱꜱꜱꜱꜱꜱꜱꜱ wrote"),
        ("田中Northwind社", "ᴘᴘᴄᴄᴄᴄᴄᴄᴄᴄᴄ社"),
        ("", ""),
    ],
)
def test_names_are_blanked_as_whole_words(text: str, blanked: str) -> None:
    """Longest first, first names in their own case, and no letter of a script with spaces beside them."""
    assert name_forms(REQUEST).blanked(text) == blanked


def test_blanking_moves_nothing() -> None:
    """The text stays as long as it was, also where a small letter would be longer."""
    text = "İ met Northwind in İzmir"
    found = name_forms(REQUEST).blanked(text)
    assert (len(found), found.index("ᴄ")) == (len(text), text.index("N"))
    assert len(lower(text)) == len(text)


@pytest.mark.parametrize(
    ("company", "written"),
    [
        ("İstanbul Tech", "ISTANBUL TECH"),
        ("Istanbul Tech", "İstanbul Tech"),
        ("ΑΛΦΑΣ ΟΜΙΛΟΣ", "ΑΛΦΑΣ ΟΜΙΛΟΣ"),
    ],
)
def test_letters_that_stand_for_one_are_one(company: str, written: str) -> None:
    """A dotted capital i and a sigma at the end of a word don't keep a name from being blanked."""
    request = REQUEST.model_copy(update={"company": company})
    assert name_forms(request).blanked(f"at {written}'s") == f"at {'ᴄ' * len(written)}'s"
