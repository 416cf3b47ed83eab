"""A click is found again in what the worker writes about the jobs it caused."""

import json
import logging
from collections.abc import Callable

import pytest

from tests.integration.dependencies.program import Program
from tests.integration.services import scans
from tests.integration.web import desk
from tests.integration.web.visitor import Visitor
from workflow_app.logs import JsonFormatter


def test_a_click_is_found_again_in_the_lines_of_its_job(
    enter: Callable[[str], Visitor],
    start_worker: Callable[..., Program],
    caplog: pytest.LogCaptureFixture,
) -> None:
    worker = start_worker()
    caplog.handler.setFormatter(JsonFormatter())
    budi = desk.to_requirements(enter("budi"))
    with caplog.at_level(logging.INFO):
        budi.submit(
            desk.NEXT,
            {"unggah.persyaratan.sim_01.documents": [(scans.picture(), "pindaian.png")]},
            **desk.GIVEN,
        )
    click = budi.answer
    lines = [json.loads(text) for text in caplog.text.splitlines()]
    posted = [line for line in lines if line["message"].startswith("POST /tugas/<uuid:task_id>")][
        -1
    ]
    assert {"request", "user", "route", "status", "duration_ms"} <= posted.keys()
    assert click.status_code == 200

    done = worker.wait_for(message="job done", task="read_document", request=posted["request"])

    assert isinstance(done["job"], int)
    assert done["duration_ms"] > 0
    assert worker.strange == []
