"""R17, R37: the recording of a call is the original of the complaint: handed in, kept, heard piece
by piece, and never read.
"""

import io
from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from archive.models import Document
from tests import sounds
from tests.integration.conftest import PROCESSES, TestClock
from tests.integration.web import desk
from tests.integration.web.test_documents import picture
from tests.integration.web.visitor import Visitor
from workflow_app.domain import SYSTEM, Actor
from workflow_app.models import AuditEvent
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.documents import classification, documents, reading
from workflow_app.services.processes import definitions
from workflow_app.services.workflow import cases
from workflow_app.settings import Settings

FIELD = "bukti_panggilan"
CALL = sounds.wav(20)
PIECE = 100_000
"""Of the tests: there are several in a call, and no upload is so large that the client of the tests
writes it to disk.
"""


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "PIECE", PIECE)


@pytest.fixture
def call(works: Works, budi: Actor) -> tuple[UUID, UUID]:
    """A complaint that is being taken: its case and its first task."""
    with works.begin(SYSTEM) as work:
        for name in ("lp", "complaint"):
            definitions.deploy(work, PROCESSES / name)
    with works.begin(budi) as work:
        started = cases.start(work, "complaint")
    assert started.task_id is not None
    return started.case_id, started.task_id


@pytest.fixture
def officer(visit: Callable[[str], Visitor], call: tuple[UUID, UUID]) -> Visitor:
    return visit("budi").open(f"/tugas/{call[1]}")


def hand_in(officer: Visitor, data: bytes, field: str = FIELD) -> tuple[int, str]:
    """As the script of the form does; status and the id, or the sentence why not."""
    answer = officer.client.post(
        f"{officer.path}/dokumen",
        data={
            "csrf_token": officer.token(),
            "bidang": field,
            "berkas": (io.BytesIO(data), "panggilan budi.wav"),
        },
        headers={"Accept": "application/json"},
    )
    return answer.status_code, answer.json["id"] if answer.status_code == 200 else answer.json[
        "sentence"
    ]


@pytest.fixture
def recording(officer: Visitor) -> str:
    """Address of the recording of a call."""
    status, paper = hand_in(officer, CALL)
    assert status == 200, paper
    return f"/dokumen/{paper}"


def hearings(works: Works) -> list[tuple[str, str]]:
    """Who opened what."""
    with works.begin(SYSTEM) as work:
        found = work.session.scalars(
            select(AuditEvent).where(AuditEvent.action == "document.opened").order_by(AuditEvent.id)
        )
        return [(event.actor_name, event.details["kind"]) for event in found]


def test_a_file_may_be_as_large_as_its_question_takes(officer: Visitor, settings: Settings) -> None:
    assert settings.max_upload_mb < settings.max_recording_mb
    said = {box.get("data-papers"): box.get("data-megabytes") for box in officer.page().iter("div")}
    assert said[FIELD] == str(settings.max_recording_mb)


def test_r17_a_call_is_kept_as_it_was_recorded_and_nothing_pretends_that_it_was_read(
    works: Works, officer: Visitor, call: tuple[UUID, UUID], recording: str
) -> None:
    page = officer.open(recording)
    assert "20 detik" in page.words
    assert "Rekaman suara" in page.words
    assert "Terbaca" not in page.words
    assert "teks=ya" not in page.text
    assert "panggilan budi" not in page.text, "file names carry names of people"
    with works.begin(SYSTEM) as work:
        jobs = text("select count(*) from procrastinate_jobs where task_name = 'read_document'")
        assert work.session.scalar(jobs) == 0
        document = work.session.scalars(select(Document)).one()
        assert (document.status, document.pages, document.seconds) == ("recording", 0, 20)
        assert work.blobs.stat(document.blob_sha256).locked_until is not None
    assert reading.read_document(works, UUID(recording.rsplit("/", 1)[1])) == "recording"
    for shown in (recording, f"/berkas/{call[0]}"):
        players = list(officer.open(shown).page().iter("audio"))
        assert [
            (one.get("preload"), one.get("src")) for one in players if "controls" in one.attrib
        ] == [("none", f"{recording}/rekaman")]


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-", 0, PIECE),
        ("bytes=0-9", 0, 10),
        ("bytes=100-199", 100, 200),
        (f"bytes=1000-{len(CALL) * 2}", 1000, 1000 + PIECE),
        ("bytes=-50", len(CALL) - 50, len(CALL)),
        (f"bytes={len(CALL) - 1}-", len(CALL) - 1, len(CALL)),
    ],
)
def test_a_player_gets_the_bytes_it_asks_for_a_piece_at_a_time(
    officer: Visitor, recording: str, asked: str, start: int, end: int
) -> None:
    answer = officer.client.get(f"{recording}/rekaman", headers={"Range": asked})
    assert (answer.status_code, answer.mimetype) == (206, "audio/wav")
    assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(CALL)}"
    assert answer.data == CALL[start:end]
    assert answer.content_length == end - start
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("asked", [f"bytes={len(CALL)}-", f"bytes={len(CALL) + 5}-{len(CALL) + 9}"])
def test_what_lies_behind_the_end_is_not_there(
    officer: Visitor, recording: str, asked: str
) -> None:
    answer = officer.client.get(f"{recording}/rekaman", headers={"Range": asked})
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{len(CALL)}")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Range": "lines=1-2"},
        {"Range": "bytes=5-2"},
        {"Range": "bytes=x"},
        {"Range": "bytes=0-1,5-6"},
        {"Range": "bytes=0-9", "If-Range": '"lain"'},
    ],
)
def test_whoever_asks_for_no_single_range_gets_all_of_it(
    officer: Visitor, recording: str, headers: dict[str, str]
) -> None:
    answer = officer.client.get(f"{recording}/rekaman", headers=headers)
    assert (answer.status_code, answer.headers["Accept-Ranges"]) == (200, "bytes")
    assert answer.data == CALL
    assert answer.content_length == len(CALL)


def test_the_original_is_saved_under_a_name_that_tells_nothing(
    officer: Visitor, recording: str
) -> None:
    answer = officer.client.get(f"{recording}/asli")
    assert answer.data == CALL
    name = f"rekaman-{UUID(recording.rsplit('/', 1)[1]).hex[:8]}.wav"
    assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"


def test_r23_who_hears_a_call_is_on_record_once_in_an_hour(
    works: Works, officer: Visitor, chief: Visitor, recording: str, clock: TestClock
) -> None:
    for start in (500, 0, 1000):
        officer.client.get(f"{recording}/rekaman", headers={"Range": f"bytes={start}-"})
    chief.client.get(f"{recording}/asli")
    assert hearings(works) == [("Contoh Budi", "recording"), ("Contoh Sari", "recording")]
    for minutes in (40, 21):
        clock.advance(minutes=minutes)
        officer.open("/")
    officer.client.get(f"{recording}/rekaman", headers={"Range": "bytes=1-"})
    assert len(hearings(works)) == 3


def test_a_question_that_takes_none_says_so(at_desk: Visitor) -> None:
    desk.to_requirements(at_desk)
    status, sentence = hand_in(at_desk, CALL, "persyaratan.sim_01.documents")
    assert status == 400
    assert sentence.startswith("File ini adalah rekaman suara, bukan gambar atau PDF.")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (CALL[:5000], "Rekaman ini terpotong"),
        (sounds.m4a()[:200], "Rekaman ini terpotong"),
        (
            sounds.m4a(track=b"vide"),
            "File ini adalah video, bukan gambar, PDF, atau rekaman suara.",
        ),
        (b"RIFF\x00\x00\x00\x00WAVE" + bytes(40), "Rekaman ini"),
    ],
)
def test_a_broken_recording_is_refused_with_a_sentence_and_leaves_nothing(
    works: Works, officer: Visitor, data: bytes, words: str
) -> None:
    status, sentence = hand_in(officer, data)
    assert (status, sentence[: len(words)]) == (400, words)
    with works.begin(SYSTEM) as work:
        assert work.session.scalar(select(func.count()).select_from(Document)) == 0


def test_a_form_without_a_script_takes_it_and_the_same_again_is_one(
    works: Works, officer: Visitor, call: tuple[UUID, UUID]
) -> None:
    officer.submit(
        "Unggah",
        {f"unggah.{FIELD}": [(sounds.wav(), "a.wav"), (sounds.wav(), "b.wav")]},
        kanal="telepon_110",
    )
    assert officer.text.count(f'name="{FIELD}" value="') == 1
    with works.begin(SYSTEM) as work:
        assert work.session.scalar(select(func.count()).select_from(Document)) == 1


def test_a_recording_that_comes_later_is_added_to_the_case_by_what_it_is(
    officer: Visitor, call: tuple[UUID, UUID]
) -> None:
    page = officer.open(f"/berkas/{call[0]}")
    page.submit("Tambahkan", {"berkas": [(sounds.ogg(), "x.ogg")]}, nama="Surat")
    assert "File ini adalah rekaman suara" in page.words
    page.open(f"/berkas/{call[0]}").submit(
        "Tambahkan", {"berkas": [(sounds.ogg(), "x.ogg")]}, nama="Rekaman suara"
    )
    assert [one.get("aria-label") for one in page.page().iter("audio")] == [
        "Putar rekaman Rekaman suara"
    ]


def test_r37_a_recording_above_the_level_cannot_be_heard_and_hearing_a_restricted_one_is_on_record(
    works: Works,
    officer: Visitor,
    chief: Visitor,
    sari: Actor,
    call: tuple[UUID, UUID],
    recording: str,
) -> None:
    with works.begin(sari) as work:
        classification.classify(
            work, UUID(recording.rsplit("/", 1)[1]), "rahasia", classification.REASONS[0]
        )
    for path in (recording, f"{recording}/rekaman", f"{recording}/asli"):
        assert officer.client.get(path).status_code == 404, path
    before = len(hearings(works))
    for path in (recording, f"/berkas/{call[0]}"):
        assert len(list(chief.open(path).page().iter("audio"))) == 1
    assert len(hearings(works)) == before, "nobody has pressed play"
    assert chief.client.get(f"{recording}/rekaman").status_code == 200
    assert hearings(works)[before:] == [("Contoh Sari", "recording")]


def test_a_paper_is_no_recording(at_desk: Visitor, works: Works) -> None:
    desk.to_requirements(at_desk)
    status, paper = hand_in(at_desk, picture(), "persyaratan.sim_01.documents")
    assert status == 200
    assert at_desk.client.get(f"/dokumen/{paper}/rekaman").status_code == 404
