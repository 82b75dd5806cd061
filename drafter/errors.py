"""Every error that drafter raises.

DrafterError
├── FileProblems            a file in which something is wrong; every problem at once
│   ├── RequestError        a request that can't be read, or that contradicts itself
│   ├── EvalDataError       a labelled file that can't be read, or whose items are none
│   └── SettingsError       a drafter.toml or a variable that says something that it can't
├── ContentError            a prompt, phrase or rule file that is broken
│   └── PackError           a rule pack that is broken, or whose own texts fail
├── UnknownRule             a rule that the contract does not have
├── ModelError              a language model gave no usable reply
│   ├── ModelUnavailable    it may pass: time-out, connection, 408, 409, 429, 5xx
│   ├── ModelNotConfigured  no such provider, package or setting here
│   ├── WrongKey            401 or 403
│   ├── UnknownModel        the endpoint knows no such model
│   ├── BadModelRequest     the endpoint does not take what was sent (400, 413, 422 …)
│   ├── Refused             the model declined to answer
│   ├── ContentFiltered     the service withheld the answer
│   ├── CutOff              the answer ended at the token limit
│   └── MalformedReply      the answer is not what was asked for
└── NoAcceptableDraft       nobody, not even the phrasebook, could write an acceptable message
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drafter.message import Attempt


class DrafterError(Exception):
    """Base of every error here. `str()` of it is meant for a person to read."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a request, a pack or another file.

    `where` is a dotted field ("reason.kind") or a place ("line 4, column 7"); `found` is what stands there, shortened;
    `allowed` says what may stand there; `nearest` is the right name that it most resembles.
    """

    where: str
    what: str
    found: str | None = None
    allowed: str | None = None
    nearest: str | None = None

    def __str__(self) -> str:
        parts = [f"{self.where}: {self.what}" if self.where else self.what]
        if self.found is not None:
            parts.append(f"found {self.found}")
        if self.allowed is not None:
            parts.append(f"allowed: {self.allowed}")
        if self.nearest is not None:
            parts.append(f"did you mean {self.nearest}?")
        return "; ".join(parts)


class FileProblems(DrafterError):
    """A file with one thing or many that are wrong; `problems` holds all of them at once."""

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        self.source = source
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{source}: {problem}" for problem in self.problems))

    def __reduce__(self) -> tuple[type[FileProblems], tuple[str, tuple[Problem, ...]]]:
        """By what it was made of, so that it comes whole out of another process."""
        return type(self), (self.source, self.problems)


class RequestError(FileProblems):
    """A request that can't be read, or that contradicts itself."""


class EvalDataError(FileProblems):
    """A labelled file that can't be read, or that holds items which are none."""


class SettingsError(FileProblems):
    """A drafter.toml, or a variable of the environment, that says something that it can't."""


class ContentError(DrafterError):
    """A file under prompts/ or guardrails/ that is missing or broken; `path` names it."""

    def __init__(self, path: str, what: str, *, line: int | None = None, column: int | None = None) -> None:
        self.path, self.what, self.line, self.column = path, what, line, column
        place = ":".join(str(part) for part in (path, line, column) if part is not None)
        super().__init__(f"{place}: {what}")


class PackError(ContentError):
    """A rule pack that is broken, or whose own texts fail."""


class UnknownRule(DrafterError):
    """A rule that the contract does not have; `rule` is the name that was given."""

    def __init__(self, rule: str, known: Sequence[str]) -> None:
        self.rule = rule
        near = get_close_matches(rule, known, n=1, cutoff=0.4)
        hint = f"did you mean {near[0]}?" if near else f"the rules are {', '.join(known)}"
        super().__init__(f"there is no rule {rule!r}; {hint}")


class ModelError(DrafterError):
    """A language model gave no usable reply. `model` is its name as it was asked for.

    The message never holds a key, a prompt or a reply.
    """

    kind = "model-error"

    def __init__(self, model: str, what: str) -> None:
        self.model, self.what = model, what
        super().__init__(f"{model}: {what}")


class ModelUnavailable(ModelError):
    """The service did not answer, and may answer later. `retry_after` is in seconds, where the service named it."""

    kind = "unavailable"

    def __init__(self, model: str, what: str, *, status: int | None = None, retry_after: float | None = None) -> None:
        self.status, self.retry_after = status, retry_after
        super().__init__(model, what)


class ModelNotConfigured(ModelError):
    """No such provider, package or setting on this machine."""

    kind = "not-configured"


class WrongKey(ModelError):
    """The service does not take the key (401 or 403)."""

    kind = "wrong-key"


class UnknownModel(ModelError):
    """The endpoint has no model of that name."""

    kind = "unknown-model"


class BadModelRequest(ModelError):
    """The endpoint does not take what was sent; `status` is its HTTP status."""

    kind = "bad-request"

    def __init__(self, model: str, what: str, *, status: int | None = None) -> None:
        self.status = status
        super().__init__(model, what)


class Refused(ModelError):
    """The model declined to write the message."""

    kind = "refused"


class ContentFiltered(ModelError):
    """The service's content filter withheld the answer."""

    kind = "content-filtered"


class CutOff(ModelError):
    """The answer ended at the token limit before it was complete."""

    kind = "cut-off"


class MalformedReply(ModelError):
    """The answer is not the JSON that was asked for."""

    kind = "malformed"


class NoAcceptableDraft(DrafterError):
    """No writer could produce an acceptable message for this request; `attempts` shows what was tried and why not."""

    def __init__(self, what: str, attempts: Sequence[Attempt] = ()) -> None:
        self.attempts = tuple(attempts)
        super().__init__(what)
