"""What a model call costs, by the prices of prompts/prices.toml and of the person's own file before them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from drafter.content import parse_toml, read_toml
from drafter.errors import ContentError
from drafter.models.interface import ModelReply

PRICES = "prompts/prices.toml"
_DATED = re.compile(r"[-@](?:20\d\d-?\d\d-?\d\d|latest)$")


class Price(BaseModel):
    """US dollars for a million tokens that a model reads (`in`) and writes (`out`)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    read: float = Field(alias="in", ge=0)
    written: float = Field(alias="out", ge=0)


class Prices:
    """Prices by model name; a dated name is found under the name without its date."""

    def __init__(self, models: Mapping[str, Price]) -> None:
        self._models = dict(models)

    @classmethod
    def known(cls, own: Path | None = None) -> Prices:
        """The prices that come with this package, after those of a file of the same form.

        Raises ContentError, with the place, for a file that can't be read or says something else.
        """
        return _known(own)

    def cost(self, reply: ModelReply) -> float | None:
        """What a reply cost in US dollars; None where the model's price is not known."""
        name = reply.model.rpartition("/")[2].rpartition(":")[2]
        price = self._models.get(name) or self._models.get(_DATED.sub("", name))
        if price is None:
            return None
        usage = reply.usage
        return (usage.prompt_tokens * price.read + usage.completion_tokens * price.written) / 1_000_000


@lru_cache(maxsize=8)
def _known(own: Path | None) -> Prices:
    listed = _entries(PRICES, read_toml(PRICES))
    if own is not None:
        try:
            text = own.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as fault:
            raise ContentError(str(own), f"can't be read: {fault}; it was named for the prices of models") from fault
        listed |= _entries(str(own), parse_toml(text, str(own)))
    return Prices(listed)


def _entries(path: str, data: Mapping[str, Any]) -> dict[str, Price]:
    found = {}
    for name, entry in dict(data.get("models", {})).items():
        try:
            found[name] = Price.model_validate(entry)
        except ValidationError as fault:
            raise ContentError(
                path, f"models.{name!r}: has to be {{ in = 0.25, out = 2.00 }}, not {entry!r}"
            ) from fault
    return found


def added(one: float | None, other: float | None) -> float | None:
    """Two costs together; None where either is not known."""
    return None if one is None or other is None else one + other
