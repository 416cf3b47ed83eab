"""What a paper of a case may be called: words of the SOP and of the forms, never what somebody types.

A label goes into the history, the manifest and the search, from where a name could not be taken out again.
"""

from workflow_app.models.case import Case
from workflow_app.services.forms import requirements
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office.processes import definition_of

OTHERS = ("Surat", "Foto", "Dokumen lain")


def choices(work: UnitOfWork, case: Case) -> list[str]:
    """Labels for a paper that is added outside of any form: the requirement lines of the case, then the general ones."""
    return list(dict.fromkeys([*(line.evidence for line in requirements.lines_of(work, case)), *OTHERS]))


def is_allowed(work: UnitOfWork, case: Case, element: str, label: str) -> bool:
    """May a paper handed in at `element` (empty outside of any form) be called so?"""
    form = definition_of(work, case.definition_id).forms.get(element)
    titles = {field.title for field in form.fields.values() if field.widget == "documents"} if form else set()
    return label in titles or label in choices(work, case)
