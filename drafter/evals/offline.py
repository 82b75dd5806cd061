"""No way out: while something is worked out offline, a connection to another machine is an error with its stack."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from threading import Lock
from typing import Any

_hooked = False
_bars = 0
"""How many blocks bar the way at the moment, for all threads of the process."""
_counting = Lock()


class NetworkBarred(RuntimeError):
    """Something tried to leave this machine during an offline command."""


@contextmanager
def barred() -> Iterator[None]:
    """Bars connections and look-ups of names for the time of the block; this machine itself stays reachable.

    An audit hook, which no code can take away again (PEP 578), sees to it.
    """
    global _hooked, _bars
    with _counting:
        if not _hooked:
            sys.addaudithook(_look)
            _hooked = True
        _bars += 1
    try:
        yield
    finally:
        with _counting:
            _bars -= 1


def _look(event: str, arguments: tuple[Any, ...]) -> None:
    if not _bars or event not in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}:
        return
    if not _is_here(event, arguments):
        raise NetworkBarred(f"{event} to {_address(event, arguments)!r} during an offline command")


def _address(event: str, arguments: tuple[Any, ...]) -> Any:
    return arguments[1] if event in {"socket.connect", "socket.sendto"} else arguments[0]


def _is_here(event: str, arguments: tuple[Any, ...]) -> bool:
    address = _address(event, arguments)
    if isinstance(address, str | bytes | None):  # a local socket's path, or a name to look up
        return event in {"socket.connect", "socket.sendto"} or address in {None, "", "localhost", b"localhost"}
    try:
        return ip_address(address[0]).is_loopback
    except ValueError:
        return bool(address[0] == "localhost")
