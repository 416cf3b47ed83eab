"""The places a call can come from: every kecamatan, desa and kelurahan of the regency, as the
published list has them.
"""

import csv
from pathlib import Path

from tests.unit.processes.folder import complaint, lp, sktlk, tkp_dispatch
from workflow_app.services.office_settings import configuration_keys, regions
from workflow_app.services.office_settings.configuration import SEED

DATA = Path(__file__).parents[3] / "node_modules" / "idn-area-data" / "data"
REGENCY = "63.06"


def published(name: str) -> dict[str, str]:
    """Code to name of the regency's places."""
    with (DATA / f"{name}.csv").open() as file:
        rows = {row["code"]: row["name"] for row in csv.DictReader(file)}
    return {code: place for code, place in rows.items() if code.startswith(f"{REGENCY}.")}


def test_r60_every_place_of_the_regency_can_be_chosen_and_no_other() -> None:
    districts, villages = published("districts"), published("villages")
    place = tkp_dispatch().form("terima_laporan").fields["wilayah"]

    assert (len(districts), len(villages)) == (11, 148)
    assert set(place.options) == set(districts) | set(villages)
    for code, name in villages.items():
        kind = "kelurahan" if code.split(".")[3].startswith("1") else "desa"
        assert place.options[code] == f"{name} ({kind}), Kec. {districts[code[:8]]}"
    for code, name in districts.items():
        assert place.options[code] == f"Kec. {name}, desa belum diketahui"


def test_r60_places_stand_under_their_kecamatan_in_the_order_of_their_names() -> None:
    place = tkp_dispatch().form("terima_laporan").fields["wilayah"]
    districts = published("districts")

    assert list(place.groups) == [f"Kecamatan {name}" for name in districts.values()]
    for code, keys in zip(districts, place.groups.values(), strict=True):
        assert keys[-1] == code
        names = [place.options[key] for key in keys[:-1]]
        assert names == sorted(names)


def test_r63_the_town_is_the_four_kelurahan_until_somebody_decides() -> None:
    kelurahan = {code for code in published("villages") if code.split(".")[3].startswith("1")}
    assert set(SEED["wilayah.dalam_kota"]) == kelurahan


def test_what_is_offered_is_what_is_published() -> None:
    with (DATA / "regencies.csv").open() as file:
        names = {row["code"]: row["name"] for row in csv.DictReader(file)}
    known = dict(regions.names())

    assert names[REGENCY] == f"KABUPATEN {known.pop(REGENCY).upper()}"
    assert known == published("districts") | published("villages")


def test_addresses_and_places_are_offered_while_one_types() -> None:
    offered = regions.offered(sktlk().form("identitas"))

    assert ("Kandangan", "") in offered["kecamatan"]
    assert ("Kandangan Kota", "Kecamatan Kandangan") in offered["desa"]
    assert (len(offered["kecamatan"]), len(offered["desa"])) == (11, 148)
    for definition, element in (
        (lp(), "identitas"),
        (complaint(), "identitas"),
        (complaint(), "pengirim"),
    ):
        assert regions.offered(definition.form(element)).keys() == {"desa", "kecamatan"}
    for definition, element, name in (
        (sktlk(), "uraian", "tempat_hilang"),
        (lp(), "kejadian", "tempat_kejadian"),
        (complaint(), "pokok_aduan", "tempat_kejadian"),
    ):
        assert ("Kandangan Kota, Kecamatan Kandangan", "") in regions.offered(
            definition.form(element)
        )[name]


def test_r63_an_area_is_made_of_regions_there_are() -> None:
    assert (
        configuration_keys.fault("wilayah.dalam_kota", ["63.06", "63.06.05", "63.06.05.1004"]) == ""
    )
    assert "63.06.05.1009" in configuration_keys.fault(
        "wilayah.dalam_kota", ["63.06.05", "63.06.05.1009"]
    )
