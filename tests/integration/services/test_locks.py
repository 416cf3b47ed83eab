"""Order of locks: the case row first; who reads a paper does not wait for who works on the case."""

from sqlalchemy import text

from tests.integration.conftest import PROCESSES
from tests.integration.hiring import hire
from workflow_app.services.case_file import access
from workflow_app.services.ground import audit
from workflow_app.services.ground.unit_of_work import Works
from workflow_app.services.running import cases
from workflow_app.services.sop import processes
from workflow_app.types import SYSTEM


def test_an_event_is_written_while_another_transaction_holds_the_case(fresh_works: Works) -> None:
    """Else the holder, who needs the head of the chain next, and the writer, who needs the case, would stand still."""
    with fresh_works.begin(SYSTEM) as work:
        processes.deploy(work, PROCESSES / "sktlk")
    with fresh_works.begin(hire(fresh_works, "budi", "petugas")) as work:
        case_id = cases.start(work, "sktlk").case_id

    with fresh_works.begin(SYSTEM) as holder:
        access.lock_case(holder, case_id)
        with fresh_works.begin(SYSTEM) as reader:
            reader.session.execute(text("set local statement_timeout = '3s'"))
            audit.record_case(reader, case_id, "document.opened")
        audit.record_case(holder, case_id, "letter.rendered")

    with fresh_works.begin(SYSTEM) as work:
        assert list(audit.verify_chains(work)) == []
