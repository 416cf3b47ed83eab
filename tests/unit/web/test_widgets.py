"""Every widget as HTML: well-formed, labelled, with its error beside it, and nothing inline."""

import re
from typing import Any
from uuid import UUID

import html5lib
import pytest
from flask import Flask, get_template_attribute

from tests.unit.web.conftest import NOON
from tests.unit.web.test_forms import ANSWERS, SCHEMA, UI
from workflow_app.engine.forms import ANSWERLESS_WIDGETS, WIDGETS, Field, read_form
from workflow_app.services.cases.related_cases import SimilarCase
from workflow_app.services.documents.document_views import DocumentView
from workflow_app.services.forms.requirements import MissingLine, RequirementLine
from workflow_app.web.forms import Sheet, posted_of

CASE = UUID("00000000-0000-4000-8000-000000000000")
PAPER = UUID("6a3f1c1e-8a53-4f0f-9f7e-000000000001")
LONG = "Contoh Warga <b>Muhammad Abdurrahman</b> & “Al-Banjari” bin Haji Syamsuddin Noor"


def line(id: str, **more: Any) -> RequirementLine:
    values: dict[str, Any] = {
        "kind": "KTP", "kind_label": "KTP", "evidence": f"Bukti {id}", "form": "surat",
        "form_label": "surat",
        "issuer": "Kepala Desa/Lurah", "minimum": 1, "condition": "",
        "sop_sentence": "Pengantar dari Kepala Desa",
        "soft": False, "clause": "R54", **more,
    }  # fmt: skip
    return RequirementLine(id=id, **values)


LINES = [
    line("ktp_01", minimum=2),
    line("ktp_02", soft=True, form="fotokopi"),
    line("ktp_03", form="nomor"),
]
PAPERS = {
    str(PAPER): DocumentView(
        id=PAPER, label="Fotokopi KTP", media_type="image/png", pages=1, status="readable",
            status_label="Terbaca",
        status_reason="", size=10, added_at=NOON, added_by="Contoh", is_duplicate=False,
            can_read=True, has_pdf=True,
        thumbnail_pages=(1,), confidence=90.0, element="periksa",
    )
}  # fmt: skip
CONTEXT = {
    "papers": PAPERS,
    "lines": {"persyaratan": LINES},
    "requests": {"pengecualian": [MissingLine(LINES[1], LONG)]},
    "members": [("a", f"Bripda {LONG}"), ("b", "Bripda Contoh Budi")],
    "similar": {
        "nama": [
            SimilarCase(PAPER, "B-2026-000001", ["LP/B/1"], [LONG], NOON, "masih berjalan", True)
        ]
    },
    "suggestions": {"saran": [(LONG, f"Kecamatan {LONG}"), ("Dua", "")]},
    "case_id": CASE,
    "task_id": CASE,
    "captures": {},
}


def draw(
    app: Flask, field: Field, posted: dict[str, list[str]], errors: dict[str, str] | None = None
) -> str:
    form = read_form("uji", SCHEMA, UI)
    sheet = Sheet(form, posted, errors or {})
    with app.test_request_context():
        return str(get_template_attribute("forms/fields.html", "answer")(sheet, field, CONTEXT))


def parse(html: str) -> Any:
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(
        f"<!doctype html><html><head><title>x</title></head><body>{html}</body></html>"
    )


def field(widget: str, **more: Any) -> Field:
    options = {"a": LONG, "b": "Dua"} if widget in ("radio", "checkboxes", "select") else {}
    names = {"requirements": "persyaratan", "waiver": "pengecualian", "documents": "bukti"}
    values: dict[str, Any] = {
        "title": LONG,
        "help": "Bantuan.",
        "options": options,
        "required": True,
        **more,
    }
    return Field(name=names.get(widget, "nama"), widget=widget, **values)


@pytest.mark.parametrize("widget", sorted(WIDGETS))
@pytest.mark.parametrize("has_error", [False, True], ids=["plain", "with error"])
def test_widget_is_well_formed_with_label_and_error(
    app: Flask, widget: str, has_error: bool
) -> None:
    item = field(widget)
    posted = posted_of(read_form("uji", SCHEMA, UI), ANSWERS)
    html = draw(app, item, posted, {item.name: "Isian ini salah."} if has_error else {})
    tree = parse(html)
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    labelled = {label.get("for") for label in tree.iter("label")}
    for control in [*tree.iter("input"), *tree.iter("select"), *tree.iter("textarea")]:
        inside = any(control in label.iter() for label in tree.iter("label"))
        assert control.get("type") == "hidden" or control.get("id") in labelled or inside, (
            control.attrib
        )
    for element in tree.iter():
        for described in (element.get("aria-describedby") or "").split():
            assert described in ids
    assert ("Isian ini salah." in html) is (has_error and widget not in ANSWERLESS_WIDGETS)
    if has_error and widget not in ANSWERLESS_WIDGETS:
        assert 'aria-invalid="true"' in html
    assert "<b>Muhammad" not in html
    assert not re.search(r"\s(style|on\w+)=|<script", html)


@pytest.mark.parametrize(
    "widget",
    ["text", "textarea", "number", "tel", "email", "nik", "coordinates", "date", "datetime"],
)
def test_what_was_typed_stays(app: Flask, widget: str) -> None:
    html = draw(app, field(widget), {"nama": ['dua " <tiga>']})
    tree = parse(html)
    control = next(iter([*tree.iter("input"), *tree.iter("textarea")]))
    assert (control.get("value") or (control.text or "").lstrip("\n")) == 'dua " <tiga>'


@pytest.mark.parametrize("widget", ["tel", "nik", "coordinates"])
def test_a_doubt_stands_beside_the_field_and_is_no_error(app: Flask, widget: str) -> None:
    form = read_form("uji", SCHEMA, UI)
    with app.test_request_context():
        answer = get_template_attribute("forms/fields.html", "answer")
        html = str(answer(Sheet(form, {}, {}, {"nama": LONG}), field(widget), CONTEXT))
        wrong = str(
            answer(Sheet(form, {}, {"nama": "Salah."}, {"nama": LONG}), field(widget), CONTEXT)
        )
    tree = parse(html)
    control = next(tree.iter("input"))
    place = next(box for box in tree.iter("p") if box.get("data-doubt") == "nama")
    assert (place.text, place.get("role")) == (LONG, "status")
    assert place.get("id") in control.get("aria-describedby").split()
    assert "aria-invalid" not in control.attrib
    assert next(box for box in parse(wrong).iter("p") if box.get("data-doubt")).text is None, (
        "one sentence at a time"
    )


def test_suggestions_are_offered_and_nothing_else_is_kept_out(app: Flask) -> None:
    item = Field(name="saran", widget="text", title=LONG, suggest="desa")
    tree = parse(draw(app, item, {"saran": ["Tempat lain"]}))
    control, offered = next(tree.iter("input")), next(tree.iter("datalist"))
    assert (control.get("list"), control.get("value")) == (offered.get("id"), "Tempat lain")
    choices = [(option.get("value"), option.get("label")) for option in offered.iter("option")]
    assert choices == [(LONG, f"Kecamatan {LONG}"), ("Dua", None)]


def test_a_question_that_may_stay_empty_says_so(app: Flask) -> None:
    assert "(bila ada)" in draw(app, field("text", required=False), {})
    assert "(bila ada)" not in draw(app, field("text"), {})


def test_chosen_options_are_checked(app: Flask) -> None:
    tree = parse(draw(app, field("checkboxes"), {"nama": ["b"]}))
    assert [box.get("value") for box in tree.iter("input") if "checked" in box.attrib] == ["b"]


def test_members_are_chosen_without_scripts(app: Flask) -> None:
    tree = parse(draw(app, field("members"), {"nama": ["b"]}))
    boxes = [
        (box.get("type"), box.get("value"), "checked" in box.attrib) for box in tree.iter("input")
    ]
    assert boxes == [("checkbox", "a", False), ("checkbox", "b", True)]


def test_a_condition_travels_to_the_script_as_data(app: Flask) -> None:
    item = read_form("uji", SCHEMA, UI).fields["penolong"]
    tree = parse(draw(app, item, {}))
    box = next(
        element for element in tree.iter("div") if element.get("data-question") == "penolong"
    )
    assert (box.get("data-shown-by"), box.get("data-shown-values")) == ("dibantu", '["ya"]')


def test_r54_each_line_can_be_given_with_number_issuer_date_and_scan(app: Flask) -> None:
    names = {box.get("name") for box in parse(draw(app, field("requirements"), {})).iter("input")}
    for part in ("given", "number", "issuer", "date"):
        assert f"persyaratan.ktp_01.{part}" in names
    assert "unggah.persyaratan.ktp_01.documents" in names


def test_a_count_is_asked_only_where_several_are_needed(app: Flask) -> None:
    names = {box.get("name") for box in parse(draw(app, field("requirements"), {})).iter("input")}
    assert "persyaratan.ktp_01.count" in names
    assert "persyaratan.ktp_02.count" not in names


def test_an_exception_can_be_asked_for_soft_lines_only(app: Flask) -> None:
    names = {box.get("name") for box in parse(draw(app, field("requirements"), {})).iter("input")}
    assert "persyaratan.ktp_02.waive" in names
    assert "persyaratan.ktp_01.waive" not in names


def test_the_decision_shows_the_reason_the_officer_gave(app: Flask) -> None:
    assert "Alasan petugas: Contoh Warga &lt;b&gt;" in draw(app, field("waiver"), {})


def test_a_paper_that_is_handed_in_is_shown_with_its_status(app: Flask) -> None:
    html = draw(app, field("documents"), {"bukti": [str(PAPER)]})
    assert f'value="{PAPER}"' in html
    assert "1 halaman · <span data-paper-state>Terbaca</span>" in html
