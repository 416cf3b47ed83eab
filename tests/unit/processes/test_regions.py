"""The places a call can come from: every kecamatan, desa and kelurahan of the regency, as the published list has them."""

import csv
from pathlib import Path

from tests.unit.processes.folder import tkp_dispatch
from workflow_app.services.configuration import SEED

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
