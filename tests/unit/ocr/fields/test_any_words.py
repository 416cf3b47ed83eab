"""Whatever an engine makes of a page: proposals keep their shape, stand on the page, and cost
little.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from ocr.fields.lines import Field, PaperType
from ocr.fields.proposals import propose
from ocr.types import Box, PageReading, PageSource, Word
from tests.unit.ocr.bounds import bounded

PIECES = (
    "NIK", "N1K:", "Nama", "Narna", ":", "1", "|", "Tempat/Tgl", "Lahir", "Alamat", "Jenis",
    "kelamin", "RT/RW", "003/004",
    "Kewarganegaraan", "KARTU", "KELUARGA", "SURAT", "IZIN", "MENGEMUDI", "BUKU", "PEMILIK",
    "KENDARAAN", "BERMOTOR", "TANDA",
    "NOMOR", "Nomor", "No.", "Perihal", "Tanggal", "9901014107850001", "99O1O141", "L-01234567",
    "470/1/XI/2026", "31-02-1985",
    "01-07-1985", "24", "November", "2026", "Contoh,", "DA", "9999", "XYZ", "Rangka",
    "MH1C0NT0H12345678", "²", "١٢", "\u0130", "///",
)  # fmt: skip
words = st.builds(
    Word,
    st.one_of(st.sampled_from(PIECES), st.text(min_size=1, max_size=20).filter(str.strip)),
    st.floats(0, 100),
    st.builds(
        Box, st.integers(-50, 3000), st.integers(-50, 400), st.integers(0, 500), st.integers(0, 90)
    ),
)


def page(*found: Word) -> PageReading:
    return PageReading(1, "", 90.0, found, 2480, 3508, PageSource.OCR)


@settings(max_examples=150, deadline=None)
@given(st.lists(words, max_size=40))
def test_any_words_give_proposals_or_none(found: list[Word]) -> None:
    proposals = propose([page(*found)])
    assert proposals.paper is not PaperType.UNKNOWN or not proposals.fields
    for each in proposals.fields:
        assert each.value.strip()
        assert 0 <= each.confidence <= 100
        assert any(word.box.left == each.box.left for word in found)
        if each.field in (Field.NIK, Field.FAMILY_CARD_NUMBER):
            assert len(each.value) == 16
            assert each.value.isascii()
            assert each.value.isdigit()


def test_a_page_full_of_labels_is_answered_soon() -> None:
    full = [
        Word(PIECES[no % len(PIECES)], 90.0, Box(no % 20 * 120, no // 20 * 40, 100, 30))
        for no in range(50_000)
    ]
    with bounded(seconds=8, megabytes=200):
        propose([page(*full)] * 2)
