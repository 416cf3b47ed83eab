"""What a configured value may look like."""

from typing import Any

import pytest

from workflow_app.services import configuration
from workflow_app.services.configuration_shapes import fault

SIGNATORY = configuration.SEED["penandatangan.sktlk"]


@pytest.mark.parametrize("key", configuration.SEED)
def test_what_the_product_comes_with_has_the_shape_it_asks_for(key: str) -> None:
    assert fault(key, configuration.SEED[key]) == ""


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("target.berkas_lengkap", 15),
        ("target.kedatangan", None),
        ("masa_berlaku.sktlk", 14),
        ("pola_nomor.SKTLK", "SK-{urut:03d}/{bulan}/{tahun}"),
        ("label_peran", {"pamapta": "Kanit SPKT"}),
        ("mode_demo", True),
    ],
)
def test_what_fits_is_taken(key: str, value: Any) -> None:
    assert fault(key, value) == ""


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("kop_surat", "satu baris"),
        ("kop_surat", []),
        ("kop_surat", ["", "x"]),
        ("nama_unit", ""),
        ("nama_unit", "dua\nbaris"),
        ("nama_unit", "nol\x00"),
        ("tempat_terbit", None),
        ("penandatangan.sktlk", {key: SIGNATORY[key] for key in SIGNATORY if key != "nrp"}),
        ("penandatangan.sktlk", {**SIGNATORY, "gelar": "S.H."}),
        ("penandatangan.sktlk", {**SIGNATORY, "nama": ""}),
        ("penandatangan.sktlk", "BUDI"),
        ("target.berkas_lengkap", 0),
        ("target.berkas_lengkap", -5),
        ("target.berkas_lengkap", "10"),
        ("target.berkas_lengkap", True),
        ("masa_berlaku.sktlk", 1.5),
        ("pola_nomor.SKTLK", "SKTLK/{bulan}/{tahun}"),
        ("pola_nomor.SKTLK", "{urut}{tahun}{nama}"),
        ("pola_nomor.SKTLK", "{urut.__class__}{tahun}"),
        ("pola_nomor.SKTLK", "{urut:x{bulan}}{tahun}"),
        ("pola_nomor.SKTLK", "{urut"),
        ("label_peran", {"kanit": "Kanit"}),
        ("label_peran", {"pamapta": ""}),
        ("mode_demo", 1),
    ],
)
def test_what_does_not_fit_is_refused_with_what_to_give(key: str, value: Any) -> None:
    assert fault(key, value).endswith(".")
