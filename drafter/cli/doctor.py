"""`drafter doctor`: what is set up, and whether it works."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Annotated, Any

import typer

from drafter.cli import app, examples, render

ASKED_SECONDS = 20.0
KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY", "MISTRAL_API_KEY", "AZURE_OPENAI_API_KEY")
EXTRAS = {
    "langchain": "models by provider:name, and middleware",
    "mcp": "the server for agents",
    "opentelemetry": "traces",
}


@app.command(
    epilog=examples("drafter doctor", "drafter doctor --offline", "drafter doctor --model anthropic:NAME --json")
)
def doctor(
    model: Annotated[str | None, typer.Option(help="The model to look at instead of the one that is set up.")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no model anything.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
) -> None:
    """Say what is configured and where, what will write, and whether it answers. Exits 1 where something is wrong."""
    found = _found(model, offline=offline)
    if as_json:
        typer.echo(render.as_json(found))
    else:
        for label, text in _lines(found):
            render.line(label, text)
    raise typer.Exit(0 if found["answers"] in {True, None} else 1)


def _found(name: str | None, *, offline: bool) -> dict[str, Any]:
    """What there is; a key is never shown. Raises SettingsError and ModelNotConfigured."""
    from drafter.models import configured_model
    from drafter.settings import Settings, current_settings, setting_files, source_of

    settings = current_settings()
    writer = configured_model(name)
    answers, fault = (None, None) if offline or writer is None else _asked(writer)
    return {
        "writer": "phrasebook" if writer is None else writer.name,
        "settings": {
            field: {"value": None if value is None else str(value), "from": source_of(field)}
            for field in Settings.model_fields
            for value in [getattr(settings, field)]
        },
        "files": {str(path): path.is_file() for path in setting_files()},
        "keys": {key: bool(os.environ.get(key)) for key in KEYS},
        "base_url": settings.base_url or os.environ.get("OPENAI_BASE_URL"),
        "extras": {extra: find_spec(extra) is not None for extra in EXTRAS},
        "answers": answers,
        "fault": fault,
    }


def _asked(model: Any) -> tuple[bool, str | None]:
    """Whether a model answers a short question, and what is wrong where it does not."""
    from drafter.errors import CutOff, MalformedReply, ModelError
    from drafter.models import Message, ModelCall

    schema = {
        "type": "object",
        "additionalProperties": False,
        "required": ["word"],
        "properties": {"word": {"type": "string"}},
    }
    call = ModelCall(
        (Message("user", 'Answer with this JSON alone: {"word": "hello"}'),), schema, "greeting", max_tokens=200
    )
    try:
        model.complete(call, timeout=ASKED_SECONDS)
    except (CutOff, MalformedReply):  # it is there, whatever it says
        return True, None
    except ModelError as fault:
        return False, str(fault)
    return True, None


def _lines(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    writer = found["writer"]
    if writer == "phrasebook":
        yield "Writer", "the built-in phrasebook, since no language model is set up (OPENAI_API_KEY, or --model NAME)"
    else:
        yield "Writer", writer
    if found["base_url"]:
        yield "Endpoint", found["base_url"]
    if found["answers"] is not None:
        yield "Answers", "yes" if found["answers"] else f"no: {found['fault']}"
    for name, setting in found["settings"].items():
        if setting["from"] != "the default":
            yield name, f"{setting['value']}  (from {setting['from']})"
    there = [path for path, exists in found["files"].items() if exists]
    yield "Settings", ", ".join(there) or f"no file; looked for {' and '.join(found['files'])}"
    yield "Keys", ", ".join(key for key, is_set in found["keys"].items() if is_set) or "none in the environment"
    for extra, there_is in found["extras"].items():
        yield extra, f"installed: {EXTRAS[extra]}" if there_is else f"not installed: {EXTRAS[extra]}"
