"""The figures of a month: the same for every reader, without what is kept from anybody, by the days
of WITA.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from tests.integration.conftest import TestClock
from workflow_app.domain import SYSTEM, Actor, Forbidden
from workflow_app.models import Case, CaseWall
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.reporting import service_reports
from workflow_app.services.reporting.service_reports import Line, Report

Play = Callable[..., UUID]
Person = Callable[..., Actor]
NOVEMBER = date(2026, 11, 1)


def read(works: Works, actor: Actor, first: date = NOVEMBER) -> Report:
    with works.begin(actor) as work:
        return service_reports.of_month(work, first)


def only(report: Report) -> Line:
    (line,) = report.lines
    return line


def test_r75_r76_services_and_work_of_a_month_are_counted_without_persons(
    works: Works, play: Play, person: Person
) -> None:
    ended, _running = play("sktlk_ktp", None), play("sktlk_ktp", 2)
    reader = person("perencana", "bag_ren")
    line = only(read(works, reader))
    assert (line.received, line.finished, line.cancelled, line.running) == (2, 1, 0, 1)
    assert line.span is not None and (line.span.n, line.span.median) == (1, None)
    steps = {one.role: one.steps for one in read(works, reader).work}
    assert steps.pop("petugas") > sum(steps.values()) >= 1
    told = "\n".join(",".join(row) for row in service_reports.rows(read(works, reader)))
    assert "2026-11,layanan,sktlk" in told and "diterima,2" in told
    with works.begin(SYSTEM) as work:
        number = work.session.get_one(Case, ended).number
    assert number not in told


@pytest.mark.parametrize("kept", ["confined", "walled"])
def test_r79_a_case_kept_from_anybody_is_in_no_readers_figures(
    works: Works, play: Play, sari: Actor, person: Person, kept: str
) -> None:
    case_id = play("sktlk_ktp", 2)
    play("sktlk_ktp", 1)
    auditor = person("auditor", "auditor")
    with works.begin(SYSTEM) as work:
        if kept == "confined":
            work.session.get_one(Case, case_id).confined_to = "piket_propam"
        else:
            work.session.add(
                CaseWall(
                    case_id=case_id, user_id=sari.user_id, since=work.clock(), reason_key="uji.uji"
                )
            )
    found = [read(works, reader) for reader in (sari, auditor, person("ops", "bag_ops"))]
    assert found[0] == found[1] == found[2]
    assert only(found[0]).received == 1


def test_a_month_begins_at_midnight_in_wita(
    works: Works, play: Play, sari: Actor, clock: TestClock
) -> None:
    clock.at = datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC)
    play("sktlk_ktp", 0)
    clock.at += timedelta(seconds=1)
    play("sktlk_ktp", 0)
    december = read(works, sari, date(2026, 12, 1))
    november = read(works, sari)
    assert (only(november).received, only(november).running, november.is_over) == (1, 1, True)
    assert (only(december).received, only(december).running, december.is_over) == (1, 2, False)
    with works.begin(sari) as work:
        assert service_reports.months(work, 36) == [date(2026, 12, 1), NOVEMBER]


@pytest.mark.parametrize(
    "role", ["petugas", "siwas", "bag_sumda", "sarpras", "admin", "piket_reskrim"]
)
def test_others_do_not_read_it(works: Works, person: Person, role: str) -> None:
    with pytest.raises(Forbidden):
        read(works, person("lain", role))
