"""How much one message may take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one message may take: model calls, seconds in all, and tokens in all, in and out."""

    attempts: int = 3
    seconds: float = 90.0
    tokens: int = 12_000

    def __post_init__(self) -> None:
        """Raises ValueError where no call could ever be made."""
        if self.attempts < 1:
            raise ValueError(f"attempts has to be 1 or more, not {self.attempts}")
