"""What is kept of a drawn signature, and what a letter may carry: our own picture, or a
sentence.
"""

import os
import zlib

import pytest

from ocr.errors import EngineFailed
from tests import signatures
from tests.unit.engine.sample_form import FORM, GOOD
from workflow_app.domain import InvalidInput, Unavailable
from workflow_app.services.documents import ingest


def refusal(address: str) -> str:
    with pytest.raises(InvalidInput) as refused:
        ingest.redrawn(FORM, {**GOOD, "tanda_tangan": address})
    return refused.value.fields["tanda_tangan"]


def test_a_drawing_is_kept_as_a_picture_of_our_own_and_nothing_else_changes() -> None:
    drawn = signatures.uri(
        signatures.png(
            signatures.head(8, 4),
            signatures.chunk(b"tEXt", b"Author\0Contoh"),
            signatures.chunk(b"IDAT", signatures.ink(8, 4)),
        )
    )
    kept = ingest.redrawn(FORM, {**GOOD, "tanda_tangan": drawn})
    assert kept == {**GOOD, "tanda_tangan": ingest.clean(signatures.drawn(8, 4))}
    assert kept["tanda_tangan"] != drawn


def test_a_form_without_a_drawing_is_left_alone() -> None:
    assert ingest.redrawn(FORM, GOOD) == GOOD


@pytest.mark.parametrize("name", signatures.UNDECODABLE)
def test_what_cannot_be_decoded_is_refused_at_its_field(name: str) -> None:
    assert "tidak terbaca" in refusal(signatures.UNDECODABLE[name])


def test_a_pad_on_which_nobody_wrote_is_refused_with_what_to_do() -> None:
    assert "Minta warga menandatangani" in refusal(signatures.EMPTY["transparent"])
    assert ingest.clean(signatures.EMPTY["transparent"]) is None


def test_noise_that_grows_when_it_is_drawn_anew_is_refused() -> None:
    noise = b"".join(b"\0" + os.urandom(125) for _ in range(1000))
    picture = signatures.png(
        signatures.head(1000, 1000, colours=0, bits=1),
        signatures.chunk(b"IDAT", zlib.compress(noise)),
    )
    assert "tidak terbaca" in refusal(signatures.uri(picture))


@pytest.mark.parametrize("name", ["two heads", "no pixels", "another kind of picture"])
def test_what_an_older_release_kept_is_judged_before_it_is_decoded(name: str) -> None:
    with pytest.raises(InvalidInput):
        ingest.clean(signatures.BROKEN[name])


def test_what_the_machine_lacks_is_not_said_of_the_signature(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def lacking(*_: object) -> bytes:
        raise EngineFailed

    monkeypatch.setattr(ingest, "redraw", lacking)
    with pytest.raises(Unavailable):
        ingest.redrawn(FORM, {**GOOD, "tanda_tangan": signatures.drawn()})
