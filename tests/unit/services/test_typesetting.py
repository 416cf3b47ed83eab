"""Letters as PDF: nothing comes from outside, nothing personal in the metadata, the same bytes
every time.
"""

import io
import logging
from datetime import UTC, datetime

import pikepdf
import pytest

from workflow_app.domain import InvalidDefinition
from workflow_app.engine.definitions import LetterSource
from workflow_app.services.letters import printing
from workflow_app.services.letters.printing import Metadata

METADATA = Metadata(
    "Surat Contoh 1", "SPKT Contoh", datetime(2026, 11, 23, 6, 20, tzinfo=UTC), b"0" * 32
)
PAGE = "<!DOCTYPE html><html lang='id'><head><title>{}</title></head><body><p>{}</p></body></html>"


def test_answers_are_escaped() -> None:
    assert (
        printing.fill(LetterSource("<p>{{ nama }}</p>", {}), {"nama": "<b>Sa'diah & Co"})
        == "<p>&lt;b&gt;Sa&#39;diah &amp; Co</p>"
    )


@pytest.mark.parametrize(
    "template",
    [
        "{{ belum_ada }}",
        "{{ nama.__class__ }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{% for nomor in range(10**9) %}{% endfor %}",
        "{{ daftar.append(1) }}",
        "{{ 1 / 0 }}",
        "{% if %}",
    ],
)
def test_a_template_that_reaches_too_far_is_refused_without_quoting_an_answer(
    template: str,
) -> None:
    with pytest.raises(InvalidDefinition) as refusal:
        printing.fill(LetterSource(template, {}), {"nama": "Contoh Rahasia", "daftar": []})

    assert refusal.value.__cause__ is None
    assert "Rahasia" not in refusal.value.detail


@pytest.mark.parametrize(
    "address", ["file:///etc/hostname", "http://127.0.0.1:9/x.png", "FTP://contoh.test/x"]
)
@pytest.mark.parametrize(
    "element",
    ["<img src='{}'>", "<style>@import url({});</style>", "<a rel=attachment href='{}'>x</a>"],
)
def test_a_letter_that_asks_for_something_outside_is_refused(element: str, address: str) -> None:
    with pytest.raises(InvalidDefinition):
        printing.typeset(PAGE.format("x", element.format(address)), METADATA)


def test_a_letter_has_no_attachments() -> None:
    pdf, _ = printing.typeset(
        PAGE.format("x", "<link rel=attachment href='data:,Rahasia'>"), METADATA
    )

    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert len(opened.attachments) == 0


def test_the_same_letter_gives_the_same_bytes() -> None:
    html = PAGE.format(
        "x", f"<img src='{printing.qr_picture('https://spkt.contoh.test/verifikasi/A')}' alt=''>"
    )

    assert printing.typeset(html, METADATA) == printing.typeset(html, METADATA)


def test_the_metadata_come_from_us_and_not_from_the_page() -> None:
    pdf, pages = printing.typeset(PAGE.format("Contoh Rahasia", "Isi"), METADATA)

    with pikepdf.open(io.BytesIO(pdf)) as opened:
        with opened.open_metadata() as xmp:
            assert xmp["dc:title"] == str(opened.docinfo["/Title"]) == "Surat Contoh 1"
            assert xmp["xmp:CreateDate"] == "2026-11-23T06:20:00+00:00"
            assert "Rahasia" not in str(xmp)
        assert str(opened.docinfo["/CreationDate"]) == "D:20261123062000+00'00"
        assert len(opened.pages) == pages == 1
        assert opened.Root.OutputIntents[0].S == pikepdf.Name.GTS_PDFA1


def test_a_picture_that_cannot_be_shown_is_not_written_into_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG):
        printing.typeset(
            PAGE.format("x", "<img src='data:image/png;base64,UmFoYXNpYQ==' alt=''>"), METADATA
        )

    assert "UmFoYXNpYQ" not in caplog.text
