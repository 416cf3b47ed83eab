"""The page that tells what the archive has proven of itself."""

import pytest

from tests.integration.web.visitor import Visitor
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.operations import archive_verification


def test_r37_a_day_on_which_very_much_came_is_no_day_without_a_check(
    chief: Visitor, works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive_verification.prove_lock(works)
    monkeypatch.setattr("workflow_app.services.operations.archive_verification.LOOKED_THROUGH", 0)
    assert "Belum ada pemeriksaan" not in chief.open("/arsip/keadaan").words
