"""Marks of the citizen's own phone number and NIK, in their normal form: two cases that share one are probably of one person.

The answers themselves stay sealed under the key of their case, so they cannot be searched. A mark is a digest under a key
that is not in the database: it tells that two are equal and nothing else. A corrected answer has the new mark only.
"""

from uuid import UUID

from sqlalchemy import Select, bindparam, delete, insert, select
from sqlalchemy.orm import aliased

from workflow_app.engine.forms import Field, Form
from workflow_app.models.case import Case
from workflow_app.models.mark import CaseMark
from workflow_app.services.case_file import contacts
from workflow_app.services.ground import rows
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office import phones
from workflow_app.types import Answers

MARKED = frozenset({"tel", "nik"})
"""Widgets whose answers are marked."""
NIK_DIGITS = 16

_MARKS = rows.table_of(CaseMark)
_INSERTION = insert(_MARKS)
_DROP = delete(_MARKS).where(
    _MARKS.c.case_id == bindparam("of_case"), _MARKS.c.element == bindparam("of_element")
)


def keep(work: UnitOfWork, case: Case, element: str, form: Form, given: Answers) -> None:
    """The answers of an element bear these marks from now on. Asks nothing of a form without such questions."""
    if not any(_is_marked(field) for field in form.fields.values()):
        return
    work.session.execute(_DROP, {"of_case": case.id, "of_element": element})
    found = {
        work.vault.mark(field.widget, plain)
        for field in form.fields.values()
        if _is_marked(field) and (plain := _normal(field, given))
    }
    if found:
        borne = [{"case_id": case.id, "element": element, "mark": mark} for mark in sorted(found)]
        work.session.execute(_INSERTION, rows.one_or_many(borne))


def sharing(case: Case) -> Select[UUID]:
    """Ids of other cases that bear a mark of this one. Who may see them is the caller's question."""
    theirs, own = aliased(CaseMark), aliased(CaseMark)
    return (
        select(theirs.case_id)
        .join(own, own.mark == theirs.mark)
        .where(own.case_id == case.id, theirs.case_id != case.id)
    )


def _is_marked(field: Field) -> bool:
    return field.widget in MARKED and field.personal is not None


def _normal(field: Field, given: Answers) -> str:
    """The answer as it is compared; empty when it tells nobody from others."""
    text = str(given.get(field.name) or "")
    if field.widget == "tel":
        return phones.dialled(text) if contacts.is_own(given) else ""
    return text if len(text) == NIK_DIGITS else ""
