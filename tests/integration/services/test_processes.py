"""Deployed versions: running cases keep the one they began under, forms and letters included."""

import json
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from tests.integration.conftest import PROCESSES
from tests.integration.deploying import copy_of
from workflow_app.domain import SYSTEM, Actor, InvalidDefinition
from workflow_app.models import Case, Task
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.processes import definitions
from workflow_app.services.workflow import cases, tasks

NEW_TITLE = "Pertanyaan versi baru"


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """The SKTLK with another title on one form and another word in the letter."""
    folder = copy_of("sktlk", tmp_path)
    form = folder / "forms" / "terima_warga.ui.json"
    form.write_text(json.dumps({**json.loads(form.read_text()), "title": NEW_TITLE}))
    letter = folder / "letters" / "sktlk.html"
    letter.write_text(
        letter.read_text().replace("{% block isi %}", "{% block isi %}<p>VERSI BARU</p>")
    )
    return folder


def first_title(works: Works, case_id: UUID, actor: Actor) -> str:
    with works.begin(actor) as work:
        task_id = work.session.scalars(select(Task.id).where(Task.case_id == case_id)).first()
        assert task_id is not None
        return tasks.get(work, task_id).form.title


def test_a_running_case_keeps_its_version_after_a_deployment(
    works: Works, sktlk: str, budi: Actor, changed: Path
) -> None:
    with works.begin(budi) as work:
        before = cases.start(work, sktlk).case_id
    with works.begin(SYSTEM) as work:
        deployed = definitions.deploy(work, changed)
    with works.begin(budi) as work:
        after = cases.start(work, sktlk).case_id

    with works.begin(SYSTEM) as work:
        old = definitions.definition_of(work, work.session.get_one(Case, before).definition_id)
        new = definitions.definition_of(work, work.session.get_one(Case, after).definition_id)
    assert deployed.is_new
    assert first_title(works, before, budi) != NEW_TITLE
    assert first_title(works, after, budi) == NEW_TITLE
    assert "VERSI BARU" not in old.letter("sktlk").html
    assert "VERSI BARU" in new.letter("sktlk").html


def test_deploying_the_same_folder_twice_changes_nothing(works: Works, sktlk: str) -> None:
    with works.begin(SYSTEM) as work:
        again = definitions.deploy(work, PROCESSES / sktlk)

    assert not again.is_new


def test_an_older_folder_becomes_current_again_under_its_old_version(
    works: Works, sktlk: str, changed: Path
) -> None:
    with works.begin(SYSTEM) as work:
        first = definitions.list_current(work)[0].version
        second = definitions.deploy(work, changed).version
        back = definitions.deploy(work, PROCESSES / sktlk)
        current = definitions.list_current(work)

    assert second == first + 1
    assert (back.version, back.is_new) == (first, False)
    assert [item.version for item in current if item.key == sktlk] == [first]


def test_a_folder_with_faults_is_not_deployed(works: Works, changed: Path) -> None:
    (changed / "README.md").unlink()

    with pytest.raises(InvalidDefinition, match=r"README\.md"), works.begin(SYSTEM) as work:
        definitions.deploy(work, changed)


@pytest.mark.parametrize(
    ("role", "offered"),
    [
        ("petugas", {"sktlk"}),
        ("piket_reskrim", {"sktlk"}),
        ("arsiparis", {"digitisation"}),
        ("auditor", {"sktlk", "digitisation"}),
    ],
)
def test_a_list_offers_the_services_that_may_bring_a_task(
    works: Works, sktlk: str, person: Callable[..., Actor], role: str, offered: set[str]
) -> None:
    assert sktlk
    with works.begin(SYSTEM) as work:
        definitions.deploy(work, PROCESSES / "digitisation")
    with works.begin(person("tamu", role)) as work:
        assert {view.key for view in definitions.concerning(work)} == offered
