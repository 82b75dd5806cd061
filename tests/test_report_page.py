"""The page of a run, in a real browser: it loads, filters, expands and compares, by mouse and by keyboard.

Where there is no chromium these tests, and only these, are skipped.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from drafter.evals.page import page as page_of
from drafter.evals.produce import Job, produce
from drafter.evals.suites import Suite

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}

pytestmark = [
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="there is no chromium: apt-get install -y chromium"),
    pytest.mark.xdist_group("browser"),
]

BODY = (
    "Dear Tom,\n\nThank you for your time. I am withdrawing my application for the Copy Editor role at Larkfield "
    "Press, as I have accepted another offer. I would be glad to stay in touch.{}\n\nBest wishes,\nAna Ruiz"
)
REQUEST = {
    "sender": "Ana Ruiz", "company": "Larkfield Press", "role": "Copy Editor", "recipient": "Tom Hale",
    "channel": "email", "reason": {"kind": "other_offer"},
}  # fmt: skip
SLOT = "I will call on [date]. 😀"


def sample(name: str, more: str = "", *violations: str, **fields: Any) -> dict[str, Any]:
    request = {**REQUEST, "stage": fields.pop("stage", "interviewed")}
    draft = {"subject": "Copy Editor", "body": BODY.format(more and f" {more}")}
    return {"id": name, "request": request, "draft": draft, "violations": violations, **fields}


BEFORE = [
    sample("kept", regime="plain"),
    sample("slot", f"😀 {SLOT}", "form/placeholder", regime="odd", stage="screened", why="An unfilled slot."),
    sample("markup", "<img src=x onerror=alert(1)></script>", "safety/injected", regime="odd"),
    sample("missed", "", "positivity/disparagement", regime="plain", why="A label that nothing bears out."),
]
AFTER = [BEFORE[0], sample("slot", "", regime="odd", stage="screened"), *BEFORE[2:]]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all of them."""
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield started
        started.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The pages: of one run, of two, and of messages that the phrasebook wrote."""
    folder = tmp_path_factory.mktemp("pages")
    suites = {}
    for name, samples in (("before", BEFORE), ("after", AFTER)):
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, samples)), encoding="utf-8")
        fields = {"name": "mine", "about": "What is tried.", "data": [f"{name}.jsonl"]}
        scorers = ["acceptable", "escapes", "false_blocks", "words"]
        suites[name] = Suite.model_validate({**fields, "scorers": scorers, "folder": folder})
        produce(Job(suites[name]), folder / f"{name}.run.jsonl")
    asked = [{"id": f"p{number}", "request": REQUEST} for number in range(2)]
    (folder / "asked.jsonl").write_text("\n".join(map(json.dumps, asked)), encoding="utf-8")
    written = suites["before"].model_copy(update={"data": ("asked.jsonl",), "writer": "phrasebook"})
    produce(Job(written), folder / "written.run.jsonl")
    runs = {name: folder / f"{name}.run.jsonl" for name in ("before", "after", "written")}
    lines = runs["before"].read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "broken.jsonl").write_text("".join([*lines[:-1], "{<b>}\n"]), encoding="utf-8")
    pages = {
        "broken": page_of(suites["before"], runs["before"], folder / "broken.jsonl", told=lambda _: None),
        "one": page_of(suites["before"], runs["before"]),
        "two": page_of(suites["before"], runs["before"], runs["after"]),
        "worse": page_of(suites["after"], runs["after"], runs["before"]),
        "written": page_of(written, runs["written"]),
        "many": page_of(suites["before"], runs["before"]).replace("const MOST = 200", "const MOST = 3"),
    }
    for name, text in pages.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in pages}


Open = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser, files: dict[str, Path]) -> Iterator[Open]:
    """Opens a page; fails at the end where it complained, or asked for anything beside its own file."""
    complaints: list[str] = []
    contexts = []

    def open_(name: str, size: Any = DESKTOP, **options: Any) -> Page:
        context = browser.new_context(viewport=size, offline=True, **options)
        contexts.append(context)
        shown = context.new_page()
        shown.on("console", lambda message: complaints.append(message.text))
        shown.on("pageerror", lambda fault: complaints.append(str(fault)))
        shown.on("dialog", lambda dialog: complaints.append(dialog.message))
        shown.on("request", lambda asked: complaints.append(asked.url) if asked.url != files[name].as_uri() else None)
        shown.goto(files[name].as_uri())
        return shown

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


def listed(shown: Page) -> list[str]:
    names: list[str] = shown.eval_on_selector_all("#samples details", "all => all.map(one => one.dataset.id)")
    return names


def test_it_loads_with_its_figures(opened: Open) -> None:
    """Title, every share with its interval as a plot, the rules, and all samples; nothing is fetched."""
    shown = opened("one")
    assert shown.title() == "mine · drafter eval"
    assert listed(shown) == ["kept", "slot", "markup", "missed"]
    rows = shown.locator("#figures tbody tr")
    assert rows.first.inner_text().split() == ["acceptable", "all", "2/4", "=", "50.0%", "[15.0%-85.0%]"]
    assert rows.first.locator(".plot b").get_attribute("style") == "left: 50%;"
    assert "form/placeholder" in shown.locator("#rules").inner_text()


@pytest.mark.parametrize(
    ("field", "value", "left"),
    [
        ("rule", "form/placeholder", ["slot"]),
        ("regime", "plain", ["kept", "missed"]),
        ("stage", "screened", ["slot"]),
        ("state", "judged wrongly", ["missed"]),
        ("state", "acceptable", ["kept", "missed"]),
    ],
)
def test_it_filters(field: str, value: str, left: list[str], opened: Open) -> None:
    """By rule, regime, stage and state; how many are left is told."""
    shown = opened("one")
    shown.select_option(f"#{field}", value)
    assert listed(shown) == left
    assert shown.locator("#count").inner_text() == f"{len(left)} of 4 samples"


def test_it_searches(opened: Open) -> None:
    """In texts, names and ids; what nothing matches leaves nothing."""
    shown = opened("one")
    shown.fill("#search", "UNFILLED")
    assert listed(shown) == ["slot"]
    shown.fill("#search", "nowhere at all")
    assert listed(shown) == []


def test_many_samples_are_shown_some_at_a_time(opened: Open) -> None:
    """A button shows the next of them, and is gone when all are there; the first of the new ones has the focus."""
    shown = opened("many")
    assert len(listed(shown)) == 3
    shown.click("text=Show 1 more of 1")
    assert listed(shown) == ["kept", "slot", "markup", "missed"]
    assert shown.evaluate("document.activeElement.parentElement.dataset.id") == "missed"
    assert shown.locator("#more").is_hidden()


def test_a_draft_is_shown_with_its_findings_in_place(opened: Open) -> None:
    """The evidence is underlined where it stands, whatever comes before it; request, label and advice are there."""
    shown = opened("one")
    one = shown.locator("details[data-id=slot]")
    one.locator("summary").click()
    one.locator("mark").first.wait_for()
    marks = one.locator("mark").all_inner_texts()
    assert [("[date]" in mark, mark in SLOT, "😀" in mark) for mark in marks] == [(True, True, False)]
    said = one.inner_text()
    assert all(part in said for part in ("form/placeholder", "An unfilled slot.", "company Larkfield Press"))


def test_what_a_draft_holds_is_text(opened: Open) -> None:
    """Markup in a draft is shown and never run."""
    shown = opened("one")
    one = shown.locator("details[data-id=markup]")
    one.locator("summary").click()
    one.locator("pre").wait_for()
    assert "<img src=x onerror=alert(1)></script>" in one.inner_text()
    assert shown.locator("img").count() == 0


def test_it_is_used_by_keyboard(opened: Open) -> None:
    """Tab leads through the filters to the samples, Enter opens one, and where one is can be seen."""
    shown = opened("one")
    shown.focus("#stage")
    shown.keyboard.press("Tab")
    assert shown.evaluate("document.activeElement.parentElement.dataset.id") == "kept"
    assert shown.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    shown.keyboard.press("Enter")
    shown.locator("details[data-id=kept][open] pre").wait_for()


def test_two_runs_stand_side_by_side(opened: Open) -> None:
    """The verdict, the figures before and after, and what changed in a message, word by word."""
    shown = opened("two")
    assert shown.locator("#verdict").inner_text().startswith("In all:")
    assert "escapes" in shown.locator("#changes").inner_text()
    shown.select_option("#state", "changed")
    assert listed(shown) == ["slot"]
    shown.locator("summary").click()
    shown.locator("details h3").first.wait_for()
    assert shown.locator("details h3").all_inner_texts()[:3] == ["Before", "After", "What changed"]
    assert any("[date]" in gone for gone in shown.locator("del").all_inner_texts())


def test_what_only_the_second_run_has_is_found(opened: Open) -> None:
    """A sample that was acceptable and is no more says both, and is found by its new state and its new rule."""
    shown = opened("worse")
    for field, value in (("state", "rejected"), ("rule", "form/placeholder")):
        shown.select_option(f"#{field}", value)
        assert "slot" in listed(shown)
    said = shown.locator("details[data-id=slot] summary").inner_text().split()
    assert said[:4] == ["slot", "acceptable", "→", "rejected"]
    assert "form/placeholder" in said


def test_what_would_choose_nothing_is_not_there(opened: Open) -> None:
    """A filter that has only "all" to choose from is left out, and what is the same for all is said of none."""
    shown = opened("written")
    assert [shown.locator(f"#{field}").is_visible() for field in ("rule", "regime", "stage")] == [False, False, True]
    assert shown.locator("summary").first.inner_text().split() == ["p0", "acceptable", "interviewed"]


def test_what_is_missing_is_on_it(opened: Open) -> None:
    """Lines that could not be read, and samples that only one of two runs has."""
    shown = opened("broken")
    assert "1 line could not be read" in shown.locator("#unread").inner_text()
    assert "broken.jsonl, line 5" in shown.locator("#unread").inner_text()
    assert shown.locator("#verdict").inner_text() == "In all: incomplete."
    assert "1 sample is missing from the second run: missed" in shown.locator("#gaps").inner_text()
    assert opened("two").locator("#unread").is_hidden()


def test_claims_stand_under_the_draft(opened: Open) -> None:
    """Each sentence of a message that was written, with the fact that it rests on."""
    shown = opened("written")
    shown.locator("summary").first.click()
    shown.locator("details h3").first.wait_for()
    assert "What each sentence rests on" in shown.locator("details h3").all_inner_texts()
    assert "accepted another offer" in shown.locator("details").first.inner_text()


@pytest.mark.parametrize("name", ["one", "two"])
def test_it_fits_a_phone(name: str, opened: Open) -> None:
    """Nothing is wider than the screen, whatever is open."""
    shown = opened(name, PHONE, is_mobile=True, has_touch=True)
    for summary in shown.locator("summary").all():
        summary.tap()
    shown.locator("details[open] pre").nth(3).wait_for()
    assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert shown.locator("#figures .plot").first.is_visible()


@pytest.mark.parametrize(("scheme", "dark"), [("light", False), ("dark", True)])
def test_it_follows_light_and_dark(scheme: Any, dark: bool, opened: Open) -> None:
    """Light text on dark where that is wanted, and dark on light elsewhere."""
    shown = opened("one", color_scheme=scheme)
    text = shown.evaluate("getComputedStyle(document.body).color")
    assert (int(text.split("(")[1].split(",")[0]) > 128) == dark
