"""Copied cases are as sound as the one they are copies of: nothing that audits a site finds anything."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import func, select

from workflow_app.models.case import Case
from workflow_app.services.ground import audit
from workflow_app.services.ground.unit_of_work import Works
from workflow_app.services.watching import consistency_cases
from workflow_app.trials import finished_cases
from workflow_app.types import SYSTEM


def test_copies_of_a_finished_case_pass_the_audit(works: Works, play: Callable[..., UUID]) -> None:
    play("sktlk_ktp")

    with works.begin(SYSTEM) as work:
        connection = work.session.connection().connection.driver_connection
        assert connection is not None
        finished_cases.copy(connection, 25)

    with works.begin(SYSTEM) as work:
        ended = select(func.count()).select_from(Case).where(Case.outcome == "selesai")
        assert work.session.scalar(ended) == 26
        assert list(audit.verify_chains(work)) == []
        assert list(consistency_cases.check(work)) == []
