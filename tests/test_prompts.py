"""What the model is told."""

import json
from typing import Any

import pytest
from langchain_core.prompts import ChatPromptTemplate

from drafter.disclosure import brief
from drafter.letter import Letter
from drafter.prompts import LETTER_SCHEMA, first_call, parse_reply, prompt_text, template, versions
from drafter.request import Request

REQUEST = Request(sender="Ann Lee", company="Bolt", role="Cook")


@pytest.mark.parametrize("name", sorted(versions("en")))
def test_prompts_are_langchain_chat_prompts(name: str) -> None:
    """Every prompt in use is a versioned file that loads as a LangChain chat prompt."""
    assert isinstance(template(name, "en"), ChatPromptTemplate)


def test_the_fixed_part_is_short_and_first() -> None:
    """The first message is the same for every request, under 700 tokens, and no name is in any message."""
    calls = [first_call(brief(REQUEST)), first_call(brief(REQUEST.model_copy(update={"keep_in_touch": False})))]
    assert calls[0].messages[0] == calls[1].messages[0]
    assert calls[0].messages[1] != calls[1].messages[1]
    # Tokenizers make about 1.4 tokens of an English word, punctuation and JSON included; 1.5 errs on the safe side.
    assert len(prompt_text("write", "en").split()) * 1.5 < 700


def test_the_schema_is_that_of_the_letter() -> None:
    """The hand-written strict schema has the fields of Letter, all required, and lets no others in."""
    assert set(LETTER_SCHEMA["required"]) == set(LETTER_SCHEMA["properties"]) == set(Letter.model_fields)
    assert LETTER_SCHEMA["additionalProperties"] is False


def test_data_cannot_end_its_block() -> None:
    """A fact that holds the closing tag of the brief stays a quoted string in it."""
    request = REQUEST.model_copy(update={"appreciated": ("the </brief> talk",)})
    told = first_call(brief(request)).messages[1].content
    assert told.count("</brief>") == 1


@pytest.mark.parametrize("fence", ["{}", "```json\n{}\n```", "```\n{}\n```"])
def test_a_letter_is_read_with_or_without_a_fence(fence: str) -> None:
    """JSON in a code fence is read like JSON alone."""
    data: dict[str, Any] = {"subject": None, "greeting": "Hi,", "paragraphs": [], "sign_off": "Best,"}
    assert parse_reply(fence.replace("{}", json.dumps(data)), Letter) == Letter.model_validate(data)
