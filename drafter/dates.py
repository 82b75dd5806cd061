"""Dates as people write them: "5 March", "tomorrow at 9", "next Monday", 2027-03-05 10:30."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

_MONTHS = "january february march april may june july august september october november december".split()  # noqa: SIM905 -- reads better
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()  # noqa: SIM905 -- reads better
_UNCLEAR = "This is no date that I can read. Write it like 5 March, tomorrow or 2027-03-05 10:30."


def moment(text: str, today: date) -> str:
    """A date, or date and time, as ISO 8601, from what people type. Raises ValueError."""
    plain = " ".join(re.sub(r"\bat\b|,", " ", text.lower()).split())
    clock = (
        re.search(r"(?:^|[ t])(\d{1,2})(?:[:.](\d{2}))? ?(am|pm)?$", plain)
        if re.search(r"[:.]\d\d|[ap]m", plain)
        else None
    )
    day = _day(plain[: clock.start()].strip() if clock else plain, today)
    if clock is None:
        return day.isoformat()
    hour = int(clock[1]) % 12 + 12 * (clock[3] == "pm") if clock[3] else int(clock[1])
    try:
        return datetime(day.year, day.month, day.day, hour, int(clock[2] or 0)).isoformat(timespec="minutes")
    except ValueError:
        raise ValueError(_UNCLEAR) from None


def _day(text: str, today: date) -> date:
    nearby = {"": today, "today": today, "tomorrow": today + timedelta(days=1)}
    if text in nearby and text:
        return nearby[text]
    text = re.sub(r"^(?:on|next|this) ", "", text)
    weekday = next((number for number, name in enumerate(_DAYS) if text in {name, name[:3]}), None)
    if weekday is not None:
        return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    try:
        return date.fromisoformat(text)
    except ValueError:
        return _named(re.sub(r"^(?:[a-z]{3}|[a-z]+day) (?=\w+ \w+)", "", text), today)


def _named(text: str, today: date) -> date:
    """A day with its month's name, in this year or, where that has passed, in the next."""
    parts = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)?(?: of)? ([a-z]{3,})\.?(?: (\d{4}))?", text)
    turned = re.fullmatch(r"([a-z]{3,})\.? (\d{1,2})(?:st|nd|rd|th)?(?: (\d{4}))?", text)
    if parts:
        number, name, year = parts.groups()
    elif turned:
        name, number, year = turned.groups()
    else:
        raise ValueError(_UNCLEAR)
    month = next((count for count, known in enumerate(_MONTHS, 1) if known.startswith(name)), 0)
    try:
        day = date(int(year or today.year), month, int(number))
        return day if year or day >= today else day.replace(year=today.year + 1)
    except ValueError:
        raise ValueError(_UNCLEAR) from None
