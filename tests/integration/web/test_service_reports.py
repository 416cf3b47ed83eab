"""The figures of a month as a table for a spreadsheet."""

import csv
from collections.abc import Callable
from uuid import UUID

from tests.integration.conftest import TestClock
from tests.integration.web.visitor import Visitor
from workflow_app.domain import SYSTEM
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.office_settings import configuration


def test_what_a_role_is_called_is_no_formula_in_a_spreadsheet(
    chief: Visitor, works: Works, clock: TestClock, play: Callable[..., UUID]
) -> None:
    play("sktlk_ktp", 1)
    with works.begin(SYSTEM) as work:
        configuration.set_value(work, "label_peran", {"petugas": "=1+1"}, clock.at)
    rows = list(csv.reader(chief.open("/laporan-layanan.csv").text.splitlines()))
    assert [row[3] for row in rows if row[2] == "petugas"] == ["'=1+1"]
