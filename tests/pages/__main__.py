"""`make pages`: writes the pages that are made from the code, and removes those that no longer are."""

from tests.pages import REFERENCE, found_pages, made_pages

made = made_pages()
for stale in found_pages().keys() - made.keys():
    (REFERENCE / stale).unlink()
for path, text in made.items():
    place = REFERENCE / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")
