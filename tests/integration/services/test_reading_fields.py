"""What a paper proposes for a form: to whom, how sure, and what to look at before it is
confirmed.
"""

from collections.abc import Callable, Sequence
from uuid import UUID

import pytest
from sqlalchemy import select

from archive.documents import save_pages
from ocr.types import PageReading
from tests.integration.services import desk, scans
from tests.unit.ocr.fields.written import CARD, page
from workflow_app.domain import SYSTEM, Actor, Forbidden
from workflow_app.models import AuditEvent
from workflow_app.services.core import personal_numbers
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.documents import documents, proposals, reading
from workflow_app.services.documents.proposals import ProposedField
from workflow_app.services.office_settings import configuration_seeds


@pytest.fixture
def paper(works: Works, budi: Actor, sktlk: str) -> UUID:
    with works.begin(budi) as work:
        case = desk.new_case(work)
        return documents.upload(
            work, case.id, element="uraian", label="Surat", data=scans.picture()
        ).id


def save(work: UnitOfWork, paper: UUID, pages: Sequence[PageReading]) -> None:
    """As if these words had been read."""
    save_pages(work.session, paper, [reading.page_text(page) for page in pages])


def nik_of(works: Works, budi: Actor, paper: UUID, *lines: str) -> ProposedField:
    with works.begin(SYSTEM) as work:
        save(work, paper, [page(*lines)])
    with works.begin(budi) as work:
        return next(each for each in proposals.proposals(work, paper).fields if each.name == "nik")


def test_a_card_proposes_its_fields_in_the_words_of_the_forms(
    works: Works, budi: Actor, paper: UUID
) -> None:
    with works.begin(SYSTEM) as work:
        save(work, paper, [page(*CARD)])
    with works.begin(budi) as work:
        found = proposals.proposals(work, paper)
        opened = work.session.scalars(
            select(AuditEvent).where(AuditEvent.action == "document.opened")
        ).all()
    assert found.kind == "KTP"
    assert {each.name: each.value for each in found.fields} == {
        "jenis_surat": "ktp",
        "nik": "6306054103050002",
        "nama": "WARGA CONTOH MELATI",
        "alamat": "JALAN CONTOH 7",
        "tempat_lahir": "CONTOH",
        "tanggal_lahir": "2005-03-01",
        "jenis_kelamin": "perempuan",
    }
    assert all((each.note, each.confidence) == ("", 95) for each in found.fields)
    assert len(opened) == 1, "to ask what stands on a paper is to read it"


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (("PEMERINTAH DESA CONTOH",), ("surat_masuk", "Surat masuk", 60)),
        (
            ("KEPOLISIAN NEGARA REPUBLIK INDONESIA", "DAERAH CONTOH", "RESOR CONTOH"),
            ("surat_masuk", "Surat masuk", 60),
        ),
        (configuration_seeds.LETTERHEAD, ("surat_keluar", "Surat keluar", 60)),
        (
            (*configuration_seeds.LETTERHEAD[:2], "RES0R HULU SUNGAl SELATAN"),
            ("surat_keluar", "Surat keluar", 60),
        ),
        (
            (*configuration_seeds.LETTERHEAD, "LAPORAN POLISI"),
            ("laporan_polisi", "Laporan polisi", 95),
        ),
    ],
)
def test_the_kind_of_a_letter_is_proposed_by_its_title_or_by_whose_head_it_has(
    works: Works, budi: Actor, paper: UUID, head: Sequence[str], kind: tuple[str, str, float]
) -> None:
    with works.begin(SYSTEM) as work:
        save(work, paper, [page(*head, "Nomor : B/12/III/2019/Contoh", "Contoh, 4 Maret 2019")])
    with works.begin(budi) as work:
        found = [
            each for each in proposals.proposals(work, paper).fields if each.name == "jenis_surat"
        ]
    assert [(each.value, each.words, each.confidence) for each in found] == [kind]


@pytest.mark.parametrize(
    ("printed", "other", "note"),
    [
        ("01-03-2005", "02-03-2005", personal_numbers.OTHER_BIRTH),
        ("PEREMPUAN", "LAKI-LAKI", personal_numbers.OTHER_SEX),
        ("6306054103050002", "9906054103050002", personal_numbers.DOUBT),
    ],
)
def test_a_nik_that_does_not_fit_its_card_is_doubted(
    works: Works, budi: Actor, paper: UUID, printed: str, other: str, note: str
) -> None:
    nik = nik_of(works, budi, paper, *(line.replace(printed, other) for line in CARD))
    assert (nik.note, nik.confidence) == (note, proposals.DOUBTED)


def test_on_a_family_card_a_nik_is_not_held_against_the_birth_of_another(
    works: Works, budi: Actor, paper: UUID
) -> None:
    lines = (
        "KARTU KELUARGA",
        "No. 6306050101200001",
        "1 WARGA CONTOH 6306054103050002 PEREMPUAN 02-03-2005",
    )
    nik = nik_of(works, budi, paper, *lines)
    assert (nik.value, nik.note) == ("6306054103050002", "")


def test_r23_who_may_not_read_a_paper_is_told_nothing_of_it(
    works: Works, paper: UUID, person: Callable[..., Actor]
) -> None:
    with works.begin(SYSTEM) as work:
        save(work, paper, [page(*CARD)])
    with works.begin(person("rudi", "pimpinan")) as work, pytest.raises(Forbidden):
        proposals.proposals(work, paper)
