"""The first form of every process, spoilt in the browser: a page that says what is wrong, and
nothing is stored.

A sample of what `tests/unit/processes/test_bad_input.py` asks of every question of every form.
"""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from tests.integration.conftest import PROCESSES
from tests.integration.processes.release import FOLDERS
from tests.integration.web.sending import count, multipart
from tests.integration.web.visitor import Visitor
from tests.unit.processes.hostile import EMOJI, LONG, TEXTS, names_of
from workflow_app.domain import SYSTEM, Actor
from workflow_app.engine import definitions as engine_definitions
from workflow_app.engine import process_folders
from workflow_app.models import Submission
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.processes import definitions
from workflow_app.services.workflow import archive_batches

UNSTORABLE = "karakter yang tidak dapat disimpan"
TO_REPAIR = "perlu diperbaiki"
STARTED = [
    folder
    for folder in FOLDERS
    if folder.name not in archive_batches.PROCESSES
    and engine_definitions.load(process_folders.read_folder(folder)).is_startable
]
"""A disposal begins on its own list, with the papers that are chosen there."""


@pytest.mark.parametrize("folder", STARTED, ids=lambda folder: folder.name)
def test_a_spoilt_first_form_is_shown_again_with_what_is_wrong(
    works: Works, visit: Callable[[str], Visitor], person: Callable[..., Actor], folder: Path
) -> None:
    with works.begin(SYSTEM) as work:
        definitions.deploy(work, folder)
        definition = definitions.definition_of(work, definitions.current(work, folder.name).id)
    person("pemula", min(definition.started_by, default="petugas"))
    visitor = visit("pemula").open("/mulai").submit("Mulai", _action=f"/mulai/{folder.name}")
    task = visitor.path
    form = next(form for form in definition.forms.values() if form.title in visitor.words)
    names = [name for field in form.fields.values() for name in names_of(field)]

    def send(fields: dict[str, str]) -> Visitor:
        visitor.open(task)
        return multipart(visitor, task, tombol="selesai", kunci=str(uuid4()), **fields)

    for text, sentence in (
        (TEXTS["a NUL"], UNSTORABLE),
        (TEXTS["text turned round"], TO_REPAIR),
        (TEXTS["a day that cannot be"], TO_REPAIR),
        (EMOJI, TO_REPAIR),
    ):
        assert sentence in send(dict.fromkeys(names, text)).words, text
        assert visitor.answer.status_code == 400, text
    for fields in ({}, {"pertanyaan_versi_lain": "x", "typename": "x"}, {names[0]: LONG}):
        assert TO_REPAIR in send(fields).words
        assert visitor.answer.status_code == 400
    assert count(works, Submission) == 0


def test_an_end_before_its_start_is_told_above_and_at_its_field_and_what_was_typed_stays(
    works: Works, visit: Callable[[str], Visitor], person: Callable[..., Actor]
) -> None:
    with works.begin(SYSTEM) as work:
        definitions.deploy(work, PROCESSES / "digitisation")
    person("arsip", "arsiparis")
    visitor = visit("arsip").open("/mulai").submit("Mulai", _action="/mulai/digitisation")
    told = {
        "uraian": "Surat masuk bulan Maret",
        "tempat_sekarang": "Gudang arsip",
        "jumlah_lembar": "4",
    }
    visitor.submit("Simpan dan lanjutkan", tahun_awal="2020", tahun_akhir="2019", **told)
    assert visitor.answer.status_code == 400
    assert visitor.words.count("Tahun akhir mendahului tahun awal.") == 2
    inputs = {each.get("name"): each for each in visitor.page().iter("input")}
    end = inputs["tahun_akhir"]
    assert (end.get("value"), end.get("aria-invalid")) == ("2019", "true")
    assert "salah-tahun_akhir" in end.get("aria-describedby")
    assert inputs["tahun_awal"].get("aria-invalid") is None
    visitor.submit("Simpan dan lanjutkan", tahun_akhir="2020")
    assert TO_REPAIR not in visitor.words
