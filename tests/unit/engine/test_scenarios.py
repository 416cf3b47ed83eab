from datetime import timedelta

import pytest

from tests.unit.engine.counter import service_counter
from tests.unit.engine.folder import Folder
from workflow_app.domain import InvalidDefinition, Step
from workflow_app.engine.process_folders import (
    Advance,
    Complete,
    Scenario,
    ScenarioFailed,
    read_scenario,
    read_scenarios,
)
from workflow_app.engine.rehearsal import rehearse

WHOLE = """
name: Dari datang sampai surat
clauses: [R53, R57]
steps:
  - complete: terima
    as: petugas
    answers: {catatan: baik}
  - complete: isi
    as: petugas
    answers: {jenis: sim, catatan: 2026-11-23}
  - expect_open: [setujui]
  - advance: PT9M59S
  - expect_open: [setujui]
  - advance: PT1S
  - expect_open: [tindak_lanjut, setujui]
  - complete: setujui
    as: ka_spkt
    answers: {keputusan: setuju}
  - complete: serahkan
    as: petugas
expect: {outcome: selesai, letters: [surat], variables: {golongan: cepat, jenis: sim}}
"""


def scenario(*changes: tuple[str, str]) -> Scenario:
    text = WHOLE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return read_scenario("scenarios/utuh.yaml", text.encode())


def play(*changes: tuple[str, str]) -> Step:
    return rehearse(service_counter().definition(), scenario(*changes))


def test_a_scenario_is_read_with_its_steps() -> None:
    read = scenario()
    assert (read.name, read.clauses, read.outcome, read.letters) == (
        "Dari datang sampai surat",
        ("R53", "R57"),
        "selesai",
        ("surat",),
    )
    assert read.steps[1] == Complete("isi", "petugas", {"jenis": "sim", "catatan": "2026-11-23"})
    assert read.steps[3] == Advance(timedelta(minutes=9, seconds=59))


def test_all_scenarios_of_a_folder_are_read_by_name() -> None:
    folder = service_counter().file("scenarios/b.yaml", WHOLE).file("scenarios/a.yaml", WHOLE)
    assert [s.file for s in read_scenarios(folder.files())] == [
        "scenarios/a.yaml",
        "scenarios/b.yaml",
    ]


def test_a_scenario_is_played_to_its_end() -> None:
    assert play().outcome == "selesai"


def test_targets_can_be_changed_or_taken_away() -> None:
    late = ("expect_open: [tindak_lanjut, setujui]", "expect_open: [setujui]")
    for target in ("PT20M", "null"):
        assert (
            play(late, ("clauses:", f"targets: {{berkas: {target}}}\nclauses:")).outcome
            == "selesai"
        )


WARNED = """
name: Diperingatkan sebelum batas
clauses: [R34]
targets: {tanggapan: {hari_kerja: 3}}
begins_with: {kanal: surat}
steps:
  - expect_open: [tanggapi]
  - advance: P1D
  - expect_open: [tanggapi]
  - advance: P1D
  - expect_open: [tanggapi, ingatkan]
  - complete: ingatkan
    as: petugas
  - complete: tanggapi
    as: petugas
expect: {outcome: selesai, variables: {kanal: surat}}
"""


def warned(days: str = "1") -> Folder:
    """start -> jam -> hitung -> tanggapi; a warning after so many working days -> ingatkan"""
    return (
        Folder(process_properties={"initial": '{"kanal": null}'}).start().service("jam",
            "start_clock", clock='"tanggapan"')
        .service("hitung", "working_days_after", "peringatan", clock='"tanggapan"', days=days)
        .user("tanggapi").timer("lewat", "peringatan", on="tanggapi", kind="timeDate",
            cancelActivity="false").user("ingatkan")
        .end("diingatkan", None).end()
        .flow("mulai", "jam", "hitung", "tanggapi", "selesai").flow("lewat", "ingatkan",
            "diingatkan")
    )  # fmt: skip


def test_r34_a_scenario_plays_warnings_in_working_days() -> None:
    assert (
        rehearse(warned().definition(), read_scenario("b.yaml", WARNED.encode())).outcome
        == "selesai"
    )


@pytest.mark.parametrize(
    ("days", "old", "new"),
    [("3", "", ""), ("1", "targets: {tanggapan: {hari_kerja: 3}}", "targets: {tanggapan: P3D}")],
)
def test_r34_no_warning_where_the_target_is_not_later_or_not_in_working_days(
    days: str, old: str, new: str
) -> None:
    text = WARNED.replace(old, new)
    with pytest.raises(ScenarioFailed, match="step 5: open tasks"):
        rehearse(warned(days).definition(), read_scenario("b.yaml", text.encode()))


def test_a_cancelled_case_has_no_valid_letter() -> None:
    cancelled = WHOLE[: WHOLE.index("  - complete: setujui")] + "  - message: pembatalan\n"
    cancelled += "expect: {outcome: dibatalkan, letters: []}\n"
    step = rehearse(service_counter().definition(), read_scenario("b.yaml", cancelled.encode()))
    assert step.outcome == "dibatalkan"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("complete: isi", "complete: setujui", "step 2: setujui is not open"),
        ("as: ka_spkt", "as: petugas", "role of setujui"),
        ("jenis: sim", "jenis: paspor", "answers of isi"),
        ("expect_open: [setujui]", "expect_open: []", "step 3: open tasks"),
        ("outcome: selesai", "outcome: dirujuk", "outcome: expected dirujuk, found selesai"),
        ("letters: [surat]", "letters: []", "letters"),
        ("golongan: cepat", "golongan: biasa", "variable golongan"),
        ("golongan: cepat", "lain: x", "not set"),
    ],
)
def test_a_difference_is_told_with_step_and_reason(old: str, new: str, message: str) -> None:
    with pytest.raises(ScenarioFailed, match=message):
        play((old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name:", "nama:"),
        ("expect_open: [setujui]", "expect: [setujui]"),
        ("as: petugas", "peran: petugas"),
        ("as: petugas", "as: petugas\n    by: siapa"),
        ("PT1S", "1 detik"),
        ("PT1S", "PT"),
        ("outcome: selesai", "hasil: selesai"),
        ("answers: {catatan: baik}", "answers: [a]"),
        ("clauses: [R53, R57]", "clauses: {"),
    ],
)
def test_a_scenario_that_cannot_be_read_is_refused_with_its_file(old: str, new: str) -> None:
    with pytest.raises(InvalidDefinition, match=r"scenarios/utuh\.yaml"):
        scenario((old, new))


def checklist() -> Folder:
    """periksa (checklist) -> lengkap? -> selesai, else putuskan (waiver) when asked, else periksa
    again
    """
    rows = [['"sim"', '"a"', "1"], ['"sim"', '"b"', "2"], ['"ktp"', '"c"', "1"]]
    requirements = {"widget": "requirements", "decision": "syarat", "result": "kelengkapan"}
    waiver = {"widget": "waiver", "source": "periksa", "result": "kelengkapan"}
    folder = (
        Folder().start().user("isi", control={"jenis": ["sim", "ktp"]}).user("periksa",
            maxVisits=5).choice("cukup", "periksa").user("putuskan", maxVisits=5).end()
        .flow("mulai", "isi", "periksa", "cukup", "periksa").when("cukup",
            'kelengkapan == "lengkap"', "selesai")
        .when("cukup", 'kelengkapan == "minta_pengecualian"', "putuskan").flow("putuskan", "cukup")
        .decision("syarat", ["jenis"], ["butir", "minimum"], rows, "COLLECT")
    )  # fmt: skip
    folder.form("periksa", {"persyaratan": {"type": "object"}}, {"persyaratan": requirements})
    return folder.form("putuskan", {"pengecualian": {"type": "object"}}, {"pengecualian": waiver})


def check(lines: str, *more: str) -> str:
    steps = f"""
name: Daftar
clauses: [R54]
steps:
  - complete: isi
    as: petugas
    answers: {{jenis: sim}}
  - complete: periksa
    as: petugas
    answers: {{persyaratan: {lines}}}
"""
    steps += "".join(
        f"  - complete: putuskan\n    as: petugas\n    answers: {{pengecualian: {m}}}\n"
        for m in more
    )
    step = rehearse(
        checklist().definition(),
        read_scenario("a.yaml", f"{steps}\nexpect: {{outcome: null}}".encode()),
    )
    return str(step.variables["kelengkapan"])


@pytest.mark.parametrize(
    ("lines", "result"),
    [
        ("{a: {given: true}}", "kurang"),
        ("{a: {given: true}, b: {given: true}}", "kurang"),
        ("{a: {given: true}, b: {given: true, count: 1}}", "kurang"),
        ("{a: {given: true}, b: {waive: true, reason: x}}", "minta_pengecualian"),
    ],
)
def test_a_checklist_is_judged_by_its_table(lines: str, result: str) -> None:
    assert check(lines) == result


def test_a_refused_waiver_leaves_the_line_missing() -> None:
    lines = "{a: {given: true}, b: {waive: true, reason: x}}"
    assert check(lines, "{line: b, decision: tolak, reason: x}") == "kurang"


@pytest.mark.parametrize(
    ("lines", "waived"),
    [
        ("{a: {given: true}, b: {given: true, count: 2}}", ()),
        (
            "{a: {given: true}, b: {waive: true, reason: x}}",
            ("{line: b, decision: beri, reason: x}",),
        ),
    ],
)
def test_a_complete_or_waived_checklist_lets_the_case_go_on(
    lines: str, waived: tuple[str, ...]
) -> None:
    with pytest.raises(ScenarioFailed, match="outcome: expected None, found selesai"):
        check(lines, *waived)


@pytest.mark.parametrize(
    ("areas", "is_in_town"), [("areas: {kota: [63.06.05]}", True), ("areas: {}", False)]
)
def test_a_scenario_says_what_lies_in_an_area(areas: str, is_in_town: bool) -> None:
    folder = (
        Folder()
        .start().service("periksa", "check_area", "dalam_kota", area='"kota"',
            code='"63.06.05.1001"').end()
        .flow("mulai", "periksa", "selesai")
    )  # fmt: skip
    text = f"name: Contoh\nclauses: [R63]\n{areas}\nsteps: []\nexpect: {{outcome: selesai}}"
    step = rehearse(folder.definition(), read_scenario("scenarios/contoh.yaml", text.encode()))
    assert step.variables["dalam_kota"] is is_in_town


SETTING = """
name: Pengaturan
clauses: [R1]
settings: {uji.cara: [lain]}
steps: []
expect: {outcome: selesai, variables: {cara: [lain]}}
"""


def test_a_setting_is_what_the_scenario_says_else_what_the_process_begins_with() -> None:
    folder = Folder().start().service("baca", "read_setting", "cara", setting='"uji.cara"')
    folder.process_properties["initial"] = '{"cara": ["biasa"]}'
    definition = folder.end().flow("mulai", "baca", "selesai").definition()
    rehearse(definition, read_scenario("scenarios/a.yaml", SETTING.encode()))
    usual = SETTING.replace("settings: {uji.cara: [lain]}\n", "").replace("[lain]", "[biasa]")
    rehearse(definition, read_scenario("scenarios/b.yaml", usual.encode()))
