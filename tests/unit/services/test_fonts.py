"""What fontconfig says of a character is what happens on the paper."""

import logging
from datetime import UTC, datetime

import pytest

from tests.unit.processes.test_sktlk_letter import letter
from workflow_app.services.core import formatting
from workflow_app.services.letters import printing

ABOUT = printing.Metadata("Surat", "SPKT", datetime(2026, 11, 23, tzinfo=UTC), b"contoh")
SAMPLE = [chr(place) for place in (*range(0xC0, 0x530, 5), *range(0x5D0, 0x5EB), *range(0x620,
    0x64B), *range(0x1E00, 0x1EFA, 3))]  # fmt: skip
FOREIGN = "陈བ👨กハ한"


def missing_on_paper(
    text: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> set[str]:
    """What WeasyPrint, set to tell, shows as `.notdef` in a letter with this name, which stands
    there in bold too.
    """
    monkeypatch.setattr(logging.getLogger("weasyprint"), "level", logging.WARNING)
    printing.typeset(letter(identity={"nama": text}), ABOUT)
    told = (record.args for record in caplog.records if ".notdef" in record.msg)
    return {str(arguments[0]) for arguments in told if isinstance(arguments, tuple)}


def test_what_is_called_unshown_is_exactly_what_is_missing_on_the_paper(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    characters = [*SAMPLE, *FOREIGN]
    missing = missing_on_paper(" a".join(characters), caplog, monkeypatch)
    assert missing == {character for character in characters if formatting.unshown(character)}


@pytest.mark.parametrize(
    "name", ["Nor'ain binti O'Brien", "Nguyễn Thị Ái", "مُحَمَّد رضوان", "می‌خواهم", "Łukasz Žižek", "Ж"]
)
def test_names_in_letters_that_our_fonts_have_can_be_printed(name: str) -> None:
    assert formatting.unshown(name) == ""


def test_the_first_letter_that_cannot_be_shown_is_named() -> None:
    assert formatting.unshown("Budi \U0010fffd dan \U0010fffc") == "\U0010fffd"
