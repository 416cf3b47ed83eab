"""Two who say at once what narrows the search for a paper: what both said holds."""

from uuid import uuid4

from archive.models import Document
from tests.integration.races.meeting import Verb, second_comes_while_first_holds
from tests.integration.races.office import Office
from tests.integration.services import scans
from workflow_app.domain import SYSTEM
from workflow_app.models import CaseDocument
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.documents import ingest
from workflow_app.services.documents.ingest import Facet, entry
from workflow_app.services.retention import holdings


def test_a_paper_that_two_cases_take_in_at_once_is_found_as_what_both_call_it(
    open_office: Office,
) -> None:
    works = open_office.works
    with works.begin(SYSTEM) as work:
        paper = holdings.deposit(work, scans.picture(f"{uuid4()}")).document_id
        assert paper is not None

    def called(label: str) -> Verb:
        case_id = open_office.begin()

        def act(work: UnitOfWork) -> None:
            row = {"element": "", "added_at": work.clock(), "added_by": None}
            work.session.add(CaseDocument(case_id=case_id, document_id=paper, label=label, **row))
            ingest.renew(work, [paper])

        return act

    second_comes_while_first_holds(works, (SYSTEM, called("Surat")), (SYSTEM, called("Foto")))

    with works.begin(SYSTEM) as work:
        known = work.session.get_one(Document, paper).facets
    assert {entry(Facet.KIND, ingest.code_of(label)) for label in ("Surat", "Foto")} <= {*known}
