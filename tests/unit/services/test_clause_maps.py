"""The record of the proof that travels with a release, and the page made from it."""

import json
from pathlib import Path

import pytest

from tests.unit.services.test_clauses import small_release
from workflow_app.domain import NotFound
from workflow_app.services.processes import clause_map, clauses
from workflow_app.services.processes.clauses import COUNT, Named, Verdict

RELEASE = Path(__file__).parents[3] / "processes"


def test_every_clause_of_the_sop_has_its_chapter() -> None:
    found = [clause_map.chapter(clause.sop) for clause in clauses.catalogue(RELEASE)]

    assert clause_map.ELSEWHERE not in found
    assert list(dict.fromkeys(found)) == list(clause_map.CHAPTERS.values()), (
        "in the order of the SOP, none empty"
    )
    assert clause_map.chapter("IV.2.n, IV.7.a") == "IV.2 Laporan Polisi"
    assert clause_map.chapter("IX.1") == clause_map.ELSEWHERE


def test_the_record_keeps_what_was_found_with_names_and_versions(tmp_path: Path) -> None:
    release = small_release(tmp_path / "processes")
    found = clauses.proofs(release, tmp_path / "tests")
    (release / clauses.FILE).write_text(clauses.make(release, found), "utf-8")
    record = clauses.read(release)

    assert len(record.clauses) == COUNT
    assert (record.clauses[1].id, record.clauses[1].verdict) == ("R2", Verdict.HOLDS)
    assert [(one.process, one.id) for one in record.clauses[1].elements] == [
        ("serah", "serah_kirim")
    ]
    assert record.clauses[1].scenarios == (Named("serah", "dikirim", "Dikirim"),)
    assert record.clauses[1].processes == {"serah"}
    assert record.clauses[2].processes == frozenset()
    assert list(record.processes) == ["serah"] and len(record.processes["serah"]) == 64


def test_a_record_that_is_missing_or_broken_is_said_to_be_missing(tmp_path: Path) -> None:
    for content in (
        None,
        b"",
        b"[]",
        b"{",
        json.dumps({"processes": {}, "names": {}, "clauses": [{}]}).encode(),
    ):
        if content is not None:
            (tmp_path / clauses.FILE).write_bytes(content)
        with pytest.raises(NotFound) as refused:
            clauses.read(tmp_path)
        assert "tidak ada di pemasangan ini" in refused.value.sentence


def test_the_record_of_this_release_is_read_and_read_again_when_it_changes(tmp_path: Path) -> None:
    assert len(clauses.read(RELEASE).clauses) == COUNT
    release = small_release(tmp_path / "processes")
    path = release / clauses.FILE
    path.write_text(clauses.make(release, clauses.proofs(release, tmp_path)), "utf-8")
    assert clauses.read(release).names != {}
    path.write_text(json.dumps({"processes": {}, "names": {}, "clauses": []}), "utf-8")
    assert clauses.read(release).names == {}


def test_a_clone_makes_its_record_from_the_tests_beside_the_processes(tmp_path: Path) -> None:
    release = small_release(tmp_path / "processes")
    with pytest.raises(NotFound):
        clauses.read(release)

    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_x.py").write_text("def test_r1_is_seen() -> None: ...\n")
    record = clauses.read(release)
    assert record.clauses[0].tests == ("tests/test_x.py::test_r1_is_seen",)
    assert list(record.names) == ["serah"]
    assert not (release / clauses.FILE).exists()


def test_the_record_is_no_part_of_the_sources_and_the_image_makes_its_own() -> None:
    root = RELEASE.parent
    assert f"processes/{clauses.FILE}" in (root / ".gitignore").read_text().splitlines()
    assert f"processes/{clauses.FILE}" in (root / ".dockerignore").read_text().splitlines()
    image = (root / "Dockerfile").read_text()
    assert "RUN python -m workflow_app clauses --record" in image
    kept = f"processes/{clauses.FILE}"
    assert f"COPY --from=clauses /srv/sentra/{kept} {kept}" in image.partition(" AS site")[2]
