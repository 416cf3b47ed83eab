"""The same value in the writing of the form and in that of the database gives the same hash."""

import base64
import io

from PIL import Image

from workflow_app.tools.chaos import clerk
from workflow_app.tools.load.officer import SIGNATURE


def drawn(shade: int) -> str:
    picture = io.BytesIO()
    Image.new("RGBA", (2, 2), (shade, shade, shade, 255)).save(picture, "PNG")
    return clerk.DRAWING + base64.b64encode(picture.getvalue()).decode()


def test_days_instants_ticks_numbers_and_lines_of_a_checklist_are_compared_by_what_they_say() -> (
    None
):
    stored = {
        "hari": "1990-02-01",
        "saat": "2026-11-24T10:00:00+08:00",
        "ya": True,
        "jumlah": 1,
        "sikap": ["sapa", "duduk"],
        "persyaratan": {"ktp_03": {"given": True, "date": "2026-11-23"}},
    }

    assert clerk._hashes_of(stored) == clerk.hashes(
        {
            "hari": "01-02-1990",
            "saat": "2026-11-24T10:00",
            "ya": "ya",
            "jumlah": "1",
            "sikap": ["sapa", "duduk"],
            "persyaratan.ktp_03.given": "ya",
            "persyaratan.ktp_03.date": "23-11-2026",
        }
    )


def test_a_signature_written_anew_is_the_same_and_another_one_is_not() -> None:
    assert drawn(0) != SIGNATURE
    assert clerk.hashes({"a": drawn(0)}) == clerk.hashes({"a": SIGNATURE})
    assert clerk.hashes({"a": drawn(1)}) != clerk.hashes({"a": SIGNATURE})
