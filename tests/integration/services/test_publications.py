"""R40 on the real services: what is counted, what is left out, and when it is published."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import DBAPIError

from tests.integration.conftest import PROCESSES, TestClock
from workflow_app.domain import SYSTEM, Actor
from workflow_app.models import (
    Case,
    CaseClock,
    CaseWall,
    Definition,
    Letter,
    LetterNumber,
    Publication,
    Submission,
    Task,
)
from workflow_app.services.core import figures, unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.office_settings import configuration
from workflow_app.services.processes import definitions
from workflow_app.services.public import publications

Complain = Callable[..., list[UUID]]


@pytest.fixture
def complaints(work: UnitOfWork) -> Complain:
    """Rows of numbered complaints that came the same way: `complaints(6, "surel",
    outcome="selesai", days=3)`.
    """
    definitions.deploy(work, PROCESSES / "complaint")
    definition_id = work.session.scalars(
        select(Definition.id).where(Definition.process_key == "complaint", Definition.is_current)
    ).one()

    def add(
        how_many: int,
        channel: str,
        *,
        outcome: str | None = None,
        days: float = 0,
        late: bool = False,
    ) -> list[UUID]:
        made = [uuid4() for _ in range(how_many)]
        at = work.clock()
        for case_id in made:
            rows = _rows(case_id, definition_id, at, channel, outcome, days, late)
            for model, row in rows:
                work.session.execute(insert(model).values(row))
        return made

    return add


def _rows(
    case_id: UUID,
    definition_id: UUID,
    at: Any,
    channel: str,
    outcome: str | None,
    days: float,
    late: bool,
) -> list[tuple[Any, dict[str, Any]]]:
    sealed, task_id, number_id = b"", uuid4(), uuid4()
    element = "lembar_kotak" if channel == "kotak_pengaduan" else "terima_pengaduan"
    number = f"DUMAS/{case_id}"
    sequence = case_id.int % 2**31
    responded = at + timedelta(days=9 if late else 1) if outcome else None
    return [
        (Case, {
            "id": case_id, "number": f"T-{case_id}", "process_key": "complaint",
            "definition_id": definition_id,
            "unit": "spkt", "status": "done" if outcome else "running", "outcome": outcome,
            "state": sealed,
            "opened_at": at, "closed_at": at + timedelta(days=days) if outcome else None,
            "data_key": sealed,
        }),
        (CaseClock, {
            "case_id": case_id, "name": "tanggapan_awal", "started_at": at,
            "due_at": at + timedelta(days=3),
            "stopped_at": responded,
        }),
        (Task, {
            "id": task_id, "case_id": case_id, "element": element, "name": "Terima", "unit": "spkt",
            "role": "petugas",
            "status": "done", "created_at": at, "done_at": at,
        }),
        (Submission, {
            "id": uuid4(), "task_id": task_id, "case_id": case_id, "element": element,
            "token": str(case_id),
            "answers": {"kanal": channel}, "submitted_at": at,
        }),
        (LetterNumber, {
            "id": number_id, "series": "DUMAS", "year": 2026, "sequence": sequence,
            "number": number, "given_at": at,
        }),
        (Letter, {
            "id": uuid4(), "case_id": case_id, "definition_id": definition_id,
            "kind": "tanda_terima",
            "title": "Tanda Terima", "number_id": number_id, "number": number, "status": "valid",
            "verify_code": str(case_id), "frozen": {}, "sealed": sealed,
            "issued_at": at,
        }),
    ]  # fmt: skip


def told(work: UnitOfWork) -> dict[str, Any]:
    """The newest year that is published, with its divisions by key and name."""
    assert publications.publish(work)
    published = publications.newest(work)
    assert published is not None
    year = dict(published.years[0])
    divisions = {
        division["kunci"]: {
            **{
                item["kunci"]: item["nilai"].get("tanda", item["nilai"]["jumlah"])
                for item in division["butir"]
            },
            "tidak_dirinci": division["tidak_dirinci"]["jumlah"],
        }
        for division in year["sebaran"]
    }
    return year | divisions


def test_r40_received_and_what_became_of_them_by_channel_and_month(
    work: UnitOfWork, complaints: Complain
) -> None:
    complaints(7, "kotak_pengaduan", outcome="diabaikan", days=2)
    complaints(8, "langsung", outcome="selesai", days=4)
    complaints(9, "langsung", outcome="dirujuk", days=4)
    complaints(20, "surel")
    complaints(2, "faksimili", outcome="selesai", days=4, late=True)
    year = told(work)
    assert (year["tahun"], year["diterima"]) == (2026, {"jumlah": 46})
    assert year["kanal"] == {
        "langsung": 17, "surat": 0, "telepon_110": 0, "sms": 0, "whatsapp": 0, "faksimili": "<5",
        "surel": 20,
        "situs_web": 0, "media_siaran_sosial": 0, "kotak_pengaduan": "disamarkan",
        "tidak_dirinci": 9,
    }  # fmt: skip
    assert year["keadaan"] == {
        "proses": 20, "selesai": 10, "dirujuk": 9, "diabaikan": 7, "tidak_dirinci": 0
    }  # fmt: skip
    assert year["tanggapan"]["lewat_batas"] == "<5"
    assert year["bulan"]["10"] == 0
    assert "12" not in year["bulan"], "the year is not over"
    assert year["median_hari"] == {"tanggapan_awal": 1.0, "selesai": 4.0}


def test_r40_channels_are_told_by_the_words_and_in_the_order_of_the_office(
    work: UnitOfWork, complaints: Complain
) -> None:
    complaints(8, "langsung", outcome="selesai", days=4)
    complaints(9, "sms", outcome="selesai", days=4)
    listed = [
        {"kode": "surel", "sebutan": "Surat elektronik", "dilayani": False},
        {"kode": "langsung", "sebutan": "Datang ke SPKT", "dilayani": True},
    ]
    configuration.set_value(work, "kanal_pengaduan", listed, work.clock())
    assert publications.publish(work)
    published = publications.newest(work)
    assert published is not None

    divisions = {each["kunci"]: each["butir"] for each in published.years[0]["sebaran"]}

    assert [item["nama"] for item in divisions["kanal"]] == [
        "Surat elektronik",
        "Datang ke SPKT",
        "SMS",
    ]


@pytest.mark.parametrize("how", ["confined", "walled"])
def test_r79_a_case_that_is_kept_from_somebody_is_counted_in_the_total_only(
    work: UnitOfWork, complaints: Complain, budi: Actor, how: str
) -> None:
    complaints(12, "langsung", outcome="selesai", days=4)
    complaints(12, "surel")
    before = told(work)
    hidden = complaints(1, "surat", outcome="selesai", days=90)[0]
    if how == "confined":
        work.session.get_one(Case, hidden).confined_to = "piket_propam"
        work.session.flush()
    else:
        row = {
            "case_id": hidden,
            "user_id": budi.user_id,
            "since": work.clock(),
            "reason_key": "a.b",
        }
        work.session.execute(insert(CaseWall).values(row))
    after = told(work)
    assert (before["diterima"], after["diterima"]) == ({"jumlah": 24}, {"jumlah": 25})
    assert after["keadaan"] == {**before["keadaan"], "proses": 13}
    for division in ("tanggapan", "kanal", "bulan"):
        rest = {**before[division], "tidak_dirinci": before[division]["tidak_dirinci"] + 1}
        assert after[division] == rest
    assert after["median_hari"] == before["median_hari"]


def test_r40_few_are_told_as_few(work: UnitOfWork, complaints: Complain) -> None:
    complaints(3, "langsung", outcome="selesai", days=4)
    year = told(work)
    assert year["diterima"] == {"jumlah": None, "tanda": "<5"}
    assert set(year["kanal"].values()) == {"disamarkan", None}
    assert year["median_hari"] == {"tanggapan_awal": None, "selesai": None}


def test_r40_a_cancelled_case_and_one_without_a_number_are_not_counted(
    work: UnitOfWork, complaints: Complain
) -> None:
    complaints(7, "langsung")
    complaints(3, "langsung", outcome="dibatalkan")
    assert told(work)["diterima"] == {"jumlah": 7}


def test_r40_it_is_published_once_a_day_kept_and_on_the_trail(
    work: UnitOfWork, complaints: Complain, clock: TestClock
) -> None:
    assert publications.publish_due(work)
    assert not publications.publish_due(work)
    clock.advance(hours=14)
    assert not publications.publish_due(work), "23.00 WITA of the same day"
    clock.advance(hours=1, minutes=1)
    assert publications.publish_due(work)
    configuration.set_value(work, "publikasi.selang_hari", 7, work.clock())
    clock.advance(days=6)
    assert not publications.publish_due(work)
    published = publications.newest(work)
    assert published is not None
    assert not published.is_late
    clock.advance(days=3)
    late = publications.newest(work)
    assert late is not None
    assert late.is_late
    assert figures.read(work).publication_age == timedelta(days=9).total_seconds()
    assert list(unit_of_work.verify_chains(work)) == []
    with pytest.raises(DBAPIError), work.session.begin_nested():
        work.session.execute(delete(Publication))


def test_without_the_process_nothing_is_published(works: Works) -> None:
    with works.begin(SYSTEM) as work:
        assert not publications.publish(work, "tidak_ada")
        assert publications.newest(work, "tidak_ada") is None
