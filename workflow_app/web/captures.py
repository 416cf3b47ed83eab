"""The desk's side of a phone: showing the code at a question for papers, how far the phone is, closing it (R39, decision 0038)."""

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, get_template_attribute, jsonify, request
from flask.typing import ResponseReturnValue

from workflow_app.services.bringing import captures
from workflow_app.services.bringing.captures import CaptureView
from workflow_app.services.correspondence import typesetting
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.papers import documents
from workflow_app.services.running import task_views
from workflow_app.web.access import access
from workflow_app.web.parts import sentra
from workflow_app.web.session import session_id
from workflow_app.web.transaction import unit_of_work

PATH = "/ponsel/buka"

blueprint = Blueprint("captures", __name__, url_prefix="/tugas/<uuid:task_id>/ponsel")


@dataclass(frozen=True)
class Panel:
    """A link as the form shows it."""

    view: CaptureView
    picture: str
    """The QR code as a data address; empty once a phone has the link."""

    @property
    def words(self) -> str:
        """How far the phone is."""
        if self.view.state == "over":
            return f"{self._received} Kode sudah habis waktunya.".strip()
        if self.view.state == "waiting":
            return "Menunggu ponsel"
        return f"{self._received or 'Ponsel tersambung.'} {self._waiting}".strip()

    @property
    def _received(self) -> str:
        return f"{self.view.sent} halaman diterima." if self.view.sent else ""

    @property
    def _waiting(self) -> str:
        return f"{self.view.unsent} halaman di ponsel belum dikirim." if self.view.unsent else ""


def panels(work: UnitOfWork, task_id: UUID) -> dict[str, Panel]:
    """What is shown at the questions of a task, by their place."""
    found = captures.of_task(work, task_id, session_id())
    return {place: Panel(view, _picture(view.token)) for place, view in found.items()}


def press(work: UnitOfWork, task_id: UUID, button: str, place: str) -> None:
    """What the buttons of a panel do."""
    if button == "ponsel":
        captures.open_link(work, task_id, place, session_id())
    else:
        captures.close(work, task_id, place)


@blueprint.get("")
@access()
def state(task_id: UUID) -> ResponseReturnValue:
    """How far the phone is, and the papers that came, for the form that waits."""
    return _answer(task_id, request.args.get("bidang", ""))


@blueprint.post("")
@access()
def begin(task_id: UUID) -> ResponseReturnValue:
    """Show a code while the form stays open."""
    return _pressed(task_id, "ponsel")


@blueprint.post("/tutup")
@access()
def end(task_id: UUID) -> ResponseReturnValue:
    """Close it while the form stays open."""
    return _pressed(task_id, "tutup")


def _pressed(task_id: UUID, button: str) -> ResponseReturnValue:
    place = request.form.get("bidang", "")
    with unit_of_work() as work:
        press(work, task_id, button, place)
    return _answer(task_id, place)


def _answer(task_id: UUID, place: str) -> ResponseReturnValue:
    with unit_of_work() as work:
        task = task_views.get(work, task_id)
        panel = panels(work, task_id).get(place)
        arrived = captures.arrived(work, task_id) if task.is_mine else []
        wanted = {paper for at, paper in arrived if at == place}
        came = (
            [paper for paper in documents.for_case(work, task.case_id) if paper.id in wanted]
            if wanted
            else []
        )
    draw = get_template_attribute("captures/panel.html", "inside")
    paper = get_template_attribute("forms/papers.html", "paper")
    return jsonify(
        html=draw(task_id, place, panel),
        words=panel.words if panel else "",
        is_live=panel is not None and panel.view.state != "over",
        papers=[{"id": str(each.id), "html": paper(place, str(each.id), each)} for each in came],
    )


def _picture(token: str) -> str:
    """The site's own address as others reach it, with what opens this link."""
    return typesetting.qr_picture(f"{sentra().public_url.rstrip('/')}{PATH}/{token}") if token else ""
