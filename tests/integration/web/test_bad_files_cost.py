"""What hostile files may cost the web process that takes them, and what everybody else notices of
them.
"""

import io
import itertools
from contextlib import ExitStack
from types import SimpleNamespace
from uuid import uuid4

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, stream_encode_multipart

from ocr import inspect
from tests.integration.web import desk
from tests.integration.web.test_bad_files import FIELD, SCRIPT, kept
from tests.integration.web.visitor import Visitor
from tests.unit.ocr import hostile, papers
from tests.unit.ocr.bounds import bounded
from workflow_app.services.core.unit_of_work import Works
from workflow_app.web import documents, forms


def send(visitor: Visitor, data: bytes, field: str = FIELD) -> TestResponse:
    fields = {
        "csrf_token": visitor.token(),
        "bidang": field,
        "berkas": FileStorage(io.BytesIO(data), "a.pdf"),
    }
    body, _, boundary = stream_encode_multipart(fields, threshold=1 << 30)
    kind = f"multipart/form-data; boundary={boundary}"
    return visitor.client.post(
        f"{visitor.path}/dokumen", data=body.read(), content_type=kind, headers=SCRIPT
    )


@pytest.mark.parametrize(
    ("made", "part"),
    [
        (lambda: hostile.tiff_of_strips(300, 1_000_000, 1), "rusak"),
        (hostile.flate_bomb, "terlalu rumit"),
        (lambda: hostile.pdf_of_words(300_000, 12), None),
        (lambda: papers.coded(Image.new("1", (11_000, 10_800), 1), "PNG"), None),
    ],
    ids=["tiff-of-strips", "pdf-that-grows", "pdf-of-words", "picture-that-grows"],
)
def test_a_small_hostile_file_costs_the_web_process_neither_time_nor_memory(
    at_desk: Visitor, made, part: str | None
) -> None:
    desk.to_requirements(at_desk)
    data = made()
    with bounded(seconds=3, megabytes=60):
        answer = send(at_desk, data)
    assert (answer.status_code, (part or "") in answer.text) == (400 if part else 200, True)


def test_while_three_pdfs_are_looked_into_a_further_one_is_told_to_wait_and_all_else_goes_on(
    at_desk: Visitor, works: Works
) -> None:
    desk.to_requirements(at_desk)
    before = kept(works)
    with ExitStack() as others:
        for _ in range(3):
            others.enter_context(inspect._WITH_WAITING)
        answer = send(at_desk, papers.text_pdf(papers.LINES))
        assert (answer.status_code, "Tunggu setengah menit" in answer.json["sentence"]) == (
            400,
            True,
        )
        assert kept(works) == before
        assert at_desk.client.get("/").status_code == 200
        assert send(at_desk, papers.coded(Image.new("L", (30, 40)), "PNG")).status_code == 200
    assert send(at_desk, papers.text_pdf(papers.LINES)).status_code == 200


def test_a_request_whose_files_take_long_to_look_into_ends_with_a_sentence_and_keeps_what_came_first(  # noqa: E501 - a sentence
    at_desk: Visitor, works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.to_requirements(at_desk)
    before = kept(works)[0]
    pictures = [
        (papers.coded(Image.new("L", (9, 9), number), "PNG"), "a.png") for number in range(4)
    ]
    clock = itertools.count(step=15)
    monkeypatch.setattr(forms, "time", SimpleNamespace(monotonic=lambda: float(next(clock))))
    at_desk.submit("Unggah", {f"unggah.{FIELD}": pictures})
    assert at_desk.answer.status_code == 400
    assert "Kirim sisanya satu per satu" in at_desk.words
    assert kept(works)[0] == before + 1
    monkeypatch.setattr(documents, "time", SimpleNamespace(monotonic=lambda: float(next(clock))))
    links = (link.get("href") for link in at_desk.page().iter("a"))
    at_desk.open(next(link for link in links if link.startswith("/berkas/")))
    label = at_desk.page().find(".//select[@name='nama']/option[2]").get("value")
    at_desk.submit("Tambahkan", {"berkas": pictures[1:]}, nama=label)
    assert "Kirim sisanya satu per satu" in at_desk.words
    assert kept(works)[0] == before + 2


def test_a_paper_for_a_line_that_nobody_knows_is_refused_with_what_to_do(at_desk: Visitor) -> None:
    desk.to_requirements(at_desk)
    picture = papers.coded(Image.new("L", (30, 40)), "PNG")
    answer = send(at_desk, picture, field="persyaratan.tidak_ada.documents")
    assert answer.status_code == 400
    assert answer.json["sentence"] == "Pilih jenis dokumen dari daftar."


@pytest.mark.parametrize(
    "name", ["persyaratan.sim_01\0.documents", "\0", "persyaratan\0.sim_01.documents"]
)
def test_a_nul_in_the_name_of_a_field_with_a_file_changes_nothing(
    at_desk: Visitor, works: Works, name: str
) -> None:
    desk.to_requirements(at_desk)
    before, picture = kept(works), papers.coded(Image.new("L", (30, 40)), "PNG")
    assert send(at_desk, picture, field=name).status_code == 400
    boundary = uuid4().hex
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="'
    body = (
        f'{head}csrf_token"\r\n\r\n{at_desk.token()}\r\n{head}tindakan"\r\n\r\nunggah\r\n'
        f'{head}unggah.{name}"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
    )
    answer = at_desk.client.post(
        at_desk.path,
        data=body.encode() + picture + f"\r\n--{boundary}--\r\n".encode(),
        content_type=f"multipart/form-data; boundary={boundary}",
    )
    assert answer.status_code in (302, 400)
    assert kept(works) == before
