"""Questions that one officer alone may answer (`only_by`): a paper that names who recorded it is signed by nobody else (R48).

The Code of Criminal Procedure has a spoken report recorded by the officer and signed by the reporter and him. The number is
issued, and the officer's name printed, before anybody signs. Another officer who takes over does not sign in that name: he
has the part recorded anew, by himself, and then the paper names him.
"""

from workflow_app.engine.forms import Form
from workflow_app.models.case import Case
from workflow_app.models.submission import Submission
from workflow_app.services.accounts import people
from workflow_app.services.case_file import answers
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.sop.processes import definition_of
from workflow_app.types import Answers


def check(work: UnitOfWork, case: Case, form: Form, given: Answers) -> dict[str, str]:
    """Answered questions that are another officer's, with a sentence. The case is locked by the caller."""
    asked = {field.name: field.only_by for field in form.fields.values() if field.only_by}
    found: dict[str, str] = {}
    for name in asked.keys() & given.keys():
        done = answers.newest(work, case.id, [asked[name]]).get(asked[name])
        if done is not None and done.submitted_by != work.actor.user_id:
            found[name] = _sentence(work, case, done)
    return found


def _sentence(work: UnitOfWork, case: Case, done: Submission) -> str:
    officer = people.name_of(work, done.submitted_by) or "petugas lain"
    step = definition_of(work, case.definition_id).elements[done.element].name
    return (
        f"Hanya {officer}, yang mengisi “{step}” dan tertulis pada surat, yang dapat menyelesaikan bagian ini. "
        "Minta tugas ini dialihkan kepadanya."
    )
