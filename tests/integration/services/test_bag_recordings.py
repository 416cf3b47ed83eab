"""R37: recordings leave in a bag and arrive elsewhere as what they are."""

from pathlib import Path

from sqlalchemy import text

from archive.models import Document
from tests import sounds
from tests.integration.conftest import PROCESSES
from workflow_app.domain import SYSTEM, AccessLevel, Actor
from workflow_app.models import Case
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.documents import classification, documents
from workflow_app.services.exports import bag_export, bag_import
from workflow_app.services.processes import definitions
from workflow_app.services.workflow import cases


def test_r37_a_recording_travels_and_is_not_read_elsewhere_either(
    works: Works, elsewhere: Works, budi: Actor, tmp_path: Path
) -> None:
    with works.begin(SYSTEM) as work:
        for name in ("lp", "complaint"):
            definitions.deploy(work, PROCESSES / name)
    with works.begin(budi) as work:
        case_id = cases.start(work, "complaint").case_id
        number = work.session.get_one(Case, case_id).number
        label = classification.RECORDING
        call = documents.upload(work, case_id, element="", label=label, data=sounds.ogg()).id
    bag = tmp_path / "tas"
    with works.begin(SYSTEM) as work:
        assert (
            bag_export.export(work, bag, case_numbers=[number], up_to=AccessLevel.SECRET).papers
            == 1
        )
    assert bag_import.check(bag) == []
    assert "rekaman suara" in (bag / "index.html").read_text("utf-8")

    with elsewhere.begin(SYSTEM) as work:
        bag_import.take_in(work, bag)

    with elsewhere.begin(SYSTEM) as work:
        document = work.session.get_one(Document, call)
        assert (document.status, document.pages, document.seconds) == ("recording", 0, 3)
        assert work.blobs.read(document.blob_sha256) == sounds.ogg()
        waiting = text("select count(*) from procrastinate_jobs where task_name = 'read_document'")
        assert work.session.scalar(waiting) == 0
