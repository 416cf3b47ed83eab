"""Every way through the processes of the release is walked by a scenario."""

from collections.abc import Sequence

import pytest

from tests.unit.processes.folder import FOLDERS
from workflow_app.engine.rehearsal import Coverage
from workflow_app.services.processes import definitions


@pytest.fixture(scope="module")
def release() -> Sequence[Coverage]:
    return definitions.coverage_of(FOLDERS)


@pytest.mark.parametrize("key", [folder.name for folder in FOLDERS])
def test_every_flow_boundary_event_and_decision_row_is_taken(
    release: Sequence[Coverage], key: str
) -> None:
    found = next(one for one in release if one.key == key)
    missing = {kind: share.missing for kind, share in found.shares.items() if share.missing}
    assert not missing
    assert found.scenarios > 0 and found.flows.total > 0
