"""A complaint that names members, on the pages: chosen without scripts, and out of sight with the
next request.
"""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from tests.integration.services import walled
from tests.integration.web.visitor import Visitor
from workflow_app.domain import Actor
from workflow_app.services.core.unit_of_work import Works

Visit = Callable[[str], Visitor]


@pytest.fixture
def report(works: Works, visit: Visit, budi: Actor, sari: Actor, tmp_path: Path) -> Visitor:
    """Budi at the form that names members; Sari has an account."""
    assert sari.roles
    walled.deploy(works, tmp_path)
    case_id = walled.begin(works, budi)
    return visit("budi").open(f"/tugas/{walled.task_of(works, case_id, 'lapor').id}")


def box_of(visitor: Visitor, words: str) -> str:
    """The value of the box with these words."""
    labels = [label for label in visitor.page().iter("label") if words in "".join(label.itertext())]
    return str(next(labels[0].iter("input")).get("value"))


def case_page(visitor: Visitor) -> str:
    return next(
        link.get("href") for link in visitor.page().iter("a") if link.get("class") == "number"
    )


def test_a_member_is_chosen_kept_as_a_draft_and_loses_sight_with_an_open_page(
    report: Visitor, visit: Visit
) -> None:
    chief = visit("sari").open("/?daftar=semua")
    page = case_page(report)
    assert chief.open(page).answer.status_code == 200
    sari = box_of(report, "Contoh Sari")

    report.submit("Simpan dulu", terlapor=[sari])
    assert [box.get("value") for box in report.page().iter("input") if "checked" in box.attrib] == [
        sari
    ]
    report.submit("Simpan", tujuan="spkt")

    assert "Tersimpan" in report.words
    gone, made_up = (
        chief.open(page),
        visit("sari").open("/berkas/00000000-0000-4000-8000-000000000000"),
    )
    assert (gone.answer.status_code, gone.words) == (404, made_up.words)
    assert "Contoh Sari" not in report.open(page).words
    chief.open("/?daftar=semua")
    assert page not in chief.text


def test_who_sends_a_complaint_to_propam_is_told_why_it_is_gone(
    report: Visitor, works: Works, sari: Actor
) -> None:
    page = case_page(report)
    walled.complete(works, UUID(page.rsplit("/", 1)[1]), "telaah", sari)

    report.submit("Simpan", tujuan="propam")

    assert report.path == "/"
    assert "hanya dapat dilihat oleh yang menanganinya" in report.words
    assert report.open(page).answer.status_code == 404
