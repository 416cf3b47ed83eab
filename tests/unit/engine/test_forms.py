import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.engine.sample_form import DOCUMENT, FORM, GOOD, PNG, SCHEMA, UI_FIELDS, build
from workflow_app.domain import Answers, InvalidDefinition
from workflow_app.engine import forms


def faults(**answers: Any) -> dict[str, str]:
    given_answers = {**GOOD, **answers}
    return forms.validate(FORM, forms.visible(FORM, given_answers))


def test_a_form_knows_titles_widgets_and_what_is_required() -> None:
    field = FORM.fields["nama"]
    assert (field.title, field.widget, field.personal, field.required) == (
        "Nama lengkap",
        "text",
        "identitas",
        True,
    )
    assert FORM.fields["persyaratan"].parameters == {
        "decision": "persyaratan",
        "result": "kelengkapan",
    }
    assert FORM.fields["pesan"].title == "pesan"


def test_a_post_becomes_typed_answers() -> None:
    posted = {
        "kewarganegaraan": ["wni"],
        "nik": [" 6306 0501 0290 0001 "],
        "nama": ["  Nor\u2019ain  Contoh\r\n"],
        "uraian": ["baris satu\r\nbaris dua "],
        "jumlah": ["1.250"],
        "tanggal": ["3-2-2026"],
        "pukul": ["2026-11-23T09:30"],
        "sopan": ["on"],
        "barang": ["sim", "ktp", "sim", ""],
        "scan": [DOCUMENT],
        "telepon": [""],
        "asing": ["dibuang"],
        "persyaratan.sim_01.given": ["on"],
        "persyaratan.sim_01.count": ["2"],
        "persyaratan.sim_01.date": ["20/11/2026"],
        "persyaratan.sim_01.documents": [DOCUMENT],
        "persyaratan.sim_02.waive": ["on"],
        "persyaratan.sim_02.reason": ["tidak ada"],
        "persyaratan.sim_03.number": [""],
        "persyaratan.sim_03.asing": ["x"],
        "pengecualian.line": ["sim_02"],
        "pengecualian.decision": ["beri"],
        "pengecualian.reason": ["wajar"],
    }
    assert forms.read(FORM, posted) == {
        "kewarganegaraan": "wni",
        "nik": "6306050102900001",
        "nama": "Nor\u2019ain  Contoh",
        "uraian": "baris satu\nbaris dua",
        "jumlah": 1250,
        "tanggal": "2026-02-03",
        "pukul": "2026-11-23T09:30:00+08:00",
        "sopan": True,
        "barang": ["sim", "ktp"],
        "scan": [DOCUMENT],
        "persyaratan": {
            "sim_01": {"given": True, "count": 2, "date": "2026-11-20", "documents": [DOCUMENT]},
            "sim_02": {"waive": True, "reason": "tidak ada"},
        },
        "pengecualian": {"line": "sim_02", "decision": "beri", "reason": "wajar"},
    }


def test_an_unticked_checkbox_is_an_answer_and_an_empty_field_is_none() -> None:
    assert forms.read(FORM, {}) == {"sopan": False}


def test_composed_letters_are_stored_in_one_form() -> None:
    assert forms.read(FORM, {"nama": ["e\u0301"]})["nama"] == "\u00e9"


def test_good_answers_have_no_faults() -> None:
    assert faults() == {}
    assert (
        faults(
            telepon="0812-0000-0000",
            surel="contoh@contoh.id",
            jumlah=2,
            barang=["sim"],
            scan=[DOCUMENT],
        )
        == {}
    )


@pytest.mark.parametrize(
    ("answers", "field", "part"),
    [
        ({"nama": None}, "nama", "Isi “Nama lengkap”"),
        ({"kewarganegaraan": None}, "kewarganegaraan", "Pilih jawaban"),
        ({"kewarganegaraan": "alien"}, "kewarganegaraan", "pilihan yang tersedia"),
        ({"nama": "x"}, "nama", "paling sedikit 2"),
        ({"nama": "x" * 121}, "nama", "paling banyak 120"),
        ({"nik": "63060501029a"}, "nik", "16 angka"),
        ({"nik": "６３０６０５０１０２９０００01"}, "nik", "16 angka"),
        ({"telepon": "nomor saya"}, "telepon", "nomor telepon"),
        ({"surel": "contoh"}, "surel", "surel"),
        ({"jumlah": 0}, "jumlah", "paling kecil 1"),
        ({"jumlah": 100}, "jumlah", "paling besar 99"),
        ({"jumlah": "dua"}, "jumlah", "bilangan bulat"),
        ({"jumlah": True}, "jumlah", "bilangan bulat"),
        ({"tanggal": "2026-02-30"}, "tanggal", "tanggal yang benar"),
        ({"tanggal": "kemarin"}, "tanggal", "tanggal yang benar"),
        ({"tanggal": "0001-01-01"}, "tanggal", "tidak masuk akal"),
        ({"pukul": "2026-11-23T09:30:00"}, "pukul", "jam"),
        ({"sopan": False}, "sopan", "Centang"),
        ({"barang": ["paspor"]}, "barang", "pilihan yang tersedia"),
        ({"barang": [7]}, "barang", "Isian"),
        ({"scan": ["../../etc/hostname"]}, "scan", "Unggah kembali"),
        ({"scan": [DOCUMENT] * 51}, "scan", "Paling banyak 50"),
        ({"tanda_tangan": "data:text/html,<script>"}, "tanda_tangan", "tidak terbaca"),
        ({"tanda_tangan": "data:image/png;base64,AAAA"}, "tanda_tangan", "tidak terbaca"),
        ({"nama": {"a": "b"}}, "nama", "tidak dapat dibaca"),
        ({"nama": ["a"]}, "nama", "tidak dapat dibaca"),
        ({"persyaratan": {"a": "b"}}, "persyaratan", "tidak dapat dibaca"),
        ({"persyaratan": {"a": {"date": "x"}}}, "persyaratan.a.date", "tanggal yang benar"),
        ({"persyaratan": {"a": {"count": -1}}}, "persyaratan.a.count", "bilangan bulat"),
        ({"persyaratan": {"a": {"documents": ["x"]}}}, "persyaratan.a.documents", "Unggah kembali"),
        (
            {"persyaratan": {"a": {"number": "9" * 300}}},
            "persyaratan.a.number",
            "paling banyak 200",
        ),
        ({"persyaratan": {"a": {"waive": True}}}, "persyaratan.a.reason", "alasan"),
        (
            {"persyaratan": {str(n): {"given": True} for n in range(99)}},
            "persyaratan",
            "tidak dapat dibaca",
        ),
        ({"pengecualian": {}}, "pengecualian.decision", "beri atau tolak"),
        ({"pengecualian": {"line": "a", "decision": "beri"}}, "pengecualian.reason", "alasan"),
    ],
)
def test_each_fault_has_its_sentence_beside_its_field(
    answers: Answers, field: str, part: str
) -> None:
    found = faults(**answers)
    assert part in found.get(field, ""), found


@pytest.mark.parametrize(
    "text",
    [
        "Nor'ain binti O'Brien",
        "typename",
        "__class__",
        "{{ 7 * 7 }}",
        "<script>alert(1)</script>",
        "'; DROP TABLE kasus; --",
        "👨‍👩‍👧 keluarga",
        "Zoë Ñandú",
        "陈伟",
    ],
)
def test_odd_but_honest_text_is_kept_as_it_is(text: str) -> None:
    answers = forms.read(FORM, {"nama": [text]})
    assert answers["nama"] == text
    assert "nama" not in faults(**answers)


@pytest.mark.parametrize(
    "text", ["a\x00b", "a\x1bb", "nama \u202egnp.exe", "a\u2066b", "a\ud800b", "a\x7fb", "a\u200fb"]
)
def test_hidden_characters_are_refused(text: str) -> None:
    assert "karakter tersembunyi" in faults(nama=text)["nama"]
    assert (
        "karakter tersembunyi"
        in faults(persyaratan={"a": {"issuer": text}})["persyaratan.a.issuer"]
    )


def test_a_megabyte_is_refused_without_repeating_it() -> None:
    found = faults(nama="x" * 1_000_000, uraian="y" * 1_000_000, telepon="1" * 1_000_000)
    assert set(found) == {"nama", "uraian", "telepon"}
    assert all(len(sentence) < 200 for sentence in found.values())


def test_hidden_questions_are_dropped_and_not_required() -> None:
    answers: Answers = {
        "kewarganegaraan": "wna",
        "nik": "x",
        "nama": "Contoh Dua",
        "sopan": True,
        "asing": 1,
    }
    shown = forms.visible(FORM, answers)
    assert "nik" not in shown
    assert "asing" not in shown
    assert set(forms.validate(FORM, shown)) == {"negara", "uraian"}


def test_a_question_behind_a_hidden_question_is_hidden_too() -> None:
    names = ["satu", "dua", "tiga"]
    schema = {
        "type": "object",
        "properties": {n: {"type": "string", "enum": ["ya"]} for n in names},
    }
    fields: dict[str, Any] = {n: {"widget": "radio", "options": {"ya": "Ya"}} for n in names}
    fields["dua"]["visible_if"] = {"field": "satu", "equals": "ya"}
    fields["tiga"]["visible_if"] = {"field": "dua", "equals": "ya"}
    form = build(schema, fields)
    assert forms.visible(form, {"dua": "ya", "tiga": "ya"}) == {}
    assert set(forms.visible(form, {"satu": "ya", "dua": "ya", "tiga": "ya"})) == set(names)


def test_a_question_can_depend_on_a_ticked_box() -> None:
    fields = {
        **UI_FIELDS,
        "nama": {**UI_FIELDS["nama"], "visible_if": {"field": "sopan", "equals": True}},
        "telepon": {**UI_FIELDS["telepon"], "visible_if": {"field": "barang", "in": ["ktp"]}},
    }
    form = build(SCHEMA, fields)
    assert "nama" in forms.visible(form, {"sopan": True, "nama": "a"})
    assert "nama" not in forms.visible(form, {"sopan": 1, "nama": "a"})
    assert "telepon" in forms.visible(form, {"barang": ["sim", "ktp"], "telepon": "1"})
    assert "telepon" not in forms.visible(form, {"barang": ["sim"], "telepon": "1"})


def test_r23_personal_answers_are_apart_and_never_steer_the_process() -> None:
    answers: Answers = {
        **GOOD,
        "telepon": "0812",
        "jumlah": 2,
        "tanda_tangan": PNG,
        "persyaratan": {"a": {}},
    }
    separated = forms.separate(FORM, answers)
    assert separated.personal == {
        "identitas": {"nik": "6306050102900001", "nama": "Contoh Satu"},
        "kontak": {"telepon": "0812"},
        "tanda_tangan": {"tanda_tangan": PNG},
    }
    assert separated.public == {
        "kewarganegaraan": "wni",
        "jumlah": 2,
        "sopan": True,
        "persyaratan": {"a": {}},
    }
    assert separated.control == {
        "kewarganegaraan": "wni",
        "jumlah": 2,
        "tanggal": None,
        "barang": [],
    }


def test_a_hidden_answer_is_kept_nowhere() -> None:
    separated = forms.separate(FORM, {**GOOD, "kewarganegaraan": "wna"})
    assert "nik" not in json.dumps([separated.public, separated.personal, separated.control])


@pytest.mark.parametrize(
    ("answers", "is_told"),
    [
        ({}, False),
        ({"telepon": "0812"}, True),
        ({"surel": "a@b.id"}, True),
        ({"telepon": ""}, False),
        ({"kewarganegaraan": "wna", "nik": "6306050102900001"}, False),
    ],
)
def test_whether_something_was_answered_is_told_without_the_answer(
    answers: Answers, is_told: bool
) -> None:
    asked = build(presence={"ada_kontak": ["telepon", "surel"], "ada_nik": ["nik"]})
    control = forms.separate(
        asked, {"kewarganegaraan": "wni", "nama": "Contoh Satu", **answers}
    ).control
    assert (control["ada_kontak"], control["ada_nik"]) == (is_told, False)


def test_defaults_are_literals_or_the_local_time_of_the_counter() -> None:
    now = datetime(2026, 11, 22, 23, 30, 59, tzinfo=UTC)
    assert forms.defaults(FORM, now) == {
        "tanggal": "2026-11-23",
        "pukul": "2026-11-23T07:30:00+08:00",
    }


def test_a_form_that_offers_its_opening_offers_it_again_however_late_it_is_shown() -> None:
    fields = {"pukul": {**UI_FIELDS["pukul"], "default": "opened"}}
    asked = build(fields={**UI_FIELDS, **fields})
    now = datetime(2026, 11, 22, 23, 30, 59, tzinfo=UTC)
    assert forms.defaults(asked, now)["pukul"] == "2026-11-23T07:30:00+08:00"
    later = now + timedelta(hours=5)
    assert forms.defaults(asked, later, opened=now)["pukul"] == "2026-11-23T07:30:00+08:00"


@pytest.mark.parametrize(
    "change",
    [
        {"fields": {**UI_FIELDS, "nama": {"widget": "tak_ada"}}},
        {"fields": {**UI_FIELDS, "nama": {"widget": "text", "personal": "tak_ada"}}},
        {"fields": {k: v for k, v in UI_FIELDS.items() if k != "nama"}},
        {"fields": {**UI_FIELDS, "lebih": {"widget": "text"}}},
        {"sections": []},
        {"sections": [{"title": "x", "fields": [*UI_FIELDS, "nama"]}]},
        {"sections": None},
        {"title": None, "fields": []},
    ],
)
def test_a_form_whose_parts_do_not_agree_is_refused(change: dict[str, Any]) -> None:
    fields = change.pop("fields", UI_FIELDS)
    with pytest.raises(InvalidDefinition, match="form of identitas"):
        build(SCHEMA, fields, **change)


letters = st.text("aZ09 .'\"<&\u202e\x00\n\u0301é👨", max_size=12)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | letters,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(letters, inner, max_size=3),
    max_leaves=6,
)
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@quick
@given(st.dictionaries(st.sampled_from([*SCHEMA["properties"], "asing"]), json_values, max_size=8))
def test_no_answers_whatever_they_are_break_the_judgement(answers: Any) -> None:
    shown = forms.visible(FORM, answers)
    found = forms.validate(FORM, shown)
    assert all(sentence.strip() for sentence in found.values())
    forms.separate(FORM, answers)


@quick
@given(st.dictionaries(letters, st.lists(letters, max_size=3), max_size=6))
def test_no_post_whatever_it_is_breaks_the_reading(posted: dict[str, list[str]]) -> None:
    named = {f"persyaratan.{key}": value for key, value in posted.items()}
    forms.validate(FORM, forms.visible(FORM, forms.read(FORM, {**posted, **named})))
