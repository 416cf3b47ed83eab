"""The SOP clause by clause, for everybody: the record of the release against what runs here, found
without scripts.
"""

import re
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from tests.integration import deploying
from tests.integration.conftest import PROCESSES
from tests.integration.web.visitor import Visitor
from workflow_app.app import create_app
from workflow_app.domain import SYSTEM
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.processes import clauses, definitions
from workflow_app.services.processes.clauses import COUNT, Verdict
from workflow_app.settings import Settings

CLAUSE = re.compile(r'<article class="kind clause" id="(R\d+)">')


@pytest.fixture
def all_deployed(works: Works) -> None:
    with works.begin(SYSTEM) as work:
        for path in sorted(PROCESSES.glob("*/process.bpmn")):
            definitions.deploy(work, path.parent)


@pytest.mark.usefixtures("all_deployed")
def test_everybody_reads_all_clauses_by_chapters_with_what_carries_and_proves_them(
    visitor: Visitor,
) -> None:
    page = visitor.open("/sop")
    assert CLAUSE.findall(page.text) == [f"R{number}" for number in range(1, COUNT + 1)]
    record = clauses.read(PROCESSES)
    proven = sum(clause.verdict is Verdict.HOLDS for clause in record.clauses)
    assert f"Terbukti {proven}" in page.words
    assert "IV.3 Surat keterangan kehilangan (SKTLK)" in page.words
    assert "Perlu diuji ulang" in page.words and "status-berubah" not in page.text
    assert page.open(f"/sop?keadaan={Verdict.HOLDS}").text.count("status-terbukti") == proven


@pytest.mark.usefixtures("all_deployed")
def test_clauses_are_found_by_words_number_status_process_and_step(visitor: Visitor) -> None:
    def found(address: str) -> list[str]:
        return CLAUSE.findall(visitor.open(address).text)

    assert found("/sop?kata=r5") == ["R5"], "and not R50 to R59"
    assert "R19" in found("/sop?kata=Kotak+PENGADUAN")
    assert found("/sop?kata=tidakadakatabegini") == []
    assert "Tidak ada butir yang cocok" in visitor.words
    with_sktlk = found("/sop?layanan=sktlk")
    assert "R57" in with_sktlk and "R63" not in with_sktlk
    of_step = found("/sop?layanan=sktlk&langkah=persetujuan")
    assert 0 < len(of_step) < len(with_sktlk)
    conduct = found("/sop?keadaan=sikap")
    assert "R1" in conduct and not set(conduct) & set(found("/sop?keadaan=terbukti"))
    page = visitor.open("/sop").submit("Cari", kata="kotak", layanan="complaint")
    assert CLAUSE.findall(page.text) and len(CLAUSE.findall(page.text)) < COUNT
    for hostile in ("/sop?kata=%22%3E%3Cscript%3E", "/sop?keadaan=%27&layanan=../x&langkah=%00x"):
        assert visitor.open(hostile).answer.status_code in (200, 400)
        assert "<script>" not in visitor.text


def test_a_clause_is_not_proven_here_where_another_version_runs_than_was_proven(
    works: Works, visitor: Visitor, tmp_path: Path
) -> None:
    """The SKTLK of the release, then one that somebody has changed."""
    with works.begin(SYSTEM) as work:
        definitions.deploy(work, PROCESSES / "sktlk")
    assert 'class="status status-terbukti"' in visitor.open("/sop?kata=r57").text
    assert "sama dengan yang diuji" in visitor.open("/sop/sktlk").words

    changed = deploying.copy_of("sktlk", tmp_path)
    (changed / "README.md").write_text("Contoh perubahan.\n", "utf-8")
    with works.begin(SYSTEM) as work:
        definitions.deploy(work, changed)
    page = visitor.open("/sop?kata=r57")
    assert "status-terbukti" not in page.text
    assert "Berubah sejak diuji: alur Surat Keterangan Tanda Lapor Kehilangan (SKTLK)" in page.words
    assert "berbeda dari yang diuji" in visitor.open("/sop/sktlk").words


@pytest.mark.usefixtures("all_deployed")
def test_every_step_that_a_clause_names_is_drawn_and_leads_back(visitor: Visitor) -> None:
    links = set(re.findall(r'href="(/sop/(\w+)\?langkah=(\w+))"', visitor.open("/sop").text))
    assert len(links) > 100
    drawn = {key: visitor.client.get(f"/sop/{key}/gambar.bpmn").text for _, key, _ in links}
    assert [where for where, key, step in links if f'id="{step}"' not in drawn[key]] == []
    visitor.open("/sop/sktlk?langkah=persetujuan")
    assert 'data-sought="persetujuan"' in visitor.text
    assert "Ditandai: Periksa dan setujui" in visitor.words
    assert 'data-sought=""' in visitor.open("/sop/sktlk?langkah=tidak_ada").text
    for address in ("/sop/tidak_ada", "/sop/tidak_ada/gambar.bpmn"):
        assert visitor.open(address).answer.status_code == 404


def test_a_case_page_leads_from_the_steps_of_its_drawing_to_their_clauses(
    at_desk: Visitor, play: Callable[..., UUID]
) -> None:
    case_id = play("sktlk_ktp", 3)
    page = at_desk.open(f"/berkas/{case_id}")
    assert '<li data-step="persetujuan">' in page.text
    assert 'href="/sop#R57"' in page.text


def test_an_installation_without_a_record_says_so(
    works: Works, settings: Settings, tmp_path: Path
) -> None:
    app = create_app(settings.model_copy(update={"processes_dir": tmp_path}), works=works)
    page = Visitor(app.test_client()).open("/sop")
    assert page.answer.status_code == 404
    assert "Peta butir SOP tidak ada di pemasangan ini" in page.words
