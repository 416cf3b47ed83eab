"""Order of locks: the case row first; who reads a paper does not wait for who works on the case."""

from sqlalchemy import text

from tests.integration.conftest import PROCESSES
from tests.integration.hiring import hire
from workflow_app.domain import SYSTEM
from workflow_app.services.cases import access
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.processes import definitions
from workflow_app.services.workflow import cases


def test_an_event_is_written_while_another_transaction_holds_the_case(fresh_works: Works) -> None:
    """Else the holder, who needs the head of the chain next, and the writer, who needs the case,
    would stand still.
    """
    with fresh_works.begin(SYSTEM) as work:
        definitions.deploy(work, PROCESSES / "sktlk")
    with fresh_works.begin(hire(fresh_works, "budi", "petugas")) as work:
        case_id = cases.start(work, "sktlk").case_id

    with fresh_works.begin(SYSTEM) as holder:
        access.lock_case(holder, case_id)
        with fresh_works.begin(SYSTEM) as reader:
            reader.session.execute(text("set local statement_timeout = '3s'"))
            unit_of_work.record_case(reader, case_id, "document.opened")
        unit_of_work.record_case(holder, case_id, "letter.rendered")

    with fresh_works.begin(SYSTEM) as work:
        assert list(unit_of_work.verify_chains(work)) == []
