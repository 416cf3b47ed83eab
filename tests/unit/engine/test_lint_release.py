"""What process folders of a release name in each other."""

from typing import Any

import pytest

from tests.unit.engine.family import CALL, REPORT, call, report
from tests.unit.engine.folder import Folder
from workflow_app.engine.linting.linter import between


def found(folder: Folder, *others: Folder) -> set[tuple[str, str]]:
    release = {other.key: other.definition() for other in (*others, folder)}
    return {(finding.rule, finding.element) for finding in between(folder.definition(), release)}


def test_two_folders_that_fit_have_no_findings() -> None:
    assert found(call(), report()) == found(report(), call()) == set()


def test_a_process_that_is_not_there_is_found() -> None:
    assert found(call("hantu"), report()) == {("kin-unknown", "lanjutkan")}
    assert found(report()) == {("kin-unknown", "catat"), ("kin-unknown", "kaji")}


@pytest.mark.parametrize(
    ("prefill", "changes", "rule"),
    [
        (f"{CALL}.hantu", {}, "kin-unknown"),
        (f"{CALL}.lanjutkan", {}, "kin-unknown"),
        (f"{CALL}.tutup", {}, "kin-nothing"),
        (f"{CALL}.terima", {"nama": {"personal": None}}, "kin-secrecy"),
        (f"{CALL}.terima", {"telepon": {"personal": "catatan"}}, "kin-secrecy"),
    ],
)
def test_what_cannot_be_taken_over_is_found(
    prefill: str, changes: dict[str, Any], rule: str
) -> None:
    assert found(report(prefill, **changes), call()) == {(rule, "catat")}


@pytest.mark.parametrize(
    ("properties", "findings"),
    [
        ({"beginsWith": "tertutup"}, set()),
        ({"beginsWith": "jenis"}, {("kin-bequest", "lanjutkan")}),
        ({"beginsWith": "hantu"}, {("kin-bequest", "lanjutkan")}),
    ],
)
def test_a_case_begins_with_a_variable_that_is_false_without_it(
    properties: dict[str, str], findings: set[tuple[str, str]]
) -> None:
    other, begins = report(), call()
    other.process_properties["initial"] = '{"tertutup": false, "jenis": "lain"}'
    begins.nodes["lanjutkan"].properties.update(properties)
    assert found(begins, other) == findings


def test_a_process_may_take_over_from_another_case_of_its_own() -> None:
    assert found(report(prefill=f"{REPORT}.catat"), call()) == set()
