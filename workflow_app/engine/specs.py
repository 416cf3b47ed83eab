"""SpiffWorkflow's specifications and our specialisations of them.

* Control variables belong to the case, not to tasks: expressions read one `Scope`, so nothing is
  copied, merged or lost when tokens split, join or enter a subprocess.
* The clock is an argument: our timer events compare with `Scope.now`. SpiffWorkflow's own timer
  definitions read the system clock.
* A service task only announces its operation; it stays STARTED until the runner resolves it.
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
    """The data that expressions read during one step: the control variables of the case and the
    instant. It serves as the library's script engine.
    """

    def __init__(self, variables: Mapping[str, Value], now: datetime) -> None:
        self.variables = dict(variables)
        self.now = now
        self.rows: list[tuple[str, str]] = []
        """Matching rows of decision tables, as id of the table and id of the row."""

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
        """Check an expression before the decision table engine builds a comparison."""
        model.check(expression)

    def evaluate(
        self, task: Any, expression: str, external_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the value of an expression of a gateway, timer, service parameter or decision
        table.
        """
        return model.evaluate(expression, {**self.variables, **(external_context or {})})

    def execute(
        self, task: Any, script: str, external_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Refuse every script. Raises `model.ExpressionError`."""
        raise model.ExpressionError("scripts are not allowed")


class DueTimer(TimerEventDefinition):
    """A timer event whose due instant is computed when the task is reached and compared with the
    given clock.
    """

    is_followed = False
    """Whether the expression is evaluated again until the timer fires."""

    def has_fired(self, my_task: Any) -> bool:
        """Return whether the clock has reached the due instant."""
        due = self.look(my_task)
        if due is not None and due <= my_task.workflow.script_engine.now:
            my_task.internal_data["event_fired"] = True
        return bool(my_task.internal_data.get("event_fired", False))

    def look(self, my_task: Any) -> datetime | None:
        """Return the currently known due instant of a reached task."""
        scope: Scope = my_task.workflow.script_engine
        if self.is_followed or "due" not in my_task.internal_data:
            due = self.due_at(scope.evaluate(my_task, self.expression), scope.now)
            my_task.internal_data["due"] = due.isoformat() if due else None
        return waiting_until(my_task)

    def due_at(self, value: object, now: datetime) -> datetime | None:
        """Return the due instant for an evaluated expression; None means no deadline."""
        raise NotImplementedError


def next_wake(waiting: Iterable[Any]) -> datetime | None:
    """Return the first due instant among these waiting tasks."""
    dues = [
        timer.look(t)
        for t in waiting
        if isinstance(timer := t.task_spec.event_definition, DueTimer)
    ]
    return min((due for due in dues if due is not None), default=None)


class DateTimer(DueTimer):
    """A timer that fires at an ISO instant with offset. It evaluates its expression again while it
    waits, because a clock may start or stop in the meantime.
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
    """A timer that fires an ISO duration (whole numbers) after the task was reached."""

    def due_at(self, value: object, now: datetime) -> datetime | None:
        if value is None:
            return None
        parsed = self.parse_iso_duration(str(value))
        length: timedelta = self.get_timedelta_from_start(parsed, now)
        return (now + length).astimezone(UTC)


def waiting_until(task: Any) -> datetime | None:
    """Return the due instant of a reached timer task."""
    due = task.internal_data.get("due")
    return datetime.fromisoformat(due) if due else None


class EffectTask(ServiceTask):
    """A service task that stays STARTED, with its parameters fixed when it was reached."""

    def __init__(self, wf_spec: Any, name: str, **kwargs: Any) -> None:
        self.has_result = bool(kwargs.get("result_variable"))
        super().__init__(wf_spec, name, **kwargs)

    def _execute(self, task: Any) -> None:
        scope: Scope = task.workflow.script_engine
        parameters = {n: scope.evaluate(task, p["value"]) for n, p in self.operation_params.items()}
        task.internal_data["parameters"] = parameters


class TableEngine(DMNEngine):
    """Evaluator of decision tables. It adds the space that the library omits between an input and a
    cell such as `in ["a"]`.
    """

    def decide(self, task: Any) -> list[Any]:
        """Return the matching rows: all for COLLECT, otherwise the first."""
        table = self.decision_table
        found: list[Any] = super().decide(task)
        found = found if table.hit_policy == "COLLECT" else found[:1]
        task.workflow.script_engine.rows += [(table.id, rule.id) for rule in found]
        return found

    def evaluate(self, input_expr: str | None, match_expr: str | None, task: Any) -> Any:
        """Return whether a cell accepts the input."""
        return super().evaluate(f"{input_expr} ", match_expr, task)


class RuleTask(BusinessRuleTask):
    """A business rule task of which only the outputs in `keepOutputs` become control variables."""

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
    """Parser mixin that builds our timers from timer events."""

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
    """Parse the process `key` among these models, which include those it calls, with all decision
    tables.

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
