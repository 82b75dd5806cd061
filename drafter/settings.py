"""Settings: which model writes, and how much a message may take.

What comes first holds: an argument or option, the environment (DRAFTER_MODEL …), ./drafter.toml, the person's own
drafter.toml under their configuration folder, the default. Keys are taken from the environment alone, as
OPENAI_API_KEY, so that no file of settings holds a secret.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from drafter.content import parse_toml
from drafter.errors import ContentError, Problem, SettingsError
from drafter.limits import Limits

FILE = "drafter.toml"
PREFIX = "DRAFTER_"
_ADDRESS = "would send your key to wherever this folder says"


class Settings(BaseModel):
    """What can be set; `DRAFTER_` and the name in capitals is the variable of each.

    `model` is a name such as "gpt-5-mini", "anthropic:NAME" or "phrasebook"; `judge` the same, or "none"; `base_url`
    the address of an OpenAI-compatible service; `attempts`, `seconds` and `tokens` are limits for one message; `prices`
    is a file with prices of models; `tracing` makes OpenTelemetry spans of the calls.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str | None = None
    judge: str | None = None
    base_url: str | None = None
    attempts: int = Field(default=3, ge=1, le=20)
    seconds: float = Field(default=90.0, gt=0)
    tokens: int = Field(default=12_000, gt=0)
    prices: Path | None = None
    tracing: bool = False

    @property
    def limits(self) -> Limits:
        """The three limits together."""
        return Limits(attempts=self.attempts, seconds=self.seconds, tokens=self.tokens)


@cache
def _sourced() -> Callable[[], Settings]:
    """The settings as they are gathered from the environment and the files; their package takes a while to load."""
    from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

    class Sourced(BaseSettings, Settings):
        model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, env_ignore_empty=True)

        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,  # noqa: ARG003 -- an argument is not a setting here
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 -- a folder's .env is not read
            file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            """The environment, then the files, nearest first."""
            return env_settings, *(InitSettingsSource(settings_cls, read_settings(path)) for path in setting_files())

    return Sourced


def _is_anything_set() -> bool:
    return any(name.upper().startswith(PREFIX) for name in os.environ) or any(path.exists() for path in setting_files())


def setting_files() -> tuple[Path, ...]:
    """Where settings are looked for, nearest first."""
    home = os.environ.get("XDG_CONFIG_HOME") or os.environ.get("APPDATA") or Path.home() / ".config"
    return Path(FILE), Path(home) / "drafter" / FILE


def current_settings() -> Settings:
    """The settings that hold here and now. Raises SettingsError that names the file or the variable at fault."""
    try:
        return _sourced()() if _is_anything_set() else Settings()
    except ValidationError as fault:
        raise SettingsError("settings", [_problem(error) for error in fault.errors()]) from None


def read_settings(path: Path) -> dict[str, Any]:
    """What a file sets; nothing where there is none. Raises SettingsError."""
    try:
        data = parse_toml(path.read_text(encoding="utf-8"), str(path)) if path.is_file() else {}
    except (OSError, UnicodeDecodeError) as fault:
        raise SettingsError(str(path), [Problem("", f"can't be read: {fault}")]) from None
    except ContentError as fault:
        raise SettingsError(str(path), [Problem("", fault.what)]) from None
    problems = [_unknown(name) for name in data if name not in Settings.model_fields]
    here, own = setting_files()
    if "base_url" in data and path == here:
        problems.append(Problem("base_url", f"{_ADDRESS}; set DRAFTER_BASE_URL, or put it into {own}"))
    if problems:
        raise SettingsError(str(path), problems)
    return data


def _problem(error: ErrorDetails) -> Problem:
    """A wrong value, with the variable or file that it came from."""
    name = str(error["loc"][0])
    return Problem(f"{source_of(name)}: {name}", error["msg"], found=repr(error["input"]))


def source_of(name: str) -> str:
    """Where a setting has its value from: a variable, a file, or "the default"."""
    variable = f"{PREFIX}{name.upper()}"
    if os.environ.get(variable):
        return variable
    return next((str(path) for path in setting_files() if name in read_settings(path)), "the default")


def _unknown(name: str) -> Problem:
    if "key" in name.lower():
        return Problem(name, "no key belongs into a file; set it in the environment, such as OPENAI_API_KEY")
    near = get_close_matches(name, Settings.model_fields, n=1, cutoff=0.4)
    allowed = ", ".join(Settings.model_fields)
    return Problem(name, "there is no such setting", allowed=allowed, nearest=near[0] if near else None)
