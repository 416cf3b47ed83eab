"""The SOP clause by clause: what carries and proves each is found, and what does not hold is
said.
"""

from pathlib import Path

import pytest

from tests.unit.engine.calls import hand_off, on_disk
from workflow_app.cli import process
from workflow_app.domain import InvalidDefinition
from workflow_app.services.processes import clauses
from workflow_app.services.processes.clauses import COUNT, Verdict

RELEASE = Path(__file__).parents[3] / "processes"
SENT = """
name: Dikirim
clauses: [R2]
steps:
  - complete: serah_kirim
    as: petugas
    answers: {tujuan: piket_lantas}
expect: {outcome: OUTCOME}
"""


def small_release(root: Path, outcome: str = "null", **first: str) -> Path:
    """Two clauses that matter: R1, as told, and R2, which an element and a scenario name."""
    folder = hand_off(initial='{"mandiri": false}')
    folder.nodes["serah_kirim"].properties["clause"] = "R2"
    folder.file("scenarios/dikirim.yaml", SENT.replace("OUTCOME", outcome))
    on_disk(folder, root)
    rest = {
        f"R{no}": {"sop": "X", "isi": "Contoh", "tampak": "Di sini"} for no in range(1, COUNT + 1)
    }
    told = {
        **rest,
        "R1": {"sop": "I", "isi": "Contoh", **first},
        "R2": {"sop": "II", "isi": "Contoh"},
    }
    lines = [
        f"{key}: {{{', '.join(f'{k}: {v}' for k, v in one.items())}}}" for key, one in told.items()
    ]
    (root / clauses.CATALOGUE).write_text("\n".join(lines))
    return root


def test_every_clause_of_the_release_is_proven_shown_or_named_as_lacking() -> None:
    found = clauses.proofs(RELEASE, RELEASE.parent / "tests")
    assert len(found) == COUNT
    for proof in found:
        assert proof.verdict is not Verdict.FAILS
        assert (proof.verdict is Verdict.OPEN) == bool(proof.clause.lacking), proof.clause.id


def test_the_page_of_the_clauses_is_up_to_date() -> None:
    assert process.page_faults() == []


def test_a_clause_without_anything_is_open_and_one_with_a_test_or_a_scenario_holds(
    tmp_path: Path,
) -> None:
    release = small_release(tmp_path / "processes")
    none = clauses.proofs(release, tmp_path / "tests", play=True)
    assert [proof.verdict for proof in none[:3]] == [Verdict.OPEN, Verdict.HOLDS, Verdict.CONDUCT]
    assert none[1].elements == ("serah/serah_kirim",) and none[1].scenarios == ("serah/dikirim",)

    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_x.py").write_text("def test_r1_r82_is_seen() -> None: ...\n")
    with_test = clauses.proofs(release, tmp_path / "tests")
    assert with_test[0].tests == ("tests/test_x.py::test_r1_r82_is_seen",)
    assert with_test[0].verdict is Verdict.HOLDS
    assert with_test[81].tests and with_test[81].verdict is Verdict.CONDUCT


def test_what_lacks_something_is_open_whatever_tests_there_are(tmp_path: Path) -> None:
    release = small_release(tmp_path / "processes", kurang="Separuhnya")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_x.py").write_text("def test_r1_is_seen() -> None: ...\n")
    assert clauses.proofs(release, tmp_path / "tests")[0].verdict is Verdict.OPEN


def test_a_scenario_that_fails_when_it_is_played_takes_the_proof_along(tmp_path: Path) -> None:
    release = small_release(tmp_path / "processes", outcome="selesai")
    assert clauses.proofs(release, tmp_path / "tests")[1].verdict is Verdict.HOLDS
    played = clauses.proofs(release, tmp_path / "tests", play=True)[1]
    assert (played.verdict, played.failed) == (Verdict.FAILS, ("serah/dikirim",))


def test_a_catalogue_with_a_gap_is_refused(tmp_path: Path) -> None:
    release = small_release(tmp_path / "processes")
    page = release / clauses.CATALOGUE
    page.write_text(page.read_text().replace("R40:", "R400:"))
    with pytest.raises(InvalidDefinition, match="R1 to R82"):
        clauses.catalogue(release)
