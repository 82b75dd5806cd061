"""What the model is told: a brief, and later the findings, become chat messages.

The texts are versioned files under prompts/<language>/, loaded as LangChain chat prompts. The fixed part comes first
and is the same for every request, so that provider caches serve it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from drafter.content import list_folders, read_text, read_toml
from drafter.disclosure import Brief
from drafter.message import Draft, Finding, Occasion
from drafter.models.interface import Message, ModelCall
from drafter.names import Names
from drafter.revision import REVISION_SCHEMA

if TYPE_CHECKING:
    from langchain_core.prompts import ChatPromptTemplate

REPLY_TOKENS = 900
"""Most tokens of an answer: 150 words of letter in JSON take about 450."""

ECHO_LIMIT = 8_000
"""Most characters of an earlier answer that are shown to the model again."""

FIXED = frozenset({"write", "reply", "judge", "find"})
"""The prompts that come first and are the same for every request."""

LETTER_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["subject", "greeting", "paragraphs", "sign_off"],
    "properties": {
        "subject": {"type": ["string", "null"]},
        "greeting": {"type": "string"},
        "paragraphs": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["sentences"],
                "properties": {
                    "sentences": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "additionalProperties": False,
                            "required": ["text", "fact"],
                            "properties": {"text": {"type": "string"}, "fact": {"type": "integer"}},
                        },
                    }
                },
            },
        },
        "sign_off": {"type": "string"},
    },
}
"""The strict JSON schema of `letter.Letter`, in the subset that providers take: every field required."""


@cache
def languages() -> tuple[str, ...]:
    """The languages that there are prompts for, as BCP 47 tags."""
    return tuple(list_folders("prompts"))


def versions(language: str) -> dict[str, int]:
    """Which version of each prompt is in use."""
    return dict(read_toml(f"prompts/{language}/prompts.toml")["versions"])


def prompt_text(name: str, language: str) -> str:
    """The text of a prompt in the version that is in use."""
    return read_text(f"prompts/{language}/{name}.v{versions(language)[name]}.md").strip()


@cache
def template(name: str, language: str) -> ChatPromptTemplate:
    """A prompt as a LangChain chat prompt: a fixed one is a system message as it stands, the others take variables."""
    from langchain_core.messages import SystemMessage
    from langchain_core.prompts import ChatPromptTemplate

    text = prompt_text(name, language)
    return ChatPromptTemplate.from_messages([SystemMessage(text) if name in FIXED else ("human", text)])


def _render(name: str, tag: str, **variables: str) -> Message:
    message = template(name, tag).format_messages(**variables)[0]
    return Message("system" if name in FIXED else "user", str(message.content))


def first_call(brief: Brief, *, seed: int | None = None) -> ModelCall:
    """What the model is asked first: the fixed part, then the brief."""
    messages = (_render("write", brief.primary_language), _told(brief))
    return ModelCall(messages, LETTER_SCHEMA, max_tokens=REPLY_TOKENS, seed=seed)


def _told(brief: Brief) -> Message:
    """The brief as data."""
    tag = brief.primary_language
    words = read_toml(f"prompts/{tag}/prompts.toml")["brief"]
    return _render(
        "brief",
        tag,
        channel=brief.channel,
        tone=brief.tone,
        limit=str(brief.limit),
        addressee=words["addressee_named" if brief.named_recipient else "addressee_unnamed"],
        reason=words["reason_given" if brief.reason or brief.detail else "reason_none"],
        door=words["door_open" if brief.keep_in_touch else "door_shut"],
        facts="\n".join(f"{fact.number}. {_as_data(fact.text)}" for fact in brief.facts),
    )


def replying_call(brief: Brief, incoming: str, *, seed: int | None = None) -> ModelCall:
    """What the model is asked for an answer to what came back; names are slots in `incoming` too."""
    tag = brief.primary_language
    told = _render("incoming", tag, brief=_told(brief).content, incoming=_as_data(incoming))
    return ModelCall((_render("reply", tag), told), LETTER_SCHEMA, max_tokens=REPLY_TOKENS, seed=seed)


def changing_call(brief: Brief, draft: Draft, ask: str, names: Names, *, seed: int | None = None) -> ModelCall:
    """What the model is asked where the person wants a message changed."""
    tag = brief.primary_language
    told = _render("change", tag, brief=_told(brief).content, ask=_as_data(names.mask(ask)), **_shown(draft, names))
    return ModelCall((_render("write", tag), told), LETTER_SCHEMA, max_tokens=REPLY_TOKENS, seed=seed)


def _shown(draft: Draft, names: Names) -> dict[str, str]:
    """A draft as data, with names as slots."""
    return {
        "subject": "none" if draft.subject is None else _as_data(names.mask(draft.subject)),
        "body": _as_data(names.mask(draft.body)),
    }


def judging_call(
    draft: Draft, brief: Brief, names: Names, schema: Mapping[str, Any], occasion: Occasion = Occasion.WITHDRAWAL
) -> ModelCall:
    """What a judge is asked: the fixed part, then brief and draft as data, with names as slots in both.

    `brief` is in a language that there are prompts for; the draft may be in another, which `brief.language` names.
    """
    tag = brief.primary_language if brief.primary_language in languages() else languages()[0]
    told = _told(brief.model_copy(update={"language": tag}))
    data = _render(
        "judged" if occasion is Occasion.WITHDRAWAL else "judged_reply",
        tag,
        brief=told.content,
        language=brief.language,
        **_shown(draft, names),
    )
    return ModelCall((_render("judge", tag), data), schema, schema_name="verdicts", max_tokens=REPLY_TOKENS)


def revising_call(
    opening: ModelCall,
    lines: Mapping[str, str],
    findings: Iterable[tuple[Finding, str | None]],
    names: Names,
    language: str,
) -> ModelCall:
    """What the model is asked after its letter was rejected: the brief again, the letter's lines by label, and each
    finding with the label of its line, None where it has no one line. Names are slots again.
    """
    listed = [
        {
            "line": line,
            "text": names.mask(finding.evidence) or None,
            "problem": finding.message,
            "mend": finding.advice,
        }
        for finding, line in findings
    ]
    asked = _render(
        "revise",
        language,
        lines="\n".join(_as_data({"line": label, "text": text}) for label, text in lines.items()),
        findings="\n".join(map(_as_data, listed)),
    )
    system, told = opening.messages[:2]
    both = Message("user", f"{told.content}\n\n{asked.content}")
    return replace(opening, messages=(system, both), schema=REVISION_SCHEMA, schema_name="revision")


def objection(findings: Iterable[Finding], language: str) -> str:
    """What a model that is not ours is told of a rejected message: each finding with its words and how to mend it."""
    listed = [
        {"text": finding.evidence or None, "problem": finding.message, "mend": finding.advice} for finding in findings
    ]
    return _render("objection", language, findings="\n".join(map(_as_data, listed))).content


def agent_text(said: Mapping[str, Any], language: str = "en") -> str:
    """What an agent is told that helps a person with the tools of the MCP server; `said` is what is known so far."""
    return _render("agent", language, said=_as_data(said)).content


def finding_call(text: str, today: date, schema: Mapping[str, Any], language: str = "en") -> ModelCall:
    """What a model is asked that finds a request's fields in a text, line by line as data."""
    lines = "\n".join(map(_as_data, text.split("\n")))
    told = _render("found", language, today=today.isoformat(), text=lines)
    return ModelCall((_render("find", language), told), schema, schema_name="found", max_tokens=REPLY_TOKENS)


def _as_data(entry: str | Mapping[str, Any]) -> str:
    """A text or an entry as a line of JSON that can't end the block it stands in."""
    return json.dumps(entry, ensure_ascii=False).replace("<", "\\u003c").replace(">", "\\u003e")


def repeating_call(call: ModelCall, reply: str, fault: str, language: str) -> ModelCall:
    """What the model is asked after an answer that could not be read; `fault` says why, without the answer's words.

    The first two messages, the last answer and what is asked of it: earlier answers are left behind.
    """
    ask = _render("again", language, fault=fault)
    return replace(call, messages=(*call.messages[:2], Message("assistant", reply[:ECHO_LIMIT]), ask))


Answered = TypeVar("Answered", bound=BaseModel)


def parse_reply(reply: str, shape: type[Answered]) -> Answered:
    """What a model's answer holds. Raises ValueError that says what is wrong, without the answer's words."""
    text = reply.strip()
    if text.startswith("```"):
        text = text.strip("`").removeprefix("json").strip()
    try:
        data = json.loads(text, object_pairs_hook=_unique)
    except (json.JSONDecodeError, RecursionError) as fault:
        raise ValueError("it is not JSON") from fault
    try:
        return shape.model_validate(data)
    except ValidationError as fault:
        place = ".".join(str(step) for step in fault.errors()[0]["loc"])
        raise ValueError(f"it does not follow the schema at {place or 'its top'}") from fault


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        raise ValueError("a key stands in it twice")
    return data
