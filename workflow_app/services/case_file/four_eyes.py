"""Who has had a hand in a case already and therefore does not judge it (four eyes)."""

from uuid import UUID

from sqlalchemy import bindparam, select

from workflow_app.models.submission import Submission
from workflow_app.services.ground import rows
from workflow_app.services.ground.unit_of_work import UnitOfWork

_RECORDERS = (
    select(Submission.submitted_by, Submission.on_behalf_of)
    .where(
        Submission.case_id == bindparam("case_id"),
        Submission.element.in_(bindparam("elements", expanding=True)),
    )
    .distinct()
)


def recorders(work: UnitOfWork, case_id: UUID, elements: str) -> set[UUID | None]:
    """Users who ever completed one of the named elements of this case, and those in whose place it was done (four eyes)."""
    names = elements.split()
    if not names:
        return set()
    done = rows.read(work, _RECORDERS, {"case_id": case_id, "elements": names}).all()
    return {row.submitted_by for row in done} | {row.on_behalf_of for row in done if row.on_behalf_of}
