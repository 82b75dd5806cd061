"""Fuzzes `check` with coverage as the guide (`make fuzz`): any text, any request, no way to break it.

Usage: python -m tests.fuzz.check [libFuzzer's options], such as -max_total_time=60
"""

import sys

import atheris

with atheris.instrument_imports(include=["drafter"]):
    from pydantic import ValidationError

    from drafter import Draft, Request, check
    from drafter.message import Part, Status

LISTS = ("private", "appreciated", "may_mention")
PIECES = (
    "Dear Tom,\n\n", "Thank you for your time. ", "I withdraw my application for Editor at Bolt. ", "Best,\nAna",
    "Your process was chaotic. ", "[Name]", "https://x.example ", "\u200b", "ﬁ", "aGVsbG8gd29ybGQgaGVsbG8=", "&amp;",
    "w i t h d r a w ", "5 March ", "20 % ", "a fifth more ", "```", "**", "１２", "я", "私は辞退します。",
)  # fmt: skip


def some_text(data: atheris.FuzzedDataProvider) -> str:
    """Pieces of letters and any characters, mixed."""
    parts = []
    for _ in range(data.ConsumeIntInRange(0, 12)):
        if data.ConsumeBool():
            parts.append(PIECES[data.ConsumeIntInRange(0, len(PIECES) - 1)])
        else:
            parts.append(data.ConsumeUnicodeNoSurrogates(data.ConsumeIntInRange(0, 60)))
    return "".join(parts)


def some_request(data: atheris.FuzzedDataProvider) -> Request:
    """A request with any text in it. Raises ValidationError where it is none."""
    fields = {name: some_text(data) or "Bolt" for name in ("sender", "company", "role")}
    lists = {name: [some_text(data) for _ in range(data.ConsumeIntInRange(0, 2))] for name in LISTS}
    reason = {
        "kind": data.PickValueInList(["health", "staying", "company", "undisclosed"]),
        "detail": some_text(data) or None,
        "share": data.PickValueInList(["nothing", "general"]),
    }
    language = data.PickValueInList(["en", "de", "ja"])
    return Request.model_validate({**fields, **lists, "recipient": some_text(data) or None, "reason": reason,
                                   "language": language})  # fmt: skip


def one_input(raw: bytes) -> None:
    """One run: no rule breaks, and every span cuts its evidence out of the draft as given."""
    data = atheris.FuzzedDataProvider(raw)
    try:
        request = some_request(data)
    except ValidationError:
        return
    subject = some_text(data) if data.ConsumeBool() else None
    draft = Draft(subject=subject, body=some_text(data))
    report = check(draft, request)
    broken = [rule for rule in report.rules if rule.status is Status.ERROR]
    if broken:
        raise AssertionError(broken)
    for finding in report.findings:
        text = (subject or "") if finding.span and finding.span.part is Part.SUBJECT else draft.body
        if finding.span and text[finding.span.start : finding.span.end] != finding.evidence:
            raise AssertionError(finding)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
