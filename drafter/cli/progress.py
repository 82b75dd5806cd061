"""What is being done for a message, as it happens, and never a word of a draft."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from drafter.cli.look import look
from drafter.writing import Event, Listener, Step

_SAID = {
    Step.WRITING: "Writing …",
    Step.CHECKING: "Checking …",
    Step.JUDGING: "Having it read a second time …",
    Step.REVISING: "Revising …",
    Step.FAILED: "No usable answer …",
    Step.PHRASEBOOK: "The phrasebook writes …",
}


@contextmanager
def progress() -> Iterator[Listener]:
    """Shows the steps on one line of standard error while the block runs; nothing where that is no terminal."""
    if look.plain or not sys.stderr.isatty():
        yield lambda event: None  # noqa: ARG005 -- nobody looks
        return
    from drafter.cli import render

    screen = render.console(stderr=True)
    with screen.status("Starting …", spinner="dots") as line:
        yield lambda event: line.update(said(event))


def said(event: Event) -> str:
    """A step in words: which attempt it belongs to, and how many findings there were."""
    if event.step is Step.REJECTED:
        count = len(event.rules)
        return f"{count} finding{'' if count == 1 else 's'}: {', '.join(dict.fromkeys(event.rules))}"
    again = f" (attempt {event.attempt})" if event.attempt > 1 and event.step in {Step.WRITING, Step.REVISING} else ""
    return _SAID.get(event.step, "Done.") + again
