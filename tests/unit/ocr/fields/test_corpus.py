"""Fields of invented papers as the engine reads them: every value that is proposed stands on the
paper.
"""

from pathlib import Path

import pytest

from ocr.fields.lines import Field, PaperType
from ocr.fields.proposals import propose
from ocr.reading import read
from workflow_app.tools.load import corpus

CARDS = tuple(kind for kind in corpus.KINDS if kind.name in ("kartu", "foto-kartu"))


def test_cards_of_the_corpus_have_all_their_fields(tmp_path: Path) -> None:
    for path in corpus.write(tmp_path, per_kind=2, kinds=CARDS):
        printed = path.with_suffix(".txt").read_text("utf-8")
        found = propose(read(path.read_bytes()).pages)
        assert found.paper is PaperType.KTP, path.name
        values = {each.field: each.value for each in found.fields}
        for field in (Field.NIK, Field.NAME, Field.ADDRESS, Field.OCCUPATION, Field.BIRTH_PLACE):
            assert f" {values[field]}" in printed, path.name
        year, month, day = values[Field.BIRTH_DATE].split("-")
        assert f"{day}-{month}-{year}" in printed
        assert values[Field.SEX].upper().replace("_", "-") in printed


@pytest.mark.parametrize("name", ["200dpi", "dua-kolom"])
def test_a_letter_of_the_corpus_has_its_number_and_a_page_without_one_is_no_letter(
    name: str, tmp_path: Path
) -> None:
    kinds = tuple(kind for kind in corpus.KINDS if kind.name == name)
    [path] = corpus.write(tmp_path, per_kind=1, kinds=kinds)
    found = propose(read(path.read_bytes()).pages)
    if name == "dua-kolom":
        assert found.paper is PaperType.UNKNOWN
        return
    assert (number := found.first(Field.LETTER_NUMBER))
    assert f"Nomor: {number.value}" in path.with_suffix(".txt").read_text("utf-8")
    assert found.first(Field.LETTER_DATE)
    assert (issuer := found.first(Field.ISSUER))
    assert issuer.value == "KEPOLISIAN RESOR CONTOH, SENTRA PELAYANAN KEPOLISIAN TERPADU"
