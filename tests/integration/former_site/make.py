"""Makes the stored site: `python -m tests.integration.former_site.make`.

Run at the tree of a release whose data must go on being readable, never to make a failing test
pass: what it writes has the words and the processes of the tree that it is run at.
"""

import json
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy import func, select, text

from archive.models import Document
from tests.integration.backup.sites import Site
from tests.integration.conftest import MONDAY, PROCESSES, TestClock
from tests.integration.former_site.site import COLLEAGUE, Told, ToldCase, place, stage_of, write
from tests.integration.hiring import hire
from tests.integration.processes.release import configure
from tests.integration.services import scans
from tests.services import SITE, new_database, run_command, throw_away_stack
from workflow_app.domain import SYSTEM
from workflow_app.engine import process_folders
from workflow_app.engine.process_folders import Complete, Scenario
from workflow_app.models import Case, Letter
from workflow_app.permissions import ROLES
from workflow_app.services.cases.answers import read_answers
from workflow_app.services.demo import seeding
from workflow_app.services.demo.seeding import Stage
from workflow_app.services.exports import bag_orders
from workflow_app.services.intake import stacks
from workflow_app.services.letters import letters
from workflow_app.services.office_settings import configuration
from workflow_app.services.office_settings_admin import configuration_files
from workflow_app.services.operations import checkpoints

CASES = (
    ("archive_batch", "kotak", "isi_berita_acara", False),
    ("complaint", "surel", "tanggapan_awal", False),
    ("digitisation", "satu_surat", "periksa_mutu", False),
    ("disposal", "disetujui", "putuskan", False),
    ("disposal", "disetujui", "putuskan", True),
    ("disposal_propam", "disetujui", "putuskan", False),
    ("disposal_propam", "disetujui", "teken_penyetuju", False),
    ("htck", "printer_rusak", "jawab", False),
    ("lp", "dibantu_cap_jempol", "putuskan_laporan", True),
    ("lp", "diterima_model_b", "riwayat", False),
    ("referral", "antar_skck", "rujukan_beri_tahu", False),
    ("skld", "kurang_lalu_lengkap", "periksa_persyaratan", False),
    ("sktlk", "sktlk_ktp", "persetujuan", False),
    ("sktlk", "sktlk_sim", "persetujuan", True),
    ("sktlk", "sktlk_stnk", "serahkan", False),
    ("sttp", "tepat_waktu", "serahkan_bukti", False),
    ("tkp_dispatch", "dalam_kota", "panggil_fungsi", False),
)
"""Process, scenario, the step that is next, and whether that step is done too while no worker is
there.
"""
SETTINGS = {
    "nama_unit": "SPKT Polres Contoh Lama",
    "kop_surat": ["KEPOLISIAN CONTOH", "RESOR CONTOH LAMA"],
    "telepon_unit": "0000-123456",
    "saluran_pesan": ["telepon", "surel"],
    "pesan.selesai": {"judul": "Contoh selesai", "isi": "Berkas {nomor} sudah selesai (contoh)."},
    "masa_berlaku.sktlk": 30,
}


def main() -> None:
    """Make the site, store it, and say how large it became."""
    clock = TestClock(MONDAY)
    with throw_away_stack() as servers, tempfile.TemporaryDirectory() as folder:
        stack = {**servers.environment, **SITE}
        with new_database(stack["DATABASE_URL"], prefix="template") as address:
            run_command("db", "upgrade", environment={**stack, "DATABASE_URL": address})
            template = address.rpartition("?")[0].rpartition("/")[2]
            with place(stack, clock, template) as site:
                told = _fill(site, clock)
                site.backup(Path(folder) / "backup")
        write(Path(folder), told)


def _fill(site: Site, clock: TestClock) -> Told:
    works = site.works
    works.blobs.ensure_bucket()
    for role in ROLES:
        hire(works, role, role)
        hire(works, f"{role}{COLLEAGUE}", role)
    hire(works, "tamu", "arsiparis")
    with works.begin(SYSTEM) as work:
        seeding.deploy_all(work, PROCESSES)
        configuration.set_value(work, "mode_demo", True, configuration.SOP_IN_FORCE)
        for key, value in SETTINGS.items():
            configuration.set_value(work, key, value, configuration.SOP_IN_FORCE)
    stage = stage_of(works, clock)
    told = Told(at="")
    latest = MONDAY
    for process, name, step, is_done_too in CASES:
        clock.at = MONDAY
        told.cases.append(_play(site, stage, process, name, step, is_done_too=is_done_too))
        latest = max(latest, clock.at)
    _finish_and_withdraw(site, stage, clock)
    _bring_papers(site, stage)
    clock.at = latest + timedelta(minutes=1)
    _tell(site, told, clock)
    return told


def _play(
    site: Site, stage: Stage, process: str, name: str, step: str, *, is_done_too: bool
) -> ToldCase:
    file = process_folders.read_folder(PROCESSES / process)[f"scenarios/{name}.yaml"]
    scenario = process_folders.read_scenario(name, file)
    configure(site.works, scenario)
    done = _place_of(scenario, step)
    case_id = seeding.play(stage, process, scenario, steps=done)
    if is_done_too:  # what follows from it waits for a worker
        found = scenario.steps[done]
        assert isinstance(found, Complete)
        seeding._complete(stage, case_id, found)
        done += 1
    with site.works.begin(SYSTEM) as work:
        answers = read_answers(work, work.session.get_one(Case, case_id))
    at = site.works.clock().isoformat()
    return ToldCase(str(case_id), process, file.decode(), done, at, json.loads(json.dumps(answers)))


def _place_of(scenario: Scenario, step: str) -> int:
    named = [isinstance(each, Complete) and each.element == step for each in scenario.steps]
    return named.index(True)


def _finish_and_withdraw(site: Site, stage: Stage, clock: TestClock) -> None:
    """Two finished cases with their letters; one letter is withdrawn, and waits to be printed as
    void.
    """
    for name in ("sktlk_paspor", "sktlk_npwp"):
        clock.at = MONDAY
        file = process_folders.read_folder(PROCESSES / "sktlk")[f"scenarios/{name}.yaml"]
        case_id = seeding.play(stage, "sktlk", process_folders.read_scenario(name, file))
    with site.works.begin(stage.cast["ka_spkt"]) as work:
        letter = work.session.scalars(select(Letter).where(Letter.case_id == case_id)).one()
        letters.withdraw(work, letter.id, "Contoh: nama pada surat salah ditulis")


def _bring_papers(site: Site, stage: Stage) -> None:
    """Let a document, a stack and a bag wait for the worker."""
    with site.works.begin(SYSTEM) as work:
        number = work.session.scalars(
            select(Case.number).where(Case.process_key == "sktlk")
        ).first()
    with site.works.begin(stage.cast["petugas"]) as work:
        stacks.bring(work, scans.tiff("Surat contoh pertama", "Surat contoh kedua"))
    with site.works.begin(stage.cast["auditor"]) as work:
        bag_orders.order(work, uuid4().hex, numbers=[str(number)], level="biasa")
    with site.works.begin(SYSTEM) as work:
        checkpoints.make_checkpoint(work, site.settings.audit_signing_key_bytes)


def _tell(site: Site, told: Told, clock: TestClock) -> None:
    told.at = clock.at.isoformat()
    with site.works.begin(SYSTEM) as work:
        for letter in work.session.scalars(select(Letter).order_by(Letter.number)):
            found = letters.verify(work, letter.verify_code)
            told.letters[letter.verify_code] = [
                found.status,
                str(found.kind_title),
                str(found.number),
            ]
        told.settings = json.loads(configuration_files.export(work))
        waiting = text("select task_name from procrastinate_jobs where status = 'todo'")
        told.jobs = dict(Counter(work.session.scalars(waiting)))
        known = select(Document.id, Document.status)
        told.documents = {str(row.id): row.status for row in work.session.execute(known)}
        told.usernames = sorted(work.session.scalars(text("select username from user_account")))
        assert work.session.scalar(select(func.count()).select_from(Case))


if __name__ == "__main__":
    main()
