"""Ctrl-C at a moment of our choosing: between two things, so that neither is lost half-way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from signal import SIGINT, default_int_handler, getsignal, signal
from threading import current_thread, main_thread
from types import FrameType


@contextmanager
def stops_between(told: Callable[[], None]) -> Iterator[Callable[[], None]]:
    """Gives what raises the KeyboardInterrupt of a Ctrl-C that came since.

    `told` is called when it is pressed, and what is waited for then may take a while; pressed again, it does nothing.
    Only where Ctrl-C is Python's own business: what else somebody has it do, or in another thread, it still does.
    """
    pressed = False

    def press(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 -- as signals have it
        nonlocal pressed
        if not pressed:
            pressed = True
            told()

    def stop() -> None:
        if pressed:
            raise KeyboardInterrupt

    if current_thread() is not main_thread() or getsignal(SIGINT) is not default_int_handler:
        yield stop
        return
    signal(SIGINT, press)
    try:
        yield stop
        stop()
    finally:
        signal(SIGINT, default_int_handler)
