"""The engine: asked before it is used, and every way it can fail has a name."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ocr import engine, errors
from ocr.sandbox import Sandbox
from ocr.types import Limits, Options
from tests.unit.ocr import engines, papers


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with Sandbox(Limits(), tmp_path) as opened:
        yield opened


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "00001.pgm"
    papers.page().save(path, "PPM")
    return path


def test_the_installed_engine_tells_version_and_languages(sandbox: Sandbox) -> None:
    found = engine.probe(sandbox, Options())
    assert found.version.startswith(("4", "5"))
    assert {"ind", "osd"} <= found.languages


def test_a_missing_engine_is_named_with_the_command_that_installs_it(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    with pytest.raises(errors.EngineMissing, match="sudo apt install tesseract-ocr") as caught:
        engine.probe(sandbox, Options(tesseract_command=str(tmp_path / "tidak-ada")))
    assert caught.value.is_retryable


def test_a_missing_language_is_named_with_its_package(sandbox: Sandbox, tmp_path: Path) -> None:
    command = engines.answering(tmp_path, "tesseract 5.5.0", "eng\\nosd")
    with pytest.raises(errors.EngineMissing, match="tesseract-ocr-ind"):
        engine.probe(sandbox, Options(tesseract_command=command))


def test_an_old_engine_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    command = engines.answering(tmp_path, "tesseract 3.04", "ind\\nosd")
    with pytest.raises(errors.EngineMissing, match="versi 5"):
        engine.probe(sandbox, Options(tesseract_command=command))


def test_a_program_that_is_no_engine_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(errors.EngineMissing, match="bukan Tesseract"):
        engine.probe(sandbox, Options(tesseract_command=engines.answering(tmp_path, "halo", "ind")))


def test_one_call_gives_text_words_and_a_text_layer(sandbox: Sandbox, picture: Path) -> None:
    found = engine.recognise(sandbox, picture, 300, Options())
    assert "kehilangan" in found.text
    word = next(word for word in found.words if word.text == "KEHILANGAN")
    assert word.confidence > 80
    assert 100 < word.box.top < 180
    assert found.layer.read_bytes().startswith(b"%PDF-")
    assert found.confidence is not None


def test_the_engine_leaves_only_its_text_layer_behind(sandbox: Sandbox, picture: Path) -> None:
    engine.recognise(sandbox, picture, 300, Options())
    assert sorted(path.name for path in picture.parent.iterdir()) == ["00001.pdf", "00001.pgm"]


@pytest.mark.parametrize(
    "kind",
    ["crashes", "fails", "bad_message", "writes_nothing", "rubbish", "bad_unicode", "bad_numbers"],
)
def test_an_engine_that_goes_wrong_is_one_named_error(
    sandbox: Sandbox, picture: Path, tmp_path: Path, kind: str
) -> None:
    options = Options(tesseract_command=engines.engine(tmp_path, kind))
    with pytest.raises(errors.EngineFailed):
        engine.recognise(sandbox, picture, 300, options)


def test_an_engine_that_hangs_is_stopped(sandbox: Sandbox, picture: Path, tmp_path: Path) -> None:
    options = Options(tesseract_command=engines.engine(tmp_path, "hangs"), page_seconds=1)
    with pytest.raises(errors.EngineTimeout) as caught:
        engine.recognise(sandbox, picture, 300, options)
    assert caught.value.is_retryable


def test_an_engine_that_vanished_is_missing(
    sandbox: Sandbox, picture: Path, tmp_path: Path
) -> None:
    with pytest.raises(errors.EngineMissing):
        engine.recognise(
            sandbox, picture, 300, Options(tesseract_command=str(tmp_path / "tidak-ada"))
        )


@pytest.mark.parametrize("turn", [0, 180])
def test_the_engine_says_how_a_page_must_be_turned(
    sandbox: Sandbox, tmp_path: Path, turn: int
) -> None:
    path = tmp_path / "halaman.pgm"
    papers.page().rotate(turn).save(path, "PPM")
    assert engine.find_turn(sandbox, path, 300, Options()) == turn


def test_a_page_whose_orientation_cannot_be_told_stays_as_it_is(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    path = tmp_path / "halaman.pgm"
    papers.page(lines=("7",)).save(path, "PPM")
    assert engine.find_turn(sandbox, path, 300, Options()) == 0
