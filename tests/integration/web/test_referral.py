"""A referral on the pages: what the officer reads out, the slip for the citizen, who finds the
hand-off and who does not.
"""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select

from tests.integration.conftest import PROCESSES
from tests.integration.web.visitor import Visitor
from workflow_app.domain import SYSTEM, Actor, Forbidden
from workflow_app.engine import process_folders
from workflow_app.models import Case, Task
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.demo import seeding
from workflow_app.services.demo.seeding import Stage
from workflow_app.services.processes import definitions
from workflow_app.services.workflow import drafts, tasks

FOLDER = PROCESSES / "referral"
PERSON = ("Contoh Warga Satu", "0812-0000-0000")
Refer = Callable[..., UUID]


@pytest.fixture
def refer(works: Works, stage: Stage) -> Refer:
    """Plays a referral up to the first time that the named step is open: `refer("antar_sim",
    "rujukan_terima")`.
    """
    files = process_folders.read_folder(FOLDER)
    with works.begin(SYSTEM) as work:
        definitions.deploy(work, FOLDER)

    def play(name: str, until: str, **cast: Actor) -> UUID:
        scenario = process_folders.read_scenario(name, files[f"scenarios/{name}.yaml"])
        steps = [step for step in scenario.steps if isinstance(step, process_folders.Complete)]
        before = next(number for number, step in enumerate(steps) if step.element == until)
        played = replace(stage, cast={**stage.cast, **cast}) if cast else stage
        return seeding.play(played, "referral", replace(scenario, steps=tuple(steps)), steps=before)

    return play


def open_task(works: Works, case_id: UUID) -> UUID:
    with works.begin(SYSTEM) as work:
        query = select(Task.id).where(Task.case_id == case_id, Task.status == "open")
        found: UUID = work.session.scalars(query).one()
        return found


def test_r68_r69_where_to_and_what_it_costs_is_read_out_before_the_way_is_chosen(
    refer: Refer, works: Works, visit: Callable[[str], Visitor]
) -> None:
    case_id = refer("antar_sim", "rujukan_cara")
    page = visit("budi").open(f"/tugas/{open_task(works, case_id)}")
    assert "Tujuan: Sat Lantas (Satpas)." in page.words
    assert "biaya resmi (PNBP)" in page.words
    assert "Daftar kekurangan" not in page.open(f"/berkas/{case_id}").words
    assert "Tidak ada kekurangan" in page.open(f"/berkas/{case_id}/kekurangan").words


def test_r27_the_slip_says_where_who_when_and_the_number_and_nothing_of_the_person(
    refer: Refer, works: Works, visit: Callable[[str], Visitor]
) -> None:
    case_id = refer("antar_sim", "rujukan_beri_tahu")
    with works.begin(SYSTEM) as work:
        number = work.session.get_one(Case, case_id).number
    page = visit("budi").open(f"/tugas/{open_task(works, case_id)}").follow("Cetak lembar rujukan")
    for part in (
        "Lembar rujukan",
        number,
        "SIM (Surat Izin Mengemudi)",
        "Sat Lantas (Satpas)",
        "Contoh Petugas Satu",
        "23 November 2026 09.00 WITA, loket Satpas",
        "SPKT tidak memungut biaya untuk merujuk",
    ):
        assert part in page.words
    assert "Surat untuk" not in page.words, "nothing was written"
    assert not [word for word in (*PERSON, "Memperpanjang") if word in page.text]
    assert page.open(f"/berkas/{case_id}/lembar/rujukan_antar").answer.status_code == 404
    assert page.open(f"/berkas/{case_id}/lembar/apa_saja").answer.status_code == 404


def test_a_slip_is_there_from_the_step_on_and_only_for_who_sees_the_case(
    refer: Refer, visit: Callable[[str], Visitor], person: Callable[..., Actor]
) -> None:
    early, told = refer("antar_sim", "rujukan_cara"), refer("antar_sim", "rujukan_terima")
    person("binmas", "piket_binmas")
    address = f"/berkas/{told}/lembar/rujukan_beri_tahu"
    assert visit("budi").open(f"/berkas/{early}/lembar/rujukan_beri_tahu").answer.status_code == 404
    assert visit("budi").open(address).answer.status_code == 200
    assert visit("binmas").open(address).answer.status_code == 404


def test_r26_the_slip_of_a_second_round_is_silent_about_the_first(
    refer: Refer, works: Works, stage: Stage, visit: Callable[[str], Visitor]
) -> None:
    case_id = refer("dikembalikan_fungsi", "rujukan_terima")
    with works.begin(stage.cast["piket_lantas"]) as work:
        task_id = open_task(works, case_id)
        tasks.claim(work, task_id)
        tasks.complete(
            work,
            task_id,
            {"rujukan_jawaban": "kembalikan", "alasan": "Bukan layanan kami."},
            "kembali",
        )
    page = visit("budi").open(f"/tugas/{open_task(works, case_id)}")
    assert "Bukan layanan kami." in page.words
    page.submit(
        "Simpan dan lihat tujuan", rujukan_layanan="instansi", keperluan="Ternyata urusan Dukcapil."
    )
    slip = visit("budi").open(f"/berkas/{case_id}/lembar/rujukan_beri_tahu")
    assert "Instansi di luar Polri" in slip.words
    assert "loket Satpas" not in slip.words


def test_r68_the_hand_off_waits_with_the_function_asked_for_and_tells_it_what_it_needs(
    refer: Refer,
    works: Works,
    stage: Stage,
    visit: Callable[[str], Visitor],
    person: Callable[..., Actor],
) -> None:
    person("satpas", "piket_lantas")
    person("intel", "piket_intelkam")
    case_id = refer("antar_sim", "rujukan_terima")
    task = f"/tugas/{open_task(works, case_id)}"

    assert "Terima rujukan" not in visit("intel").open("/?daftar=antrean").words
    assert visit("intel").open(task).answer.status_code == 404
    assert visit("intel").open(f"/berkas/{case_id}").answer.status_code == 404

    satpas = visit("satpas").open("/?daftar=antrean")
    assert "Terima rujukan" in satpas.words
    satpas.open(task).submit("Ambil tugas")
    assert "Keterangan petugas: Memperpanjang SIM C yang habis bulan ini." in satpas.words
    assert "Warga diantar oleh Contoh Petugas Satu" in satpas.words
    satpas.submit("Simpan jawaban", rujukan_jawaban="kembalikan")
    assert "1 hal" in satpas.words or "Satu hal" in satpas.words
    satpas.submit("Simpan jawaban", rujukan_jawaban="terima", diterima_oleh="Contoh Petugas Loket")
    assert not [word for word in PERSON if word in satpas.text]
    seeding.settle(stage, case_id)
    with works.begin(SYSTEM) as work:
        assert work.session.get_one(Case, case_id).outcome == "dirujuk"


def test_who_wrote_the_letter_does_not_approve_it(
    refer: Refer, works: Works, person: Callable[..., Actor]
) -> None:
    lead = person("jaga", "pamapta", "petugas")
    case_id = refer("tertulis_instansi", "rujukan_persetujuan", petugas=lead)
    with works.begin(lead) as work, pytest.raises(Forbidden):
        tasks.claim(work, open_task(works, case_id))


def test_r68_the_form_begins_with_the_name_of_who_has_it_before_him_and_another_may_be_written(
    refer: Refer, works: Works, visit: Callable[[str], Visitor]
) -> None:
    case_id = refer("antar_sim", "rujukan_antar")
    page = visit("budi").open(f"/tugas/{open_task(works, case_id)}")

    def named() -> str | None:
        box = next(box for box in page.page().iter("input") if box.get("name") == "diantar_oleh")
        return box.get("value")

    assert named() == "Contoh Budi"
    page.submit("Simpan dulu", diantar_oleh="Contoh Sari")
    assert named() == "Contoh Sari"
    page.submit("Simpan dulu", diantar_oleh="")
    assert named() == "", "who was taken out stays out"


def test_a_name_that_a_form_offers_is_of_who_has_it_before_him_also_after_a_colleague(
    refer: Refer, works: Works, budi: Actor, person: Callable[..., Actor]
) -> None:
    """The officer's name in a paper is of who does the step; whom somebody named on purpose
    stays.
    """
    case_id = refer("antar_sim", "rujukan_antar")
    task_id = open_task(works, case_id)
    tuti = person("tuti", "petugas")
    for typed, shown in ((budi.name, tuti.name), ("Contoh Petugas Lain", "Contoh Petugas Lain")):
        with works.begin(budi) as work:
            assert tasks.get(work, task_id).answers["diantar_oleh"] in (budi.name, typed)
            drafts.save(work, task_id, {"diantar_oleh": typed, "tempat": "loket Satpas"})
            tasks.release(work, task_id)
        with works.begin(tuti) as work:
            tasks.claim(work, task_id)
            view = tasks.get(work, task_id)
            assert (view.answers["diantar_oleh"], view.answers["tempat"]) == (shown, "loket Satpas")
            tasks.release(work, task_id)
        with works.begin(budi) as work:
            tasks.claim(work, task_id)
