"""The printed letter with text that was meant to be something else: it stands there as it was
typed, and nothing more.
"""

from datetime import UTC, datetime

import pypdfium2

from tests.unit.processes.test_sktlk_letter import letter
from workflow_app.services.letters import printing

ABOUT = printing.Metadata("Surat", "SPKT", datetime(2026, 11, 23, tzinfo=UTC), b"contoh")


def test_markup_templates_and_formulas_are_printed_as_they_were_typed() -> None:
    html = letter(
        identity={
            "nama": "Nor'ain <script>alert(1)</script> {{ 7 * 7 }}",
            "pekerjaan": '=HYPERLINK("http://x.invalid")',
        },
        loss={
            "kronologi": "'; DROP TABLE x; -- <a href='http://x.invalid'>x</a> " + "panjang" * 60
        },
    )
    pdf, pages = printing.typeset(html, ABOUT)
    document = pypdfium2.PdfDocument(pdf)
    printed = "".join(page.get_textpage().get_text_range() for page in document).replace(
        "\r\n", " "
    )
    for part in (
        "Nor'ain <script>alert(1)</script> {{ 7 * 7 }}",
        '=HYPERLINK("http://x.invalid")',
        "DROP TABLE x",
    ):
        assert part in printed
    assert b"/URI" not in pdf
    assert b"/JavaScript" not in pdf
    assert pages <= 2
    document.close()
