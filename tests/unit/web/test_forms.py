"""What was typed is shown as typed, and stored answers come back the way they were typed."""

from pathlib import Path

import pytest

from workflow_app.domain import Answers
from workflow_app.engine import forms
from workflow_app.engine.forms import Form, read_form
from workflow_app.engine.process_folders import read_folder, read_json
from workflow_app.web.forms import Sheet, anchor, posted_of

PROCESSES = Path(__file__).resolve().parent.parent.parent.parent / "processes"

SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "nama": {"type": "string", "title": "Nama"},
        "lahir": {"type": "string", "title": "Tanggal lahir"},
        "datang": {"type": "string", "title": "Waktu datang"},
        "jumlah": {"type": "integer", "title": "Jumlah"},
        "dibantu": {"type": "boolean", "title": "Dibantu"},
        "penolong": {"type": "string", "title": "Nama penolong"},
        "hubungan": {"type": "string", "title": "Hubungan"},
        "sikap": {"type": "array", "title": "Sikap", "items": {"enum": ["sapa", "duduk"]}},
        "bukti": {"type": "array", "title": "Bukti"},
        "persyaratan": {"type": "object", "title": "Persyaratan"},
        "pengecualian": {"type": "object", "title": "Pengecualian"},
    },
}
UI = {
    "title": "Uji", "intro": "Uji.", "submit": "Simpan", "next": "Selesai.",
    "sections": [{"title": "Semua", "fields": list(SCHEMA["properties"])}],
    "fields": {
        "nama": {"widget": "text"},
        "lahir": {"widget": "date"},
        "datang": {"widget": "datetime"},
        "jumlah": {"widget": "number"},
        "dibantu": {"widget": "checkbox"},
        "penolong": {"widget": "text", "visible_if": {"field": "dibantu", "equals": True}},
        "hubungan": {"widget": "text", "visible_if": {"field": "penolong", "in": ["Ani", "Budi"]}},
        "sikap": {"widget": "checkboxes", "options": {"sapa": "Menyapa",
        "duduk": "Mempersilakan duduk"}},
        "bukti": {"widget": "documents"},
        "persyaratan": {"widget": "requirements", "decision": "persyaratan",
        "result": "kelengkapan"},
        "pengecualian": {"widget": "waiver", "source": "periksa", "result": "kelengkapan"},
    },
}  # fmt: skip

ANSWERS: Answers = {
    "nama": "Contoh Warga",
    "lahir": "1990-02-01",
    "datang": "2026-11-23T09:00:00+08:00",
    "jumlah": 2,
    "dibantu": True,
    "penolong": "Ani",
    "sikap": ["sapa", "duduk"],
    "bukti": ["6a3f1c1e-8a53-4f0f-9f7e-000000000001"],
    "persyaratan": {
        "ktp_01": {
            "given": True,
            "number": "12",
            "date": "2026-11-20",
            "count": 2,
            "documents": ["a", "b"],
        },
        "ktp_02": {"waive": True, "reason": "Tidak ada salinan"},
    },
    "pengecualian": {"line": "ktp_02", "decision": "beri", "reason": "Warga tidak punya salinan"},
}


@pytest.fixture
def form() -> Form:
    return read_form("uji", SCHEMA, UI)


def test_stored_answers_survive_the_way_to_the_browser_and_back(form: Form) -> None:
    assert forms.read(form, posted_of(form, ANSWERS)) == ANSWERS


def test_dates_are_shown_day_first_and_times_in_wita(form: Form) -> None:
    posted = posted_of(form, {"lahir": "1990-02-01", "datang": "2026-11-23T01:00:00+00:00"})
    assert posted == {"lahir": ["01-02-1990"], "datang": ["2026-11-23T09:00"]}


def test_half_a_date_from_a_draft_is_shown_as_it_is(form: Form) -> None:
    assert posted_of(form, {"lahir": "01-0", "datang": "pagi"}) == {
        "lahir": ["01-0"],
        "datang": ["pagi"],
    }


def test_faults_are_listed_in_the_order_of_the_page_the_whole_form_first(form: Form) -> None:
    errors = {"sikap": "C", "": "A", "persyaratan.ktp_01.date": "D", "nama": "B"}
    faults = Sheet(form, {}, errors).faults()
    assert [fault.sentence for fault in faults] == ["A", "B", "C", "D"]
    assert faults[3].anchor == "isian-persyaratan-ktp_01-date"
    assert faults[1].title == "Nama"


def test_the_anchor_of_the_whole_form_is_the_form() -> None:
    assert anchor("") == "formulir"


@pytest.mark.parametrize(
    "path",
    sorted(path for path in PROCESSES.glob("*/forms/*.ui.json") if path.parts[-3] != "shared"),
    ids=lambda path: path.stem,
)
def test_defaults_of_every_form_of_the_release_can_be_shown(path: Path) -> None:
    files, name = read_folder(path.parents[1]), f"forms/{path.name}"
    schema, ui = read_json(files, name.replace(".ui.json", ".json")), read_json(files, name)
    form = read_form(path.stem, schema, ui)
    for name, item in form.fields.items():
        if item.default is not None and item.default != "now":
            assert posted_of(form, {name: item.default})[name] != [""]
