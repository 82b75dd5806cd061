"""The pages of the contract's vocabulary, made from the models: the request, the guide's principles, the errors."""

import re
from collections.abc import Mapping
from typing import Any

import typer

from drafter import errors
from drafter.cli import app
from drafter.guardrails.pack import REFERENCE, rules_by_name
from drafter.guide import PRINCIPLES, WORD_LIMITS
from drafter.request import DETAIL_LIMIT, ENTRIES_LIMIT, ENTRY_LIMIT, NAME_LIMIT, Request
from tests.pages.markdown import code, plain, table
from tests.pages.rules import link


def vocabulary_pages() -> dict[str, str]:
    """The pages by path."""
    return {"request.md": _request(), "guide.md": _guide(), "errors.md": _errors()}


def _request() -> str:
    schema = Request.model_json_schema()
    said = _said()
    rows = []
    for name, field in _fields(schema):
        default = "required" if name in schema["required"] else code(_literal(field.get("default")))
        rows.append([code(name), _type(field, schema["$defs"]), default, plain(said[name])])
    limits = ", ".join(f"{channel} {words}" for channel, words in WORD_LIMITS.items())
    return "\n\n".join(
        [
            "# The request",
            "What you tell the tool, as a TOML, YAML or JSON file, as options of `drafter draft`, as the answers to "
            "its questions, or as a `Request` in Python. A wrong name or value is an error that says what is allowed.",
            table(["field", "what it holds", "default", "meaning"], rows),
            f"Names have at most {NAME_LIMIT} characters, the detail {DETAIL_LIMIT:,}; a list has at most "
            f"{ENTRIES_LIMIT} texts of {ENTRY_LIMIT:,} characters each. Where `max_words` is not set, the body "
            f"may have as many words as its channel bears: {limits}.",
            "What the fields mean for the message, `share` above all, is told in [The contract](../contract.md).",
        ]
    )


def _said() -> Mapping[str, str]:
    """What the options of `drafter draft` say of each field."""
    top = typer.main.get_command(app)
    context = typer.Context(top, info_name="drafter")
    command: Any = top.get_command(context, "draft")  # type: ignore[attr-defined]
    options = {parameter.name: parameter.help for parameter in command.params}
    names = {"reason.kind": "reason", "reason.detail": "detail", "reason.share": "share"}
    fields = [name for name, _ in _fields(Request.model_json_schema())]
    texts = {name: str(options[names.get(name, name)]) for name in fields}
    return {name: re.sub(r" ?Repeatable\.$", "", text) for name, text in texts.items()}


def _fields(schema: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Each field with its schema, those of the reason in its place."""
    found: list[tuple[str, Mapping[str, Any]]] = []
    for name, field in schema["properties"].items():
        inner = schema["$defs"]["Reason"]["properties"] if name == "reason" else None
        found += [(f"{name}.{part}", one) for part, one in inner.items()] if inner else [(name, field)]
    return found


def _type(field: Mapping[str, Any], shared: Mapping[str, Any]) -> str:
    if "$ref" in field:
        return _type(shared[field["$ref"].rpartition("/")[2]], shared)
    if "anyOf" in field:
        kinds = [_type(one, shared) for one in field["anyOf"] if one.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if "enum" in field:
        return ", ".join(code(value) for value in field["enum"])
    if field["type"] == "array":
        return "a list of texts"
    if field["type"] == "string":
        return {"date": "a date", "date-time": "a date-time"}.get(field.get("format", ""), "text")
    if field["type"] == "integer":
        return f"a number from {field['minimum']} to {field['maximum']:,}"
    return "`true` or `false`"


def _literal(value: Any) -> str:
    return "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _guide() -> str:
    known = rules_by_name(REFERENCE)
    blocks = [
        "# The guide",
        "Ten principles of a graceful withdrawal. The writers follow them, every rule serves one of them, and "
        "`drafter guide REQUEST` says what they mean for yours.",
    ]
    for number, title, text in PRINCIPLES:
        serving = [name for name, parts in known.items() if number in {part.principle for part in parts}]
        kept = f"Kept by {', '.join(link(name, 'rules/') for name in serving)}." if serving else "Kept by the advice."
        blocks += [f"## {number}. {plain(title)}", f"{plain(text)}<br>{kept}"]
    return "\n\n".join(blocks)


def _errors() -> str:
    about, _, tree = (errors.__doc__ or "").partition("\n\n")
    return "\n\n".join(
        [
            "# Errors",
            f"{about} Each says what happened, where, and what to do next; `str()` of it is for a person to read.",
            f"```text\n{tree.strip()}\n```",
            "They are in `drafter.errors`, and their base, `DrafterError`, is in `drafter`.",
        ]
    )
