"""Playing a scenario on the engine alone, with played operations."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from workflow_app.engine import areas, checklists, forms, notices, runner
from workflow_app.engine.definitions import Definition
from workflow_app.engine.forms import Form
from workflow_app.engine.functions import Value
from workflow_app.engine.rehearsed_clocks import RehearsedClocks, end_of_day
from workflow_app.engine.scenarios import (
    BEGINS_AT,
    Advance,
    Complete,
    ExpectOpen,
    Message,
    Scenario,
    ScenarioFailed,
)
from workflow_app.types import Answers, Effect, Step


def unseen(_step: Step) -> None:
    """Nobody looks on."""


def rehearse(definition: Definition, scenario: Scenario, seen: Callable[[Step], None] = unseen) -> Step:
    """Play a scenario to its end, showing each step to `seen`. Raises `ScenarioFailed` at the first difference."""
    play = _Play(definition, scenario, seen)
    for number, step in enumerate(scenario.steps, 1):
        try:
            match step:
                case Complete():
                    play.complete(step)
                case Advance():
                    play.advance(step)
                case Message():
                    play.receive(step)
                case ExpectOpen():
                    play.compare(
                        "open tasks", sorted(step.elements), sorted(t.element for t in play.step.open_tasks)
                    )
        except ScenarioFailed as error:
            raise ScenarioFailed(f"{scenario.file}, step {number}: {error}") from error
    play.compare("outcome", scenario.outcome, play.step.outcome)
    if scenario.letters is not None:
        play.compare("letters", sorted(scenario.letters), sorted(play.letters.values()))
    if scenario.messages is not None:
        play.compare("messages", sorted(scenario.messages), sorted(play.messages))
    for name, value in scenario.variables.items():
        play.compare(f"variable {name}", value, play.step.variables.get(name, "(not set)"))
    return play.step


class _Play:
    def __init__(self, definition: Definition, scenario: Scenario, seen: Callable[[Step], None]) -> None:
        self.seen = seen
        self.definition = definition
        self.scenario = scenario
        self.now: datetime = BEGINS_AT
        self.given: dict[str, Answers] = {}
        self.letters: dict[str, str] = {}
        self.issued = 0
        self.messages: list[str] = []
        self.clocks = RehearsedClocks(definition, scenario)
        self.checklist: Mapping[str, Any] = {}
        self.decided: dict[str, bool] = {}
        self.rows: list[tuple[str, str]] = []
        """Rows of checklists that applied."""
        self.step = self.settle(runner.start(definition, scenario.begins_with, self.now))

    def complete(self, step: Complete) -> None:
        task = next((t for t in self.step.open_tasks if t.element == step.element), None)
        if task is None:
            raise ScenarioFailed(
                f"{step.element} is not open, but {[t.element for t in self.step.open_tasks]}"
            )
        self.compare(f"role of {step.element}", step.role, task.lane)
        form = self.definition.form(step.element)
        answers = forms.visible(form, {**forms.defaults(form, self.now), **step.answers})
        if faults := forms.validate(form, answers, self.now, self.given):
            raise ScenarioFailed(f"answers of {step.element}: {faults}")
        self.given[step.element] = answers
        variables = {**forms.separate(form, answers).control, **self.computed(form, answers)}
        self.step = self.settle(
            runner.complete_task(self.definition, self.step.state, task.id, variables, self.now)
        )

    def advance(self, step: Advance) -> None:
        until = self.now + step.by
        while self.step.next_wake_at is not None and self.step.next_wake_at <= until:
            self.now = max(self.now, self.step.next_wake_at)
            self.step = self.settle(runner.wake(self.definition, self.step.state, self.now))
        self.now = until

    def receive(self, step: Message) -> None:
        self.step = self.settle(
            runner.receive_message(self.definition, self.step.state, step.name, {}, self.now)
        )

    def settle(self, step: Step) -> Step:
        """Resolve effects until none is left."""
        self.show(step)
        while step.effects:
            effect = step.effects[0]
            result = self.operate(effect)
            step = runner.resolve_effect(self.definition, step.state, effect.task_id, result, self.now)
            self.show(step)
        return step

    def show(self, step: Step) -> None:
        self.seen(replace(step, rows=(*step.rows, *self.rows)))

    def operate(self, effect: Effect) -> Value:
        given = effect.parameters
        match effect.operation:
            case "start_clock" | "stop_clock" | "working_days_after":
                return self.clocks.perform(effect, self.now)
            case "notice_due" | "is_in_time":
                return _of_notice(effect)
            case "check_area":
                return areas.is_within(str(given["code"]), self.scenario.areas.get(str(given["area"]), ()))
            case "read_setting":
                name = str(given["setting"])
                value: Value = self.scenario.settings.get(
                    name, self.definition.initial[name.rpartition(".")[2]]
                )
                return value
            case "read_route":
                route: Value = self.scenario.settings.get(f"{given['table']}.{given['need']}")
                return route or ""
            case "issue_letter":
                self.issued += 1
                letter_id = f"surat-{self.issued}"
                self.letters[letter_id] = str(given["letter"])
                return letter_id
            case "start_case":
                return f"berkas {given['process']}"
            case "void_letter":
                self.letters.pop(str(given["letter_id"]), None)
            case "send_message":
                # A rehearsed office has opened no way out: what is sent or not at all is not.
                if given.get("channel") == "kirim":
                    return "tidak"
                self.messages.append(effect.element)
                return "slip"
            case "record_cancellation":
                self.letters.clear()
        return None

    def computed(self, form: Form, answers: Answers) -> dict[str, str]:
        """Variables of checklists and waivers, by the rule the services use."""
        results = {}
        for field in form.fields.values():
            value = answers.get(field.name)
            if field.widget == "requirements":
                self.checklist = checklists.line_answers(value)
            elif field.widget == "waiver" and isinstance(value, dict):
                self.decided[str(value["line"])] = value.get("decision") == "beri"
            if field.widget in forms.COMPUTED_WIDGETS:
                results[field.parameters["result"]] = self.judge_checklist()
        return results

    def judge_checklist(self) -> str:
        decisions = [f.parameters["decision"] for form in self.definition.forms.values() for f in form.fields.values()
                     if f.widget == "requirements"]  # fmt: skip
        table = self.definition.decision(decisions[0])
        variables = {name: self.step.variables.get(name) for name in table.inputs}
        hits = table.hits(variables)
        self.rows += [(table.table.id, hit.row) for hit in hits]
        rows = [hit.outputs for hit in hits]
        lines = [
            (str(row["butir"]), str(row.get("bentuk") or ""), int(row.get("minimum") or 1)) for row in rows
        ]
        return checklists.state(lines, self.checklist, self.decided)

    @staticmethod
    def compare(what: str, expected: object, found: object) -> None:
        if expected != found:
            raise ScenarioFailed(f"{what}: expected {expected}, found {found}")


def _of_notice(effect: Effect) -> str | None:
    """Until when notice of an event was due, where every day is a working day; and whether it was in time."""
    told = effect.parameters
    if effect.operation == "notice_due":
        event = datetime.fromisoformat(str(told["before"]))
        limit = notices.due(str(told["period"] or ""), event, lambda day, days: end_of_day(day, -days))
        return None if limit is None else limit.isoformat()
    due = datetime.fromisoformat(str(told["due"])) if told["due"] else None
    return notices.judge(datetime.fromisoformat(str(told["at"])), due)
