"""`make pages`: writes the pages that are made from the code, and what the examples of the others print now."""

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.examples import WRITTEN, blocks, reading
from tests.pages import REFERENCE, found_pages, made_pages

made = made_pages()
for stale in found_pages().keys() - made.keys():
    (REFERENCE / stale).unlink()
for path, text in made.items():
    place = REFERENCE / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")

for page in WRITTEN:
    with TemporaryDirectory() as folder, reading(Path(folder)) as reader:
        for block in blocks(page):
            if (now := reader.follow(block)) != block.shown:
                text = page.read_text(encoding="utf-8")
                start = text.index(block.text) + (len(block.text) if block.printed is not None else 0)
                page.write_text(text[:start] + text[start:].replace(block.shown, now, 1), encoding="utf-8")
