"""No way out: while something is worked out offline, a connection to another machine is an error with its stack."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from threading import Lock
from traceback import format_stack
from typing import Any

from drafter.errors import DrafterError

_TO = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
"""What has an address as its second argument; the others have a name or an address as their first."""
_BARRED = _TO | {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"}

_hooked = False
_bars = 0
"""How many blocks bar the way at the moment, for all threads of the process."""
_tried: list[str] = []
"""What tried to leave, each with its stack: whoever called may have caught the error."""
_counting = Lock()


class NetworkBarred(DrafterError):
    """Something tried to leave this machine during an offline command."""


@contextmanager
def barred() -> Iterator[None]:
    """Bars connections and look-ups of names for the time of the block; this machine itself stays reachable.

    An audit hook, which no code can take away again (PEP 578), sees to it. An attempt raises NetworkBarred where it is
    made, and once more at the end of the block, since libraries catch what connecting raises.
    """
    global _bars
    bar_for_good()
    before = len(_tried)
    try:
        yield
    finally:
        with _counting:
            _bars -= 1
    if len(_tried) > before:
        raise NetworkBarred(_tried[before])


def bar_for_good() -> None:
    """Bars the way from here on; for worker processes."""
    global _hooked, _bars
    with _counting:
        if not _hooked:
            sys.addaudithook(_look)
            _hooked = True
        _bars += 1


def _look(event: str, arguments: tuple[Any, ...]) -> None:
    if not _bars or event not in _BARRED or _is_here(event, _address(event, arguments)):
        return
    said = f"{event} to {_address(event, arguments)!r} during an offline command"
    _tried.append(f"{said}\n{''.join(format_stack()[:-1])}")
    raise NetworkBarred(_tried[-1])


def _address(event: str, arguments: tuple[Any, ...]) -> Any:
    return arguments[1] if event in _TO else arguments[0]


def _is_here(event: str, address: Any) -> bool:
    if address is None:  # a socket that is connected already
        return True
    if isinstance(address, str | bytes):  # a local socket's path, or a name to look up
        name = address.decode(errors="replace") if isinstance(address, bytes) else address
        return event in _TO or name in {"", "localhost"} or _is_loopback(name)
    return _is_loopback(str(address[0]))


def _is_loopback(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
