"""Reads request files: TOML, YAML or JSON, from a file or standard input, with all that is wrong said at once.

What stands in `private` and in `reason.detail` is a secret: no error ever repeats it.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, BinaryIO, Literal, get_args

from pydantic import ValidationError

from drafter.errors import Problem, RequestError
from drafter.request import Reason, Request

Format = Literal["toml", "yaml", "json"]
SIZE_LIMIT = 1_000_000  # bytes; a request is a page of text at most
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
    except OSError as fault:
        raise RequestError(name, [Problem("", f"can't be read: {fault.strerror or fault}")]) from fault
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
        kind = type(data).__name__
        raise RequestError(name, [Problem("", "does not hold fields", found=f"a {kind}", allowed="field = value")])
    for field, value in (overrides or {}).items():
        data = _laid_over(data, field.split("."), value)
    try:
        return Request.model_validate(data)
    except ValidationError as fault:
        raise RequestError(name, [_problem(error) for error in fault.errors(include_url=False)]) from None
    except RecursionError:
        raise RequestError(name, [Problem("", "is nested too deep")]) from None


def _laid_over(data: dict[str, Any], path: list[str], value: Any) -> dict[str, Any]:
    if len(path) == 1:
        return {**data, path[0]: value}
    inner = data.get(path[0])
    return {**data, path[0]: _laid_over(inner if isinstance(inner, dict) else {}, path[1:], value)}


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
    if format is not None:
        return _PARSERS[format](text, name)
    if text.lstrip()[:1] in "{[":
        try:
            return _json(text, name)
        except RequestError:
            if text.lstrip().startswith("{"):
                raise
    if re.search(r"^\s*[\w.\"']+\s*=", text, re.MULTILINE):
        return _toml(text, name)
    return _yaml(text, name)


def _syntax(name: str, format: str, what: str, text: str, place: tuple[int, int] | None) -> RequestError:  # noqa: A002
    """The error for a file that can't be parsed. The line at fault is shown only where it can't hold a secret."""
    where = f"line {place[0]}, column {place[1]}" if place else ""
    lines = text.splitlines()
    line = lines[place[0] - 1].strip() if place and 0 < place[0] <= len(lines) else ""
    field = re.split(r"[=:]", line)[0].strip()
    return RequestError(
        name, [Problem(where, f"is not valid {format}: {what}", found=_short(field) if field else None)]
    )


def _toml(text: str, name: str) -> Any:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        place = re.search(r"line (\d+), column (\d+)", str(fault))
        what = re.sub(r"\s*\(at .*\)$", "", str(fault)) or "it is nested too deep"
        raise _syntax(name, "TOML", what, text, (int(place[1]), int(place[2])) if place else None) from None


def _json(text: str, name: str) -> Any:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        if twice := next((key for key in keys if keys.count(key) > 1), None):
            raise RequestError(name, [Problem(_short(twice), "stands twice in the file; keep one")])
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


def _yaml(text: str, name: str) -> Any:
    import yaml

    try:
        for event in yaml.parse(text, yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                raise RequestError(name, [Problem("", "uses YAML aliases (*name); write the value out")])
        node = yaml.compose(text, yaml.SafeLoader)
        if node is not None and (twice := next(_twice(node), None)):
            raise RequestError(name, [Problem(_short(twice), "stands twice in the file; keep one")])
        return yaml.safe_load(text)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        what = fault.problem or "it can't be parsed"
        raise _syntax(name, "YAML", what, text, (mark.line + 1, mark.column + 1) if mark else None) from None
    except (yaml.YAMLError, ValueError, RecursionError) as fault:
        if isinstance(fault, RequestError):
            raise
        raise RequestError(name, [Problem("", "is not valid YAML")]) from None


def _twice(node: Any) -> Iterator[str]:
    """The keys that stand more than once in one mapping of a composed YAML document."""
    import yaml

    if isinstance(node, yaml.MappingNode):
        keys = [str(key.value) for key, _ in node.value]
        yield from (key for key in keys if keys.count(key) > 1)
        for _, value in node.value:
            yield from _twice(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _twice(value)


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
        return Problem(where, "is not one of its values", found, ", ".join(values), _nearest(str(value), values))
    if kind in _TABLE_WANTED and where == "reason":
        allowed = ", ".join(f"{field} = …" for field in Reason.model_fields)
        return Problem(where, "is a table of its own", found, allowed, "reason.kind")
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
    "bool_type": ("has to be true or false", "true, false"),
    "bool_parsing": ("has to be true or false", "true, false"),
    "int_type": ("has to be a whole number", "a whole number"),
    "int_parsing": ("has to be a whole number", "a whole number"),
    "int_from_float": ("has to be a whole number", "a whole number"),
    "greater_than_equal": ("is too small", "1 or more"),
    "less_than_equal": ("is too large", "1,000 or less"),
}
"""pydantic's kinds of error, what is said of each, and what is allowed instead."""


def _unknown_field(steps: list[Any], where: str) -> Problem:
    known = tuple(Reason.model_fields) if len(steps) > 1 else tuple(Request.model_fields)
    inner = tuple(f"reason.{field}" for field in Reason.model_fields) if len(steps) == 1 else ()
    nearest = _nearest(str(steps[-1]), (*known, *inner))
    return Problem(_short(where).strip("'"), "is not a field", allowed=", ".join(known), nearest=nearest)


def _found(where: str, value: Any) -> str | None:
    """What stands in a field, shortened; of a secret no more than its kind."""
    if _SECRET.match(where):
        return f"a {type(value).__name__}" if not isinstance(value, str) else f"{len(value)} characters"
    if isinstance(value, (dict, list, tuple)):
        return f"a {'table' if isinstance(value, dict) else 'list'}"
    return _short(value)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 42 else f"{text[:40]}…"


def _values(where: str) -> tuple[str, ...]:
    model: Any = Reason if where.startswith("reason.") else Request
    annotation = model.model_fields[where.removeprefix("reason.")].annotation
    enums = [kind for kind in (annotation, *get_args(annotation)) if hasattr(kind, "__members__")]
    return tuple(str(member) for member in enums[0])


def _nearest(word: str, known: tuple[str, ...]) -> str | None:
    plain = word.strip().lower()
    meant = _EVERYDAY.get(plain)
    if meant in known:
        return meant
    near = get_close_matches(plain.replace("-", "_").replace(" ", "_"), known, n=1, cutoff=0.5)
    if near:
        return near[0]
    return next((name for name in known if name.endswith(f".{plain}")), None)
