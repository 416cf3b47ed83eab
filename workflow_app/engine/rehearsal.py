"""Rehearsal of a process: its scenarios are played on the engine alone, with simulated operations.

Rehearsed clocks follow the rules of the services, with the targets and edges set by the scenario.
Coverage says which sequence flows, boundary events and rows of decision tables the scenarios take;
a called process is also covered by the scenarios of its callers. A row counts when a scenario or an
example of its table (`tables/<decision>.yaml`) meets it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from workflow_app.domain import WITA, Answers, Effect, Step
from workflow_app.engine import clocks, form_messages, form_rules, form_values, forms, runner
from workflow_app.engine.decisions import DecisionTable, check, read_examples
from workflow_app.engine.definitions import Definition
from workflow_app.engine.forms import Form
from workflow_app.engine.model import Model, Value, read_model
from workflow_app.engine.process_folders import (
    BEGINS_AT,
    DEFAULT_TARGET,
    MODEL_FILE,
    Advance,
    Complete,
    ExpectOpen,
    Message,
    Scenario,
    ScenarioFailed,
    own_files,
    read_scenarios,
)


def end_of_day(start: datetime, days: int) -> datetime:
    """Return the last instant of the `days`-th day after the day of `start`, in the time of the
    counter (WITA).
    """
    return form_rules.end_of_day(start.astimezone(WITA).date() + timedelta(days=days))


class RehearsedClocks:
    """The clocks of a rehearsed case: started, due and stopped."""

    def __init__(self, definition: Definition, scenario: Scenario) -> None:
        self._definition = definition
        self._scenario = scenario
        self._started: dict[str, datetime] = {}
        self._due: dict[str, str | None] = {}
        self._stopped: set[str] = set()

    def perform(self, effect: Effect, now: datetime) -> str | None:
        """Perform the clock operation of a service task. Returns its instant in ISO format, if
        there is one.
        """
        match effect.operation:
            case "start_clock":
                return self._start_all(effect, now)
            case "stop_clock":
                return self._stop(effect)
        return self._working_days_after(effect)

    def _start_all(self, effect: Effect, now: datetime) -> str | None:
        """Start these clocks and return the first due instant among them."""
        dues = [self._start(effect, name, now) for name in _names(effect)]
        return next((due for due in dues if due), None)

    def _start(self, effect: Effect, name: str, now: datetime) -> str | None:
        """Start a clock and return its due instant. A clock that counts once per case keeps its
        first start.
        """
        edge = self._counted(effect, name)
        if edge is None:
            return self._running([name])
        if self._definition.elements[effect.element].is_timed_per_round:
            self._started.pop(name, None)
            self._due.pop(name, None)
            self._stopped.discard(name)
        told = effect.parameters.get("at")
        is_recorded = clocks.is_recorded(self._definition.elements[effect.element], edge)
        at = datetime.fromisoformat(str(told)) if told and not is_recorded else now
        started = self._started.setdefault(name, min(at, now))
        target = self._scenario.targets.get(name, DEFAULT_TARGET)
        if isinstance(target, int):
            ends = [end_of_day(started, target)]
        else:
            ends = [started + target] if target else []
        if day := effect.parameters.get("until"):
            ends.append(form_rules.end_of_day(date.fromisoformat(str(day))))
        return self._due.setdefault(name, min(ends).isoformat() if ends else None)

    def _stop(self, effect: Effect) -> str | None:
        """Stop these clocks and return the due instant of one that still runs, because another edge
        may stop it.
        """
        names = _names(effect)
        self._stopped |= {name for name in names if self._counted(effect, name) is not None}
        return self._running(names)

    def _working_days_after(self, effect: Effect) -> str | None:
        """Return the end of the given day of a clock; None when its target is not in days or ends
        earlier.
        """
        name, days = str(effect.parameters["clock"]), effect.parameters["days"]
        target = self._scenario.targets.get(name)
        if not isinstance(target, int) or not isinstance(days, int) or days >= target:
            return None
        return end_of_day(self._started[name], days).isoformat()

    def _running(self, names: Iterable[str]) -> str | None:
        return next(
            (due for n in names if n not in self._stopped and (due := self._due.get(n))), None
        )

    def _counted(self, effect: Effect, clock: str) -> str | None:
        told = self._scenario.settings.get(f"tepi_jam.{clock}")
        return clocks.counted(self._definition.elements, effect.element, clock, told)


def _names(effect: Effect) -> list[str]:
    return [name.strip() for name in str(effect.parameters["clock"]).split(",")]


def unseen(_step: Step) -> None:
    """Ignore a step."""


def rehearse(
    definition: Definition, scenario: Scenario, seen: Callable[[Step], None] = unseen
) -> Step:
    """Play a scenario to its end and pass each step to `seen`. Raises `ScenarioFailed` at the first
    difference.
    """
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
                        "open tasks",
                        sorted(step.elements),
                        sorted(t.element for t in play.step.open_tasks),
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
    def __init__(
        self, definition: Definition, scenario: Scenario, seen: Callable[[Step], None]
    ) -> None:
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
            step = runner.resolve_effect(
                self.definition, step.state, effect.task_id, result, self.now
            )
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
                return form_values.is_within(
                    str(given["code"]), self.scenario.areas.get(str(given["area"]), ())
                )
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
                # In a rehearsal no channel for sending is open, so nothing that requires sending is
                # sent.
                if given.get("channel") == "kirim":
                    return "tidak"
                self.messages.append(effect.element)
                return "slip"
            case "record_cancellation":
                self.letters.clear()
        return None

    def computed(self, form: Form, answers: Answers) -> dict[str, str]:
        """Return the variables of checklists and waivers, by the rule that the services use."""
        results = {}
        for asked in form.fields.values():
            value = answers.get(asked.name)
            if asked.widget == "requirements":
                self.checklist = form_messages.line_answers(value)
            elif asked.widget == "waiver" and isinstance(value, dict):
                self.decided[str(value["line"])] = value.get("decision") == "beri"
            if asked.widget in forms.COMPUTED_WIDGETS:
                results[asked.parameters["result"]] = self.judge_checklist()
        return results

    def judge_checklist(self) -> str:
        decisions = [
            field.parameters["decision"]
            for form in self.definition.forms.values()
            for field in form.fields.values()
            if field.widget == "requirements"
        ]
        table = self.definition.decision(decisions[0])
        variables = {name: self.step.variables.get(name) for name in table.inputs}
        hits = table.hits(variables)
        self.rows += [(table.table.id, hit.row) for hit in hits]
        rows = [hit.outputs for hit in hits]
        lines = [
            (str(row["butir"]), str(row.get("bentuk") or ""), int(row.get("minimum") or 1))
            for row in rows
        ]
        return form_messages.state(lines, self.checklist, self.decided)

    @staticmethod
    def compare(what: str, expected: object, found: object) -> None:
        if expected != found:
            raise ScenarioFailed(f"{what}: expected {expected}, found {found}")


def _of_notice(effect: Effect) -> str | None:
    """Return the last instant for notice of an event, with every day as a working day, or whether a
    notice was in time.
    """
    told = effect.parameters
    if effect.operation == "notice_due":
        event = datetime.fromisoformat(str(told["before"]))
        limit = clocks.due(
            str(told["period"] or ""), event, lambda day, days: end_of_day(day, -days)
        )
        return None if limit is None else limit.isoformat()
    due = datetime.fromisoformat(str(told["due"])) if told["due"] else None
    return clocks.judge(datetime.fromisoformat(str(told["at"])), due)


@dataclass(frozen=True)
class Share:
    """The covered share of one kind of element."""

    total: int
    missing: tuple[str, ...]
    """Ids that no scenario takes, in the order of the model."""

    @property
    def percent(self) -> float:
        """Return the coverage from 0 to 100; with nothing to cover it is 100."""
        return 100.0 * (self.total - len(self.missing)) / self.total if self.total else 100.0


@dataclass(frozen=True)
class Coverage:
    """The coverage of one process by the scenarios."""

    key: str
    scenarios: int
    flows: Share
    events: Share
    """Boundary events."""
    rows: Share
    """Rows of decision tables, as `table/row`."""

    @property
    def shares(self) -> dict[str, Share]:
        """Return the shares by their names in BPMN and DMN."""
        return {
            "sequence flows": self.flows,
            "boundary events": self.events,
            "decision rows": self.rows,
        }

    @property
    def is_complete(self) -> bool:
        """Return whether everything is covered."""
        return not any(share.missing for share in self.shares.values())

    def as_dict(self) -> dict[str, object]:
        """Return the figures for JSON."""
        shares = {
            kind.replace(" ", "_"): {
                "total": share.total,
                "percent": round(share.percent, 1),
                "missing": share.missing,
            }
            for kind, share in self.shares.items()
        }
        return {"scenarios": self.scenarios, **shares}


@dataclass
class _Taken:
    """What was taken in one process: flows as source and target, elements, rows as
    table and row.
    """

    flows: dict[str, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))
    elements: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    rows: set[tuple[str, str]] = field(default_factory=set)
    """The table ids are those of the process that owns the table, wherever it is called."""


def measure(release: Iterable[Definition]) -> list[Coverage]:
    """Play all scenarios of these processes and return their coverage. Raises `ScenarioFailed` at a
    difference, and `InvalidDefinition`.
    """
    definitions, taken = list(release), _Taken()
    for definition in definitions:
        for scenario in read_scenarios(own_files(definition.files)):
            rehearse(definition, scenario, partial(_note, taken, definition))
        for example in read_examples(own_files(definition.files)):
            taken.rows |= {
                (example.table, row) for row in check(definition.decision(example.table), example)
            }
    return [_coverage(definition, taken) for definition in definitions]


def _note(taken: _Taken, definition: Definition, step: Step) -> None:
    for source, target in step.flows:
        taken.flows[definition.elements[source].process].add((source, target))
    for element in step.completed:
        taken.elements[definition.elements[element].process].add(element)
    names = {table.table.id: table.name for table in definition.decisions.values()}
    taken.rows |= {(names[table], row) for table, row in step.rows}


def _coverage(definition: Definition, taken: _Taken) -> Coverage:
    model = read_model(definition.files[MODEL_FILE])
    flows, passed = taken.flows[definition.key], taken.elements[definition.key]
    rows = [(table.name, row) for table in _own_tables(definition) for row in table.row_ids]
    return Coverage(
        key=definition.key,
        scenarios=len(read_scenarios(own_files(definition.files))),
        flows=Share(
            len(model.flows),
            tuple(flow.id for flow in model.flows if (flow.source, flow.target) not in flows),
        ),
        events=_events(model, passed),
        rows=Share(
            len(rows),
            tuple(f"{table}/{row}" for table, row in rows if (table, row) not in taken.rows),
        ),
    )


def _events(model: Model, passed: set[str]) -> Share:
    events = [node.id for node in model.nodes.values() if node.kind == "boundaryEvent"]
    return Share(len(events), tuple(event for event in events if event not in passed))


def _own_tables(definition: Definition) -> list[DecisionTable]:
    own = {name for name in own_files(definition.files) if name.endswith(".dmn")}
    return [table for table in definition.decisions.values() if table.file in own]
