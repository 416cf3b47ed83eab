"""Every case that a step began is there, both trails and the table tell of the same bond, and what is kept from somebody in one
case of a matter is kept in all.
"""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select

from workflow_app.models.audit import AuditEvent
from workflow_app.models.kinship import CaseKinship
from workflow_app.services.case_file import kinship, reopened_line
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.watching.faults import Fault

Bond = tuple[UUID, UUID]
"""Parent and child."""


def check(work: UnitOfWork) -> Iterator[Fault]:
    """Compare the bonds of the table with those that the trails of parents and of children tell, and the walls along them."""
    rows = {(row.parent_id, row.child_id) for row in work.session.scalars(select(CaseKinship))}
    told = {
        "of the parent": {(case, other) for case, other in _told(work, kinship.CHILD)},
        "of the child": {(other, case) for case, other in _told(work, kinship.PARENT)},
    }
    for trail, bonds in told.items():
        for parent, child in sorted(rows - bonds):
            yield Fault(
                "kinship",
                f"case {child}",
                f"It continues case {parent}, but the trail {trail} does not say so.",
            )
        for parent, child in sorted(bonds - rows):
            yield Fault(
                "kinship",
                f"case {parent}",
                f"The trail {trail} tells of case {child}, which does not continue it.",
            )
    for case_id, members in sorted(reopened_line.lacking_walls(work).items()):
        sentence = f"{len(members)} members see it who are kept out of a case of the same matter."
        yield Fault("wall", f"case {case_id}", sentence)
    for case_id, role in sorted(reopened_line.lacking_confinements(work).items()):
        yield Fault(
            "wall", f"case {case_id}", f"A case of the same matter is confined to {role}, this is not."
        )


def _told(work: UnitOfWork, action: str) -> Iterator[Bond]:
    """Whose trail tells of which other case."""
    query = select(AuditEvent.case_id, AuditEvent.details).where(AuditEvent.action == action)
    for case_id, details in work.session.execute(query):
        yield case_id, UUID(details["case"])
