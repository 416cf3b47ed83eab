"""The process folders of the release among each other."""

from pathlib import Path

import pytest

from workflow_app.services.processes.definitions import check_blocks, check_kinship

RELEASE = sorted(
    path.parent for path in (Path(__file__).parents[3] / "processes").glob("*/process.bpmn")
)


@pytest.mark.parametrize("folder", RELEASE, ids=lambda folder: folder.name)
def test_what_a_folder_names_in_the_others_is_there(folder: Path) -> None:
    assert check_kinship(folder, RELEASE) == []


def test_every_shared_block_of_questions_is_used() -> None:
    assert check_blocks(RELEASE[0].parent) == []
