"""What a paper of a case may be called: words of the SOP and of the forms, never what somebody types.

A label goes into the history, the manifest and the search, from where a name could not be taken out again.
"""

from workflow_app.engine.forms import Form
from workflow_app.models.case import Case
from workflow_app.services.forms import requirements
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.sop.processes import definition_of

OTHERS = ("Surat", "Foto", "Dokumen lain")
RECORDING = "Rekaman suara"
"""Where some form of the process takes recordings."""


def choices(work: UnitOfWork, case: Case) -> list[str]:
    """Labels for a paper that is added outside of any form: the requirement lines of the case, then the general ones."""
    lines = [line.evidence for line in requirements.lines_of(work, case)]
    recording = [RECORDING] if _recorded(work, case) else []
    return list(dict.fromkeys([*lines, *recording, *OTHERS]))


def is_allowed(work: UnitOfWork, case: Case, element: str, label: str) -> bool:
    """May a paper handed in at `element` (empty outside of any form) be called so?"""
    form = definition_of(work, case.definition_id).forms.get(element)
    titles = {field.title for field in form.fields.values() if field.widget == "documents"} if form else set()
    return label in titles or label in choices(work, case)


def is_of_recording(work: UnitOfWork, case: Case, element: str, label: str) -> bool:
    """May what is handed in under this label be a recording: does its question take some, or is it called so?"""
    return label in _recorded(work, case, element) or (label == RECORDING and bool(_recorded(work, case)))


def _recorded(work: UnitOfWork, case: Case, element: str | None = None) -> set[str]:
    """Titles of the questions that take recordings, of one form or of all that the case can come to."""
    known = definition_of(work, case.definition_id).forms
    forms = known.values() if element is None else [known[element]] if element in known else []
    return {field.title for form in forms for field in form.fields.values() if field.takes_recordings}


def is_paper_field(form: Form, name: str) -> bool:
    """True for a documents field, and for `<checklist>.<line>.documents`."""
    first, _, rest = name.partition(".")
    known = form.fields.get(first)
    if known is None:
        return False
    if known.widget == "requirements":
        return rest.endswith(".documents")
    return known.widget == "documents" and not rest


def of_place(work: UnitOfWork, case: Case, form: Form, name: str) -> str | None:
    """What a paper is called that is handed in at this place of a form: the title of its question, or the evidence of its line
    in a checklist. None where no paper is asked for.
    """
    if not is_paper_field(form, name):
        return None
    first, _, rest = name.partition(".")
    if not rest:
        return form.fields[first].title
    line_id = rest.removesuffix(".documents")
    return next((line.evidence for line in requirements.lines_of(work, case) if line.id == line_id), None)
