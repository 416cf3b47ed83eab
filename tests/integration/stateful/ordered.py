"""Answers that are compared with others: put in order for who must be accepted, and out of it for
who must be refused.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from workflow_app.domain import WITA, Answer, Answers
from workflow_app.engine import form_rules
from workflow_app.engine.form_rules import Order
from workflow_app.engine.forms import Field, Form


def put_in_order(form: Form, given: Answers, earlier: Mapping[str, Answers]) -> Answers:
    """Answers that lie otherwise than they must, moved to what they are compared with."""
    moved: Answers = {}
    for name in form_rules.judge({n: f.order for n, f in form.fields.items()}, given, earlier):
        field = form.fields[name]
        for rule in field.order:
            for other in _told(rule, given, earlier):
                alone = {name: (Order(rule.relation, (("", "_"),), rule.sentence),)}
                if form_rules.judge(alone, {name: moved.get(name, given[name]), "_": other}, {}):
                    moved[name] = _beside(field, other, 1 if rule.relation == "above" else 0)
    return moved


def out_of_order(form: Form, given: Answers) -> list[Answers]:
    """The same answers, one of them on the wrong side of another of its form."""
    return [
        {**given, name: _beside(field, given[other], 1 if rule.relation == "at_most" else -1)}
        for name, field in form.fields.items()
        for rule in field.order
        for step, other in rule.others
        if not step and name in given and other in given
    ]


def _told(rule: Order, given: Answers, earlier: Mapping[str, Answers]) -> list[Answer]:
    told = [(earlier.get(step, {}) if step else given).get(name) for step, name in rule.others]
    return [answer for answer in told if answer is not None]


def _beside(field: Field, other: Answer, steps: int) -> Answer:
    """An answer that lies at another one, or so many numbers or days beside it."""
    if isinstance(other, int):
        return other + steps
    at = datetime.fromisoformat(str(other)) + timedelta(days=steps)
    at = at if at.tzinfo else at.replace(tzinfo=WITA)
    day: date = at.astimezone(WITA).date()
    return day.isoformat() if field.widget == "date" else at.isoformat()
