"""The interview from its first question to its last: one after the other, back and forth, kept after every answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from drafter.cli import render
from drafter.cli.interview.answers import Kept, fault, read
from drafter.cli.interview.asking import BACK, Asker, Stopped
from drafter.cli.interview.questions import QUESTIONS, Question, Shape, applying, as_typed


class Interview:
    """Asks what has not been answered yet, in order."""

    def __init__(self, asker: Asker, kept: Kept, today: Callable[[], date] = date.today) -> None:
        self.asker, self.kept, self._today = asker, kept, today

    def run(self) -> None:
        """Asks until every question that applies has its answer. Raises Stopped, after saving all there is."""
        question = furthest = self._next()
        while question is not None:
            before = self._before(question)
            if self.ask(question) is not BACK:
                question = self._after(question, furthest)
                if question is None or not self._is_before(question, furthest):
                    furthest = question
            elif before is None:
                render.say("This is the first question.")
            else:
                question = before

    def ask(self, question: Question) -> Any:
        """Asks one question and keeps the answer; BACK where the person wants the one before. Raises Stopped."""
        listed = applying(self.kept.answers)
        render.say()
        render.say(f"{listed.index(question) + 1} of {len(listed)}. {question.ask}", style="bold")
        render.say(" ".join(filter(None, (question.why, question.more(self.kept.answers)))))
        try:
            answer = self._picked(question) if question.shape is Shape.CHOICE else self._typed(question)
        except Stopped as stop:
            self.kept.typing = (question.field, stop.typed) if stop.typed else self.kept.typing
            self.kept.save()
            raise
        self.kept.typing = None
        if answer is not BACK:
            self._keep(question, answer)
        return answer

    def _keep(self, question: Question, answer: Any) -> None:
        """Keeps an answer; those that followed from another one are asked again."""
        given = self.kept.answers
        if question.field == "reason.kind" and given.get(question.field, answer) != answer:
            given.pop("reason.detail", None)
            given.pop("reason.share", None)
        given[question.field] = answer
        if not given.get("reason.detail") and given.get("reason.share") == "detail":
            del given["reason.share"]
        self.kept.save()

    def _next(self) -> Question | None:
        """The first question that applies and has no sound answer: an answer may have made another one impossible."""
        given = self.kept.answers
        for question in applying(given):
            if question.field not in given or fault(question, given[question.field], given):
                return question
        return None

    def _after(self, question: Question, furthest: Question | None) -> Question | None:
        """The question that follows: whoever went back comes by the old answers again, until where they were."""
        follows = (one for one in applying(self.kept.answers) if self._is_before(question, one))
        following = next(follows, None)
        on_the_way = following is not None and (following is furthest or self._is_before(following, furthest))
        return following if on_the_way else self._next()

    @staticmethod
    def _is_before(one: Question, other: Question | None) -> bool:
        return other is not None and QUESTIONS.index(one) < QUESTIONS.index(other)

    def _before(self, question: Question) -> Question | None:
        listed = applying(self.kept.answers)
        place = listed.index(question)
        return listed[place - 1] if place else None

    def _picked(self, question: Question) -> Any:
        given = self.kept.answers
        choices = question.choices(given)
        return self.asker.pick("", choices, given.get(question.field, question.first))

    def _typed(self, question: Question) -> Any:
        doubted: Any = None

        def wrong(text: str) -> str | None:
            nonlocal doubted
            try:
                value = read(question, text, self._today())
            except ValueError as said:
                return str(said)
            if question.shape is Shape.MOMENT and value is not None and value != doubted:
                doubted = value
                if value[:10] < self._today().isoformat():
                    return "That day has passed; is the year right? If it is, enter it once more."
            return fault(question, value, self.kept.answers)

        field, half = self.kept.typing or ("", "")
        default = half if field == question.field else as_typed(question, self.kept.answers.get(question.field))
        typed = self.asker.line("", default, wrong)
        return BACK if typed is BACK else read(question, typed, self._today())


def question_of(field: str) -> Question:
    """The question for a field."""
    return next(question for question in QUESTIONS if question.field == field)
