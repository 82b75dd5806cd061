"""Who writes for a suite: the phrasebook, a model, a model that was recorded, or one that follows a script."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from traceback import extract_tb
from typing import TYPE_CHECKING, Any

from drafter.conversation import PHRASEBOOK
from drafter.drafting import Drafter
from drafter.errors import (
    BadModelRequest,
    ContentFiltered,
    CutOff,
    DrafterError,
    EvalDataError,
    MalformedReply,
    ModelError,
    ModelUnavailable,
    Problem,
    Refused,
    UnknownModel,
    WrongKey,
)
from drafter.evals.records import Record, Scripted
from drafter.evals.suites import Suite
from drafter.limits import Limits
from drafter.message import Result, Usage
from drafter.models import OpenAIModel
from drafter.models.interface import ModelCall, ModelReply

if TYPE_CHECKING:
    from drafter.evals.recordings import Tape

NO_CLOCK = Limits(seconds=36_000)
"""For what is played from data: no deadline may decide what comes of it."""
RECORDED_AT = "http://recorded.invalid/v1"
FAULTS = {
    kind.kind: kind
    for kind in (
        ModelUnavailable, WrongKey, UnknownModel, BadModelRequest, Refused, ContentFiltered, CutOff, MalformedReply,
    )
}  # fmt: skip

Write = Callable[[Record], Record]
"""Has the message of one sample written. What fails is a fault of the record."""
Made = tuple[Record, float]


class ScriptedModel:
    """Answers as a script says, and with the last of it again and again."""

    name = "scripted"

    def __init__(self, script: Sequence[Scripted]) -> None:
        self._script = script
        self._next = 0

    def complete(self, call: ModelCall, *, timeout: float) -> ModelReply:  # noqa: ARG002 -- the interface has it
        """The next answer. Raises the ModelError that the script has there."""
        if not self._script:
            raise ModelUnavailable(self.name, "the sample has no script")
        one = self._script[min(self._next, len(self._script) - 1)]
        self._next += 1
        if one.fault is not None:
            raise FAULTS.get(one.fault, ModelError)(self.name, "as the script says")
        answer = one.texts.get(call.schema_name, "")
        text = answer if isinstance(answer, str) else json.dumps(answer)
        asked = sum(len(message.content) for message in call.messages)
        return ModelReply(text, Usage(prompt_tokens=asked // 4, completion_tokens=len(text) // 4), self.name)

    async def acomplete(self, call: ModelCall, *, timeout: float) -> ModelReply:
        """The next answer, in a running event loop."""
        return self.complete(call, timeout=timeout)


@dataclass(frozen=True)
class Desk:
    """Where samples are written, and the tape that is played there, if one is."""

    write: Write
    tape: Tape | None = None

    def make(self, sample: Record) -> Made:
        """A record and the seconds it took. What nobody foresaw is a fault of this sample, and the others go on."""
        started = perf_counter()
        try:
            made = self.write(sample)
        except DrafterError:  # of the whole, such as recordings that can't be read
            raise
        except Exception as fault:
            made = sample.model_copy(update={"fault": _unforeseen(fault)})
        return made, perf_counter() - started


def _unforeseen(fault: Exception) -> str:
    """An error with the place that it came from, named alike on every machine."""
    place = extract_tb(fault.__traceback__)[-1]
    said = f"{type(fault).__name__}: {fault}" if str(fault) else type(fault).__name__
    return f"unforeseen {said} ({Path(place.filename).name}, line {place.lineno})"


@contextmanager
def desk(suite: Suite, model: Any = None, judge: Any = None, *, recording: bool = False) -> Iterator[Desk]:
    """The writer of a suite, ready for the time of the block.

    `recording` has what is not recorded yet answered by the endpoint of the environment. Raises EvalDataError where
    something is missing, and ModelNotConfigured.
    """
    if suite.writer == "phrasebook":
        writer = Drafter(PHRASEBOOK)
        yield Desk(lambda sample: written(sample, writer, suite.seed))
    elif suite.writer == "scripted":
        yield Desk(lambda sample: written(sample, _scripted(sample, suite), suite.seed))
    elif suite.writer == "recorded":
        with _recorded(suite, recording=recording) as made:
            yield made
    elif model is None:
        raise EvalDataError(suite.name, [Problem("writer", "is a model; name it with --model")])
    else:
        live = Drafter(model, judge=judge if suite.judge else False)
        yield Desk(lambda sample: written(sample, live, suite.seed))


def _scripted(sample: Record, suite: Suite) -> Drafter:
    return Drafter(ScriptedModel(sample.script), judge=None if suite.judge else False, limits=NO_CLOCK)


@contextmanager
def _recorded(suite: Suite, *, recording: bool) -> Iterator[Desk]:
    from drafter.evals.recordings import opened

    if suite.exchanges is None or suite.model is None:
        raise EvalDataError(suite.name, [Problem("recordings", "and model have to be named for a recorded writer")])
    at = {} if recording else {"base_url": RECORDED_AT, "api_key": "unused"}
    model = OpenAIModel(suite.model, **at)
    with opened(suite.exchanges, recording=recording) as tape:

        def write(sample: Record) -> Record:
            # A model remembers what its endpoint takes: what is asked for one sample may not depend on those before it,
            # which another process, or an earlier one, may have made.
            writer = Drafter(copy(model), judge=None if suite.judge else False, limits=NO_CLOCK)
            before = len(tape.missed)
            made = written(sample, writer, suite.seed)
            if tape.wrong is not None:
                raise tape.wrong
            if len(tape.missed) > before:
                return sample.model_copy(update={"fault": f"not recorded: {tape.missed[before]}"})
            return made

        yield Desk(write, tape)


def written(sample: Record, writer: Drafter, seed: int) -> Record:
    """A sample with what was written for it, or with the fault that nothing was."""
    try:
        result: Result = (
            writer.draft(sample.request, seed=seed)
            if sample.incoming is None
            else writer.reply(sample.incoming, sample.request, seed=seed)
        )
    except DrafterError as fault:
        return sample.model_copy(update={"fault": f"{type(fault).__name__}: {fault}"})
    return Record.of(sample, result)
