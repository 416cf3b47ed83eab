"""A drawn signature is walked through when its form is judged: whole, small, one head, pixels, one
end.
"""

import pytest

from tests import signatures
from tests.unit.engine.sample_form import FORM
from workflow_app.engine import forms


def sentence(uri: str) -> str:
    return forms.validate(FORM, {"tanda_tangan": uri}).get("tanda_tangan", "")


@pytest.mark.parametrize("name", signatures.BROKEN)
def test_what_is_no_whole_small_picture_is_refused(name: str) -> None:
    assert "Hapus, lalu bubuhkan kembali" in sentence(signatures.BROKEN[name])


def test_a_signature_is_not_longer_than_a_pad_can_make_it() -> None:
    long = signatures.png(
        signatures.head(*signatures.PAD),
        signatures.chunk(b"IDAT", signatures.ink(*signatures.PAD)),
        signatures.chunk(b"tEXt", bytes(400_000)),
    )
    assert "tidak terbaca" in sentence(signatures.uri(long))


@pytest.mark.parametrize("size", [(1, 1), signatures.PAD, (2000, 2000)])
def test_a_picture_of_the_pad_is_taken(size: tuple[int, int]) -> None:
    assert sentence(signatures.drawn(*size)) == ""
