"""Copied cases are as sound as the one they are copies of: nothing that audits a site finds
anything.
"""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import func, select

from workflow_app.domain import SYSTEM
from workflow_app.models import Case
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.operations import consistency_cases
from workflow_app.tools.load import filling


def test_copies_of_a_finished_case_pass_the_audit(works: Works, play: Callable[..., UUID]) -> None:
    play("sktlk_ktp")

    with works.begin(SYSTEM) as work:
        connection = work.session.connection().connection.driver_connection
        assert connection is not None
        filling.copy(connection, 25)

    with works.begin(SYSTEM) as work:
        ended = select(func.count()).select_from(Case).where(Case.outcome == "selesai")
        assert work.session.scalar(ended) == 26
        assert list(unit_of_work.verify_chains(work)) == []
        assert list(consistency_cases.check_consistency_case(work)) == []
