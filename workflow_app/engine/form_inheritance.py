"""Which answers of one case may stand in the forms of another."""

from jsonschema import Draft202012Validator

from workflow_app.engine.form_dates import OPENED
from workflow_app.engine.forms import COMPUTED_WIDGETS, WORKING_NOTES, Field
from workflow_app.types import Answer

HERE_AND_NOW = COMPUTED_WIDGETS | {"documents", "signature", "note"}
"""Widgets whose answers belong to the case in which they were given."""


def secrecy(field: Field) -> int:
    """How secret answers are: open, for who works on the case, masked."""
    return 0 if field.personal is None else 1 if field.personal == WORKING_NOTES else 2


def may_stand(field: Field, origin: Field, value: Answer) -> bool:
    """Whether the answer to a question of the same name can stand here: it fits, it does not become less secret, and it is
    nothing that is done or declared for each case anew (papers, signatures, boxes that have to be ticked, the time at which the
    citizen came).
    """
    if (
        field.default == OPENED
        or field.widget in HERE_AND_NOW
        or "const" in field.schema
        or secrecy(field) < secrecy(origin)
    ):
        return False
    return bool(Draft202012Validator(field.schema).is_valid(value))
