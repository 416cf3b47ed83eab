"""SpiffWorkflow's specifications, specialised: parsed specs of a process and how ours behave
differently.

* Control variables belong to the case, not to tasks: expressions read one `Scope`, so nothing is
  copied, merged or lost
  when tokens split, join or enter a subprocess.
* The clock is given: our timer events compare with `Scope.now`. SpiffWorkflow's own timer
  definitions ask the system.
* A service task only announces what it wants; it stays STARTED until the runner resolves it.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from lxml import etree
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent, IntermediateCatchEvent
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition
from SpiffWorkflow.dmn.engine.DMNEngine import DMNEngine
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.spiff.parser import SpiffBpmnParser
from SpiffWorkflow.spiff.parser.event_parsers import (
    SpiffBoundaryEventParser,
    SpiffIntermediateCatchEventParser,
)
from SpiffWorkflow.spiff.parser.process import VALIDATOR
from SpiffWorkflow.spiff.parser.task_spec import BusinessRuleTaskParser, ServiceTaskParser
from SpiffWorkflow.spiff.specs.defaults import BusinessRuleTask, ServiceTask

from workflow_app.domain import InvalidDefinition
from workflow_app.engine import model
from workflow_app.engine.model import Value, parse_xml

for _name in ("spiff", "spiff.task", "spiff.workflow"):
    # The library logs every change of every task, with its data.
    logging.getLogger(_name).setLevel(logging.WARNING)


@dataclass(frozen=True)
class Specs:
    """The parsed specification of a process and of its embedded subprocesses."""

    process: Any
    subprocesses: Mapping[str, Any]


class Scope:
    """What expressions see during one step: the control variables of the case and the instant.
    Serves as script engine.
    """

    def __init__(self, variables: Mapping[str, Value], now: datetime) -> None:
        self.variables = dict(variables)
        self.now = now
        self.rows: list[tuple[str, str]] = []
        """Rows of decision tables that applied, each as id of the table and of the row."""

    def set(self, name: str, value: object) -> None:
        """Change a control variable. Raises `ValueError` for a reserved name or a value that is not
        allowed.
        """
        if model.is_reserved(name):
            raise ValueError(f"control variable {name!r}: the name is reserved")
        if not model.is_value(value):
            raise ValueError(f"control variable {name!r}: {type(value).__name__} is not allowed")
        self.variables[name] = value

    def validate(self, expression: str) -> None:
        """Called by the decision table engine before it builds a comparison."""
        model.check(expression)

    def evaluate(
        self, task: Any, expression: str, external_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Called by gateways, timers, service parameters and decision tables."""
        return model.evaluate(expression, {**self.variables, **(external_context or {})})

    def execute(
        self, task: Any, script: str, external_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Called by script tasks and pre- or post-scripts, which we never run."""
        raise model.ExpressionError("scripts are not allowed")


class DueTimer(TimerEventDefinition):
    """A timer event: due instant computed when the task is reached, then compared with the given
    clock.
    """

    is_followed = False
    """Is the expression asked again until the timer fires?"""

    def has_fired(self, my_task: Any) -> bool:
        """True once the clock has reached the due instant."""
        due = self.look(my_task)
        if due is not None and due <= my_task.workflow.script_engine.now:
            my_task.internal_data["event_fired"] = True
        return bool(my_task.internal_data.get("event_fired", False))

    def look(self, my_task: Any) -> datetime | None:
        """The due instant of a task that has been reached, as far as it is known now."""
        scope: Scope = my_task.workflow.script_engine
        if self.is_followed or "due" not in my_task.internal_data:
            due = self.due_at(scope.evaluate(my_task, self.expression), scope.now)
            my_task.internal_data["due"] = due.isoformat() if due else None
        return waiting_until(my_task)

    def due_at(self, value: object, now: datetime) -> datetime | None:
        """Due instant of an evaluated expression; None means no deadline."""
        raise NotImplementedError


def next_wake(waiting: Iterable[Any]) -> datetime | None:
    """When the first timer among these waiting tasks is due."""
    dues = [
        timer.look(t)
        for t in waiting
        if isinstance(timer := t.task_spec.event_definition, DueTimer)
    ]
    return min((due for due in dues if due is not None), default=None)


class DateTimer(DueTimer):
    """Fires at an ISO instant with offset. It follows its expression: a clock may start, or stop,
    while the timer waits.
    """

    is_followed = True

    def due_at(self, value: object, now: datetime) -> datetime | None:
        if value is None:
            return None
        due = datetime.fromisoformat(str(value))
        if due.tzinfo is None:
            raise ValueError(f"the instant {value} has no offset")
        return due.astimezone(UTC)


class DurationTimer(DueTimer):
    """Fires an ISO duration (whole numbers) after the task was reached."""

    def due_at(self, value: object, now: datetime) -> datetime | None:
        if value is None:
            return None
        parsed = self.parse_iso_duration(str(value))
        length: timedelta = self.get_timedelta_from_start(parsed, now)
        return (now + length).astimezone(UTC)


def waiting_until(task: Any) -> datetime | None:
    """Due instant of a timer task that has been reached."""
    due = task.internal_data.get("due")
    return datetime.fromisoformat(due) if due else None


class EffectTask(ServiceTask):
    """A service task that stays STARTED, with its parameters fixed at the moment it was reached."""

    def __init__(self, wf_spec: Any, name: str, **kwargs: Any) -> None:
        self.has_result = bool(kwargs.get("result_variable"))
        super().__init__(wf_spec, name, **kwargs)

    def _execute(self, task: Any) -> None:
        scope: Scope = task.workflow.script_engine
        parameters = {n: scope.evaluate(task, p["value"]) for n, p in self.operation_params.items()}
        task.internal_data["parameters"] = parameters


class TableEngine(DMNEngine):
    """Evaluates a decision table; the library glues a cell such as `in ["a"]` to its input without
    a space.
    """

    def decide(self, task: Any) -> list[Any]:
        """The rows that apply: all that match for COLLECT, otherwise the first."""
        table = self.decision_table
        found: list[Any] = super().decide(task)
        found = found if table.hit_policy == "COLLECT" else found[:1]
        task.workflow.script_engine.rows += [(table.id, rule.id) for rule in found]
        return found

    def evaluate(self, input_expr: str | None, match_expr: str | None, task: Any) -> Any:
        """True if a cell accepts the input."""
        return super().evaluate(f"{input_expr} ", match_expr, task)


class RuleTask(BusinessRuleTask):
    """A business rule task: only the outputs named by `keepOutputs` become control variables."""

    def _run_hook(self, my_task: Any) -> bool:
        scope: Scope = my_task.workflow.script_engine
        result = self.dmnEngine.result(my_task)
        collects = self.dmnEngine.decision_table.hit_policy == "COLLECT"
        for name in self.extensions.get("properties", {}).get("keepOutputs", "").split():
            if name not in result and not collects:
                raise ValueError(f"no row of the decision gives {name}")
            scope.set(name, result.get(name, []))
        return True


class _DueTimers:
    """Makes our timers out of timer events."""

    def parse_timer_event(self, event: Any) -> DueTimer:
        kinds = {"timeDate": DateTimer, "timeDuration": DurationTimer}
        for child in event:
            kind = kinds.get(etree.QName(child).localname)
            if kind is not None:
                return kind(self.node.get("id"), (child.text or "").strip())  # type: ignore[attr-defined]  # the mixin's parsers have it
        raise InvalidDefinition(detail="a timer needs timeDate or timeDuration")


class _BoundaryEventParser(_DueTimers, SpiffBoundaryEventParser):
    pass


class _CatchEventParser(_DueTimers, SpiffIntermediateCatchEventParser):
    pass


class _RuleTaskParser(BusinessRuleTaskParser):
    def create_task(self) -> RuleTask:
        engine = self.process_parser.parser.get_engine(self.get_decision_ref(self.node), self.node)
        return RuleTask(
            self.spec,
            self.bpmn_id,
            dmnEngine=TableEngine(engine.decision_table),
            **self.bpmn_attributes,
        )


class _Parser(SpiffBpmnParser):
    OVERRIDE_PARSER_CLASSES: ClassVar[dict[str, Any]] = {
        **SpiffBpmnParser.OVERRIDE_PARSER_CLASSES,
        full_tag("serviceTask"): (ServiceTaskParser, EffectTask),
        full_tag("businessRuleTask"): (_RuleTaskParser, RuleTask),
        full_tag("boundaryEvent"): (_BoundaryEventParser, BoundaryEvent),
        full_tag("intermediateCatchEvent"): (_CatchEventParser, IntermediateCatchEvent),
    }


def parse_specs(key: str, models: Mapping[str, bytes], decisions: Mapping[str, bytes]) -> Specs:
    """Let SpiffWorkflow parse the process `key` among these models, which hold those it calls, with
    all decision tables.

    Raises `InvalidDefinition`.
    """
    parser = _Parser(validator=VALIDATOR)
    name = ""
    try:
        for name, data in decisions.items():
            parser.add_dmn_xml(parse_xml(data, name), name)
        for name, data in models.items():
            parser.add_bpmn_xml(parse_xml(data, name), name)
        return Specs(parser.get_spec(key), parser.get_subprocess_specs(key))
    except SpiffWorkflowException as error:
        raise InvalidDefinition(detail=f"{name}: {getattr(error, 'id', '')} {error}") from error
    except (KeyError, AttributeError, ValueError, SyntaxError) as error:
        raise InvalidDefinition(detail=f"{name}: {type(error).__name__} {error}") from error
