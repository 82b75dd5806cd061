"""Makes guardrails/index.json: what each pattern of the packs needs (`make index`; see `needs`)."""

from __future__ import annotations

import json
from pathlib import Path

from drafter.content import content_root
from drafter.guardrails.needs import INDEX, encoded, read_off, signature
from drafter.guardrails.pack import languages
from drafter.guardrails.phrases import made_patterns
from drafter.guardrails.selftest import failures


def build() -> dict[str, list[list[str]]]:
    """The index of every pattern that the packs make use of; their own texts bring all of them to light."""
    for language in languages():
        for _ in failures(language):
            pass
    return {signature(pattern): encoded(read_off(pattern)) for pattern in sorted(made_patterns())}


def main() -> None:
    """Writes the index beside the packs."""
    lines = ",\n".join(f"{json.dumps(key)}:{json.dumps(value, ensure_ascii=False)}" for key, value in build().items())
    Path(str(content_root())).joinpath(*INDEX.split("/")).write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
