"""The published counts as a page, a table and for programs (R40). Who counts is tested with the
service.
"""

import csv
import io
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import insert

from tests.integration.web.visitor import Visitor
from workflow_app.domain import SYSTEM
from workflow_app.models import Publication
from workflow_app.services.core.unit_of_work import Works


def year(number: int, received: int) -> dict[str, Any]:
    return {
        "tahun": number,
        "diterima": {"jumlah": received},
        "sebaran": [
            {
                "kunci": "kanal",
                "judul": "Kanal",
                "butir": [
                    {
                        "kunci": "langsung",
                        "nama": "Langsung, datang ke SPKT",
                        "nilai": {"jumlah": received - 9},
                    },
                    {"kunci": "surat", "nama": "Surat", "nilai": {"jumlah": None, "tanda": "<5"}},
                    {
                        "kunci": "surel",
                        "nama": "Surel",
                        "nilai": {"jumlah": None, "tanda": "disamarkan"},
                    },
                ],
                "tidak_dirinci": {"jumlah": 9},
            }
        ],
        "median_hari": {"tanggapan_awal": 0.5, "selesai": None},
    }


@pytest.fixture
def published(works: Works) -> None:
    with works.begin(SYSTEM) as work:
        figures = {"ambang": 5, "tahun": [year(2026, 57), year(2025, 41)]}
        row = {
            "id": uuid4(),
            "process_key": "complaint",
            "made_at": work.clock(),
            "figures": figures,
        }
        work.session.execute(insert(Publication).values(row))


def test_r40_everybody_reads_the_newest_counts_with_their_day_and_how_to_read_them(
    visitor: Visitor, published: None
) -> None:
    visitor.open("/angka-pengaduan")
    assert "Angka per 23 November 2026 pukul 09.00 WITA" in visitor.words
    assert "57 pengaduan" in visitor.words
    assert (
        "Langsung, datang ke SPKT 48 Surat <5 Surel disamarkan Tidak dirinci 9 Jumlah 57"
        in visitor.words
    )
    assert "Jumlah di bawah 5 ditulis <5" in visitor.words
    assert "kurang dari 1 hari" in visitor.words
    visitor.follow("2025")
    assert "41 pengaduan" in visitor.words


def test_r40_the_same_as_a_table_and_for_programs(visitor: Visitor, published: None) -> None:
    table = list(csv.DictReader(io.StringIO(visitor.client.get("/angka-pengaduan.csv").text)))
    assert table[0] == {
        "tahun": "2026", "sebaran": "jumlah", "butir": "diterima", "jumlah": "57", "tanda": ""
    }  # fmt: skip
    assert [row["tanda"] for row in table if row["butir"] == "surat"] == ["<5", "<5"]
    answer = visitor.client.get("/angka-pengaduan.json")
    assert answer.json is not None
    assert answer.json["disusun"] == "2026-11-23T09:00:00+08:00"
    assert answer.json["tahun"] == [year(2026, 57), year(2025, 41)]


def test_a_year_that_is_not_told_does_not_exist(visitor: Visitor, published: None) -> None:
    assert visitor.open("/angka-pengaduan?tahun=1999").answer.status_code == 404


def test_before_the_first_publication_the_page_says_so(visitor: Visitor, sktlk: str) -> None:
    assert "Angka pertama sedang disusun" in visitor.open("/angka-pengaduan").words
    assert visitor.client.get("/angka-pengaduan.csv").status_code == 404
    assert visitor.client.get("/angka-pengaduan.json").status_code == 404


def test_r40_of_few_complaints_no_division_is_shown(visitor: Visitor, works: Works) -> None:
    few = year(2026, 57) | {"diterima": {"jumlah": None, "tanda": "<5"}}
    with works.begin(SYSTEM) as work:
        figures = {"ambang": 5, "tahun": [few, year(2025, 41)]}
        row = {
            "id": uuid4(),
            "process_key": "complaint",
            "made_at": work.clock(),
            "figures": figures,
        }
        work.session.execute(insert(Publication).values(row))
    visitor.open("/angka-pengaduan")
    assert "<5 pengaduan" in visitor.words
    assert "Terlalu sedikit untuk dirinci" in visitor.words
    assert "Langsung, datang ke SPKT" not in visitor.words
