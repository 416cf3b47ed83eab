"""`config` as an administrator uses it: the signatory of the office, from a day on."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.services import ROOT
from workflow_app.services.office_settings import configuration

SIGNATORY = {
    **configuration.SEED["penandatangan.sktlk"],
    "nama": "BUDI PEJABAT, S.H.",
    "nrp": "11111111",
}


@pytest.fixture
def site(stack: dict[str, str], fresh_database_url: str) -> dict[str, str]:
    """Environment of a site without any data."""
    return {**stack, "DATABASE_URL": fresh_database_url}


def spkt(site: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "workflow_app", *words],
        cwd=ROOT,
        env={**os.environ, **site},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_every_key_is_listed_with_its_owner_and_its_value(site: dict[str, str]) -> None:
    done = spkt(site, "config", "list")

    assert done.returncode == 0, done.stderr
    lines = [line.split(maxsplit=2) for line in done.stdout.splitlines()]
    assert {key: json.loads(value) for key, _, value in lines} == configuration.SEED
    assert {key: owner for key, owner, _ in lines}["propam.pimpinan_melihat"] == "piket_propam"


def test_a_value_holds_from_its_day_on_and_the_earlier_ones_stay_on_record(
    site: dict[str, str],
) -> None:
    assert spkt(site, "config", "set", "penandatangan.sktlk", json.dumps(SIGNATORY)).returncode == 0
    assert (
        spkt(
            site, "config", "set", "target.berkas_lengkap", "15", "--from", "2999-01-01T00:00"
        ).returncode
        == 0
    )

    assert "BUDI PEJABAT" in spkt(site, "config", "list").stdout
    listed = [line.split() for line in spkt(site, "config", "list").stdout.splitlines()]
    assert ["target.berkas_lengkap", "ka_spkt", "10"] in listed
    words, owner, *shown = spkt(site, "config", "show", "target.berkas_lengkap").stdout.splitlines()
    assert [line.rsplit(maxsplit=1)[1] for line in shown] == ["10", "15"]
    assert "2999-01-01 00:00 WITA" in shown[1]
    assert words == "Batas waktu sebuah jam"
    assert owner == "Penanggung jawab: Ka SPKT. Boleh mengubah: Ka SPKT."


def test_a_value_to_come_is_taken_back(site: dict[str, str]) -> None:
    when = ("--from", "2999-01-01T00:00")
    assert spkt(site, "config", "set", "target.berkas_lengkap", "15", *when).returncode == 0
    assert spkt(site, "config", "withdraw", "target.berkas_lengkap", *when).returncode == 0
    assert "2999" not in spkt(site, "config", "show", "target.berkas_lengkap").stdout
    again = spkt(site, "config", "withdraw", "target.berkas_lengkap", *when)
    assert (again.returncode, "sudah ditarik" in again.stderr) == (1, True)


def test_labels_of_roles_may_be_given_one_by_one(site: dict[str, str]) -> None:
    assert spkt(site, "config", "set", "label_peran", '{"pamapta": "Kanit SPKT"}').returncode == 0

    listed = next(
        line
        for line in spkt(site, "config", "list").stdout.splitlines()
        if line.startswith("label_peran")
    )
    assert {"Kanit SPKT", "Petugas SPKT"} <= set(json.loads(listed.split(maxsplit=2)[2]).values())


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("penandatangan.sktlk", '{"nama": "BUDI"}'), "atas_nama"),
        (("target.berkas_lengkap", "0"), "bilangan bulat"),
        (("pola_nomor.SKTLK", '"{tahun}"'), "{urut}"),
        (("tempat_terbit", "Kandangan"), "JSON"),
        (("tidak.ada", "1"), "kop_surat"),
        (("mode_demo", "false", "--from", "besok"), "ISO"),
        (("tempat_terbit", '"Contoh"', "--by", "hantu"), "Tidak ada akun aktif bernama hantu"),
    ],
)
def test_what_cannot_hold_is_refused_and_nothing_is_stored(
    site: dict[str, str], words: tuple[str, ...], sentence: str
) -> None:
    done = spkt(site, "config", "set", *words)

    assert done.returncode == 1
    assert sentence in done.stderr


def test_what_is_missing_is_named_until_it_is_there(site: dict[str, str], tmp_path: Path) -> None:
    office = {
        **configuration.SEED["kalender.hari_kerja"],
        "tahun_terverifikasi": list(range(2026, 2101)),
    }

    before = spkt(site, "config", "check")
    assert before.returncode == 1
    for key in (key for key in configuration.SEED if key.startswith("penandatangan.")):
        assert key in before.stdout
        assert spkt(site, "config", "set", key, json.dumps(SIGNATORY)).returncode == 0
    assert spkt(site, "config", "set", "kalender.hari_kerja", json.dumps(office)).returncode == 0
    file, now = tmp_path / "piket.json", datetime.now(UTC)
    for days, left in (
        (1, "jadwal_piket.piket_reskrim: belum ada piket dari"),
        (30, "Nothing is missing."),
    ):
        period = {now.isoformat(): {"sampai": str(now + timedelta(days=days)), "petugas": []}}
        file.write_text(json.dumps({"jadwal_piket.piket_reskrim": period}))
        assert spkt(site, "config", "import", str(file)).stdout.endswith("1 set\n")
        assert left in spkt(site, "config", "check").stdout
    after = spkt(site, "config", "check")
    assert (after.returncode, after.stdout) == (0, "Nothing is missing.\n")


def test_a_configuration_is_carried_to_another_site_in_a_file(
    site: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "kantor.json"
    assert spkt(site, "config", "export", str(file)).returncode == 0
    values = json.loads(file.read_text())
    values["penandatangan.sktlk"]["2026-12-01T00:00"] = SIGNATORY
    file.write_text(json.dumps(values))

    first, again = (spkt(site, "config", "import", str(file)) for _ in range(2))

    assert first.stdout.splitlines()[-1] == "1 set"
    assert again.stdout == "0 set\n"
    assert "BUDI PEJABAT" in spkt(site, "config", "export").stdout


def test_a_file_with_a_fault_changes_nothing(site: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "kantor.json"
    file.write_text(
        '{"tempat_terbit": {"2020-01-01T00:00": "Contoh"}, "kop_surat": {"2020-01-01T00:00": []}}'
    )

    done = spkt(site, "config", "import", str(file))

    assert done.returncode == 1
    assert "kop_surat, 2020-01-01T00:00" in done.stderr
    assert "Kandangan" in spkt(site, "config", "list").stdout
