"""Reads request files: TOML, YAML or JSON, from a file or standard input, with all that is wrong said at once.

What stands in `private` and in `reason.detail` is a secret: no error ever repeats it.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from difflib import get_close_matches
from pathlib import Path
from typing import Any, BinaryIO, Literal, get_args

from pydantic import ValidationError

from drafter.errors import Problem, RequestError
from drafter.request import Reason, Request

Format = Literal["toml", "yaml", "json"]
SIZE_LIMIT = 1_000_000  # bytes; a request is a page of text at most
PROBLEMS_LIMIT = 40  # said at once; a file with more than that is no request
FORMATS: Mapping[str, Format] = {".toml": "toml", ".yaml": "yaml", ".yml": "yaml", ".json": "json"}

_SECRET = re.compile(r"^(?:private|reason\.detail)\b")
_EVERYDAY = {
    "salary": "compensation",
    "pay": "compensation",
    "money": "compensation",
    "offer": "other_offer",
    "other offer": "other_offer",
    "new job": "other_offer",
    "sick": "health",
    "illness": "health",
    "moving": "relocation",
    "move": "relocation",
    "hours": "schedule",
    "timing": "schedule",
    "fit": "role_fit",
    "goals": "career_goals",
    "stay": "staying",
    "private": "personal",
    "none": "undisclosed",
    "call": "phone",
    "telephone": "phone",
    "sms": "text",
    "mail": "email",
    "e-mail": "email",
    "in person": "in_person",
    "onsite": "in_person",
    "final": "final_round",
    "interview": "interviewed",
    "screening": "screened",
    "invite": "invited",
    "application": "applied",
    "all": "detail",
    "full": "detail",
    "no": "nothing",
    "friendly": "warm",
    "name": "sender",
    "from": "sender",
    "to": "recipient",
    "employer": "company",
    "job": "role",
    "position": "role",
    "title": "role",
    "date": "next_interview",
    "interview_date": "next_interview",
    "limit": "max_words",
    "words": "max_words",
    "lang": "language",
    "liked": "appreciated",
    "secret": "private",
    "secrets": "private",
    "mention": "may_mention",
}  # fmt: skip -- a dictionary of everyday words reads best in rows


def load_request(
    source: str | Path, *, overrides: Mapping[str, Any] | None = None, stdin: BinaryIO | None = None
) -> Request:
    """The request in a file, or on standard input where `source` is "-". Raises RequestError.

    `overrides` are laid over what the file says, by dotted field ("reason.kind").
    """
    name = "standard input" if str(source) == "-" else str(source)
    try:
        stream = stdin or sys.stdin.buffer
        raw = stream.read(SIZE_LIMIT + 1) if str(source) == "-" else _read_file(Path(source))
    except (OSError, ValueError) as fault:  # ValueError: a path with a null character
        why = getattr(fault, "strerror", None) or fault
        raise RequestError(name, [Problem("", f"can't be read: {why}")]) from fault
    return parse_request(raw, name=name, format=FORMATS.get(Path(source).suffix.lower()), overrides=overrides)


def _read_file(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(SIZE_LIMIT + 1)


def parse_request(
    raw: bytes | str,
    *,
    name: str = "request",
    format: Format | None = None,  # noqa: A002 -- the word that users know
    overrides: Mapping[str, Any] | None = None,
) -> Request:
    """The request in a text, whose format is found out where it isn't given. Raises RequestError that says all."""
    if len(raw) > SIZE_LIMIT:
        raise RequestError(name, [Problem("", f"is larger than {SIZE_LIMIT:,} bytes; this is no request")])
    text = _decoded(raw, name) if isinstance(raw, bytes) else raw
    if not text.strip():
        raise RequestError(name, [Problem("", "is empty", allowed="a request with sender, company and role")])
    return build_request(_data(text, name, format), name=name, overrides=overrides)


def build_request(data: Any, *, name: str = "request", overrides: Mapping[str, Any] | None = None) -> Request:
    """The request in plain data, with `overrides` laid over it. Raises RequestError."""
    if not isinstance(data, dict):
        allowed = "fields such as sender, company and role, each with its value"
        raise RequestError(name, [Problem("", "does not hold fields", _kind(data), allowed)])
    for field, value in (overrides or {}).items():
        data = _laid_over(data, field.split("."), value)
    try:
        return Request.model_validate(data)
    except ValidationError as fault:
        errors = fault.errors(include_url=False)
        problems = [_problem(error) for error in errors[:PROBLEMS_LIMIT]]
        if more := len(errors) - len(problems):
            problems.append(Problem("", f"has {more:,} more problems like these"))
        raise RequestError(name, problems) from None
    except RecursionError:
        raise RequestError(name, [Problem("", "is nested too deep")]) from None


def _laid_over(data: dict[str, Any], path: list[str], value: Any) -> dict[str, Any]:
    if len(path) == 1:
        return {**data, path[0]: value}
    inner = data.get(path[0])
    if inner is None:
        inner = {}
    # What is no table is left as it stands, so that validation says so and nothing of the file gets lost.
    return {**data, path[0]: _laid_over(inner, path[1:], value)} if isinstance(inner, dict) else data


def _decoded(raw: bytes, name: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = raw[: fault.start].count(b"\n") + 1
        place = f"line {line}, byte {fault.start}"
        raise RequestError(
            name, [Problem(place, "is not UTF-8", found=f"0x{raw[fault.start]:02x}", allowed="a file saved as UTF-8")]
        ) from None


def _data(text: str, name: str, format: Format | None) -> Any:  # noqa: A002 -- the word that users know
    """The data in a text. Of an unknown format, the most plausible one that yields fields is taken, or its error."""
    if format is not None:
        return _PARSERS[format](text, name)
    results: list[Any] = []
    for plausible in _plausible(text):
        try:
            results.append(_PARSERS[plausible](text, name))
        except RequestError as fault:
            results.append(fault)
        if isinstance(results[-1], (dict, list)):
            return results[-1]
    if isinstance(results[0], RequestError):
        raise results[0]
    return results[0]


def _plausible(text: str) -> tuple[Format, ...]:
    """The formats that a text may have, the most plausible first."""
    if re.match(r"\s*\{", text):
        return ("json",)
    if re.search(r"^[ \t]*[\w.\"'-]+[ \t]*=", text, re.MULTILINE):
        return ("toml", "yaml", "json")
    return ("json", "yaml", "toml") if re.match(r"\s*\[", text) else ("yaml", "toml", "json")


def _syntax(name: str, format: str, what: str, text: str, place: tuple[int, int] | None) -> RequestError:  # noqa: A002
    """The error for a file that can't be parsed. The line at fault is shown only where it can't hold a secret."""
    where = f"line {place[0]}, column {place[1]}" if place else ""
    shown = _harmless(text.splitlines(), place[0]) if place else ""
    if not shown:  # a parser's words may quote the text: YAML's name the tag that they stumble over
        what = re.sub(r"'[^'<]{3,}'", "'…'", what)
    found = _short(shown) if shown else None
    return RequestError(name, [Problem(where, f"is not valid {format}: {what}", found)])


def _harmless(lines: list[str], number: int) -> str:
    """The line of that number, where it starts with a field and no secret can have begun by its end; otherwise ""."""
    line = lines[number - 1].strip() if 0 < number <= len(lines) else ""
    begun = "\n".join(lines[:number]).lower()
    is_field = re.match(r"[\"'{ ]*(\w+)[\"']?\s*[=:]", line)
    if is_field is None or is_field[1] not in Request.model_fields or is_field[1] == "reason":
        return ""
    return "" if re.search("private|reason|detail", begun) else line


def _toml(text: str, name: str) -> Any:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        place = re.search(r"line (\d+), column (\d+)", str(fault))
        what = re.sub(r"\s*\(at .*\)$", "", str(fault)) or "it is nested too deep"
        raise _syntax(name, "TOML", what, text, (int(place[1]), int(place[2])) if place else None) from None


def _json(text: str, name: str) -> Any:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if problem := _twice(key for key, _ in pairs):
            raise RequestError(name, [problem])
        return dict(pairs)

    def no_constant(constant: str) -> Any:
        raise RequestError(name, [Problem("", f"holds {constant}, which is no JSON")])

    try:
        return json.loads(text, object_pairs_hook=unique, parse_constant=no_constant)
    except json.JSONDecodeError as fault:
        raise _syntax(name, "JSON", fault.msg, text, (fault.lineno, fault.colno)) from None
    except (RecursionError, ValueError):
        raise RequestError(
            name, [Problem("", "is not valid JSON: it is nested too deep or holds too long a number")]
        ) from None


def _twice(keys: Iterable[Any]) -> Problem | None:
    """The problem of a key that stands twice in one table; it is named only where it is a field, and so no secret."""
    seen = set()
    for key in keys:
        if key in seen:
            is_field = key in Request.model_fields or key in Reason.model_fields
            return Problem(key if is_field else "", "stands twice in the file; keep one" if is_field else _TWICE)
        seen.add(key)
    return None


_TWICE = "holds the same name twice in one table; keep one"


def _yaml(text: str, name: str) -> Any:
    import yaml

    class OncePerKey(yaml.SafeLoader):
        """YAML without aliases, which can blow a small file up, and without keys that hide an earlier one."""

        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.AliasEvent):
                mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]  # left out of the stubs
                raise RequestError(name, [Problem(f"line {mark.line + 1}", "uses a YAML alias; write the value out")])
            node = super().compose_node(parent, index)
            if isinstance(node, yaml.MappingNode):
                keys = (key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode))
                if problem := _twice(keys):
                    raise RequestError(name, [problem])
            return node

    try:
        return yaml.load(text, OncePerKey)  # noqa: S506 -- a SafeLoader
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        what = fault.problem or "it can't be parsed"
        raise _syntax(name, "YAML", what, text, (mark.line + 1, mark.column + 1) if mark else None) from None
    except yaml.reader.ReaderError as fault:
        line = text.count("\n", 0, fault.position) + 1
        what = f"holds the character U+{ord(text[fault.position]):04X}, which YAML does not take; remove it"
        raise RequestError(name, [Problem(f"line {line}", what)]) from None
    except RecursionError:
        raise RequestError(name, [Problem("", "is not valid YAML: it is nested too deep")]) from None
    except (ValueError, OverflowError, AttributeError, TypeError, KeyError):
        # PyYAML lets Python's own errors through, for a date such as 2026-13-45 or a tag such as !!int before words.
        raise RequestError(name, [Problem("", "is not valid YAML: it holds a date or number that can't be")]) from None


_PARSERS = {"toml": _toml, "json": _json, "yaml": _yaml}


def _problem(error: Any) -> Problem:
    """One of pydantic's errors in the words of this project."""
    steps = [step for step in error["loc"] if not (isinstance(step, str) and step in {"datetime", "date"})]
    where = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".") or "request"
    kind, value = error["type"], error.get("input")
    found = _found(where, value)
    if kind == "extra_forbidden":
        return _unknown_field(steps, where)
    if kind == "enum":
        values = _values(where)
        what = "is not one of the reasons" if where == "reason.kind" else "is not one of its values"
        return Problem(where, what, found, ", ".join(values), _nearest(value, values))
    if kind in _TABLE_WANTED and where == "reason":
        return _flat_reason(value)
    if kind in {"string_too_long", "too_long"}:
        size = f"{len(value):,}" if value is not None else "more"
        return Problem(where, "is too long", found=size, allowed=f"at most {error['ctx']['max_length']:,}")
    if kind in _SAID:
        said, permitted = _SAID[kind]
        return Problem(where, said, found if permitted else None, permitted)
    what = str(error["msg"]).removeprefix("Value error, ")
    return Problem(where, what[:1].lower() + what[1:], found if kind != "value_error" or "ISO" in what else None)


_TABLE_WANTED = {"model_type", "dict_type", "model_attributes_type"}
_SAID: Mapping[str, tuple[str, str | None]] = {
    "missing": ("is missing; every request needs it", None),
    "string_too_short": ("is blank; write something, or leave the field out where it is optional", None),
    "string_type": ("has to be text", "text in quotes"),
    "tuple_type": ("has to be a list", 'a list such as ["the tour", "your patience"]'),
    "dict_type": ("has to be a table", "a table of fields"),
    "finite_number": ("has to be a whole number", "a whole number"),
    "string_unicode": ("holds half a character (a lone surrogate); remove it", None),
    "invalid_key": ("is not a field: a field's name is text", None),
    "bool_type": ("has to be true or false", "true, false"),
    "bool_parsing": ("has to be true or false", "true, false"),
    "int_type": ("has to be a whole number", "a whole number"),
    "int_parsing": ("has to be a whole number", "a whole number"),
    "int_from_float": ("has to be a whole number", "a whole number"),
    "greater_than_equal": ("is too small", "1 or more"),
    "less_than_equal": ("is too large", "1,000 or less"),
}
"""pydantic's kinds of error, what is said of each, and what is allowed instead."""


def _flat_reason(value: Any) -> Problem:
    """What is said of `reason = "staying"`. Words that are no kind of reason may be the secret detail."""
    kind = _nearest(value, _values("reason.kind"))
    found = _found("reason.detail", value)
    return Problem(
        "reason", "is a table of its own", found, "a table with kind, detail and share", f"reason.kind {kind or '…'}"
    )


def _unknown_field(steps: list[Any], where: str) -> Problem:
    known = tuple(Reason.model_fields) if len(steps) > 1 else tuple(Request.model_fields)
    inner = tuple(f"reason.{field}" for field in Reason.model_fields) if len(steps) == 1 else ()
    nearest = _nearest(str(steps[-1]), (*known, *inner))
    return Problem(_short(where).strip("'"), "is not a field", allowed=", ".join(known), nearest=nearest)


def _found(where: str, value: Any) -> str | None:
    """What stands in a field, shortened; of a secret no more than its kind."""
    if _SECRET.match(where):
        return f"{len(value)} characters" if isinstance(value, str) else _kind(value)
    if isinstance(value, (dict, list, tuple)) or value is None:
        return _kind(value)
    return str(value) if isinstance(value, (date, time)) else _short(value)


def _kind(value: Any) -> str:
    """What a value is, in a reader's words."""
    for kind, words in _KINDS:
        if isinstance(value, kind):
            return words
    return "nothing" if value is None else "something else"


_KINDS: Sequence[tuple[type | tuple[type, ...], str]] = (
    (str, "text"),
    (bool, "true or false"),
    ((int, float), "a number"),
    ((date, time), "a date or time"),
    (dict, "a table"),
    ((list, tuple, set), "a list"),
)


def _short(value: Any) -> str:
    try:
        text = repr(value)
    except ValueError:  # Python refuses to write out a number of thousands of digits
        return "a number"
    return text if len(text) <= 42 else f"{text[:40]}…"


def _values(where: str) -> tuple[str, ...]:
    model: Any = Reason if where.startswith("reason.") else Request
    annotation = model.model_fields[where.removeprefix("reason.")].annotation
    enums = [kind for kind in (annotation, *get_args(annotation)) if hasattr(kind, "__members__")]
    return tuple(str(member) for member in enums[0])


def _nearest(word: Any, known: tuple[str, ...]) -> str | None:
    if not isinstance(word, str):
        return None
    plain = word.strip().lower()
    meant = _EVERYDAY.get(plain)
    if meant in known:
        return meant
    inner = next((name for name in known if name.endswith(f".{plain}")), None)
    near = get_close_matches(plain.replace("-", "_").replace(" ", "_"), known, n=1, cutoff=0.6)
    return inner or (near[0] if near else None)
