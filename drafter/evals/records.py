"""What a run is made of: a header, and one record a sample, each a line of JSON in one canonical form.

Everything that a figure is made of is in the records, and nothing in them depends on the clock, the machine or the
order in which samples were finished; times are beside them (`RunFile.timings`). `run_schema` is the JSON Schema of a
line.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from drafter.content import list_files, list_folders, read_text
from drafter.message import Attempt, Claim, Draft, Result, Usage
from drafter.request import Request

NAME = r"^[a-z0-9][a-z0-9-]*$"
"""What the name of a suite is made of: it is no path."""
FORMAT = 1
"""The version of the form of a run; a file of another one is refused."""


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Header(_Line):
    """The first line of a run: what it was made from; hashes tell like from like.

    `judged` is the hash of the rule packs in a file of `Scored` lines, and null in a run.
    """

    format: int = FORMAT
    suite: str = Field(pattern=NAME)
    suite_hash: str
    prompts_hash: str
    packs_hash: str
    writer: str
    judge: str | None = None
    seed: int
    drafter: str
    judged: str | None = None


class Try(_Line):
    """One attempt of a sample: what was written, which rules rejected it, and what it took."""

    writer: str
    judge: str | None = None
    draft: Draft | None = None
    accepted: bool = False
    rules: tuple[str, ...] = ()
    fault: str | None = None
    calls: int = 0
    usage: Usage = Usage()
    cost_usd: float | None = 0.0

    @classmethod
    def of(cls, attempt: Attempt) -> Try:
        """What of an attempt is kept."""
        report = attempt.report
        return cls(
            writer=attempt.writer,
            judge=attempt.judge,
            draft=attempt.draft,
            accepted=report is not None and report.acceptable and attempt.fault is None,
            rules=tuple(dict.fromkeys(finding.rule for finding in report.errors)) if report else (),
            fault=attempt.fault,
            calls=attempt.calls,
            usage=attempt.usage,
            cost_usd=attempt.cost_usd,
        )


class Scripted(_Line):
    """What a scripted model answers to one call: a text, or the kind of fault that it ends in.

    `texts` has an answer for each schema that it may be asked for ("withdrawal", "revision" …), as text or as data.
    """

    texts: dict[str, Any] = {}
    fault: str | None = None


class Record(_Line):
    """One sample: what was asked, what came of it, and, for a labelled draft, what is right.

    `violations` is null where nobody has labelled the sample. A sample that failed has a `fault` and no draft; it
    counts in every denominator. `incoming` is the message that is to be answered, where one came back. `script` is what
    a scripted model says, the last of it again and again; `forbidden` are words that no message may hold, and
    `expected` is the fault that the first attempt has to name.
    """

    id: str = Field(min_length=1)
    regime: str = "all"
    request: Request
    draft: Draft | None = None
    violations: tuple[str, ...] | None = None
    why: str = ""
    incoming: str | None = None
    script: tuple[Scripted, ...] = ()
    forbidden: tuple[str, ...] = ()
    expected: str | None = None
    source: str | None = None
    claims: tuple[Claim, ...] = ()
    facts: tuple[str, ...] = ()
    tries: tuple[Try, ...] = ()
    notes: tuple[str, ...] = ()
    fault: str | None = None

    @classmethod
    def of(cls, sample: Record, result: Result) -> Record:
        """A sample with what was written for it."""
        return sample.model_copy(
            update={
                "draft": result.message,
                "source": result.source,
                "claims": result.claims,
                "facts": result.facts,
                "tries": tuple(map(Try.of, result.attempts)),
                "notes": result.notes,
            }
        )


class Sample(Record):
    """A sample as a data file has it: keys beyond ours are let be."""

    model_config = ConfigDict(extra="ignore")


class Unread(_Line):
    """A line of the data that is no sample: where it is, and what is wrong with it. It is counted, and never silent."""

    unread: str
    what: str

    def __str__(self) -> str:
        return f"{self.unread}: {self.what}"


class Scored(_Line):
    """What the scorers said of one sample, for comparing: the message itself is only a hash."""

    id: str
    regime: str = "all"
    values: dict[str, bool | float] = {}
    rules: tuple[str, ...] = ()
    violations: tuple[str, ...] | None = None
    message: str | None = None


LINES: TypeAdapter[Header | Record | Unread | Scored] = TypeAdapter(Header | Record | Unread | Scored)


def run_schema() -> dict[str, Any]:
    """The JSON Schema of one line of a run, or of a scored run."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A line of a drafter run",
        **LINES.json_schema(mode="serialization"),
    }


_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def canonical(data: Any) -> str:
    """Data as JSON that is the same for the same data: sorted keys, no blanks, text as it is."""
    return _CANONICAL.encode(data)


def line_of(one: Header | Record | Unread | Scored) -> str:
    """A header or a record as a line of a run; what is at its default is left out."""
    held = one.model_dump(mode="json", exclude_defaults=True)
    return canonical({"format": one.format, **held} if isinstance(one, Header) else held) + "\n"


def digest(*texts: str) -> str:
    """A short hash of texts, in their order."""
    made = hashlib.sha256()
    for text in texts:
        made.update(f"{len(text)}:{text}".encode())
    return made.hexdigest()[:16]


def content_hash(folder: str) -> str:
    """The hash of every text file under a content folder: "prompts", "guardrails"."""
    return digest(*(part for path in _files(folder) for part in (path, read_text(path))))


def _files(folder: str) -> Iterator[str]:
    for suffix in (".toml", ".md", ".json"):
        yield from (path for path in list_files(folder, suffix) if not path.endswith("README.md"))
    for name in list_folders(folder):
        yield from _files(f"{folder}/{name}")
