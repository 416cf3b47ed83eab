"""The desk's side of a phone: showing the code at a question for papers, how far the phone is,
closing it (R39, decision 0038).

The phone's side: taking the link up, photographing page by page, sending. No account, no case, one
question (R39, decision 0038).

What opens the link stands in the address of its first page only; from then on a cookie of this
phone does.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from flask import (
    Blueprint,
    current_app,
    flash,
    get_template_attribute,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask.wrappers import Response

from workflow_app.domain import InvalidInput, NotFound, SentraError, TooManyTries
from workflow_app.services.accounts import sessions
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.documents import documents
from workflow_app.services.intake import capture_pages, captures
from workflow_app.services.intake.captures import CaptureView, Held
from workflow_app.services.letters import printing
from workflow_app.services.workflow import tasks
from workflow_app.web import forms, limits
from workflow_app.web.requests import access, public, sentra, session_id, unit_of_work
from workflow_app.web.responses import inline, pause_of, status_of

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
        task = tasks.get(work, task_id)
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
    return printing.qr_picture(f"{sentra().public_url.rstrip('/')}{PATH}/{token}") if token else ""


capture_pages_blueprint = Blueprint("capture_pages", __name__, url_prefix="/ponsel")


@capture_pages_blueprint.after_request
def close(response: Response) -> Response:
    """Nothing of it is kept by the browser, and the address of the first page is told to nobody.
    Its origin is: by that a form of ours is known.
    """
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


@capture_pages_blueprint.get("/buka/<token>")
@public
def take(token: str) -> ResponseReturnValue:
    """What the code is for, and a button: whatever fetches addresses by itself takes nothing up."""
    try:
        with _guessing(), unit_of_work() as work:
            held = captures.by_token(work, token, _idle())
            if not captures.is_free(held, _device()):
                return _sorry(captures.TAKEN, 409)
            is_ours = held.capture.device_hash is not None
            page = render_template("capture_pages/take.html", link=capture_pages.show(held))
    except SentraError as error:
        return _refusal(error)
    return redirect(url_for("capture_pages.show")) if is_ours else page


@capture_pages_blueprint.post("/buka/<token>")
@public
def connect(token: str) -> ResponseReturnValue:
    """This phone has the link from now on."""
    try:
        with _guessing(), unit_of_work() as work:
            device = captures.connect(captures.by_token(work, token, _idle(), lock=True), _device())
    except SentraError as error:
        return _refusal(error)
    response = make_response(redirect(url_for("capture_pages.show")))
    response.set_cookie(
        _cookie(),
        device,
        max_age=captures.LONGEST,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


@capture_pages_blueprint.get("")
@public
def show() -> ResponseReturnValue:
    """The pages that wait, and the button for the next one."""
    return _page()


@capture_pages_blueprint.post("/halaman")
@public
def add() -> ResponseReturnValue:
    """Keep one photo."""
    return _act(_keep)


def _keep(held: Held) -> None:
    """The photo is read only now that the link is known to hold."""
    file = request.files.get("foto")
    data = file.stream.read() if file else b""
    if not data:
        raise InvalidInput("Ambil foto lebih dulu, lalu simpan.")
    replaces = _id_of(request.form.get("ganti", ""))
    capture_pages.add(held, data, replaces=replaces, max_megabytes=sentra().max_upload_mb)


@capture_pages_blueprint.get("/halaman/<uuid:page_id>")
@public
def picture(page_id: UUID) -> ResponseReturnValue:
    """The photo of a page that waits."""
    with unit_of_work() as work:
        content = capture_pages.picture(_held(work), page_id)
    return inline(content)


@capture_pages_blueprint.post("/halaman/<uuid:page_id>/hapus")
@public
def remove(page_id: UUID) -> ResponseReturnValue:
    """Take a page off."""
    return _act(lambda held: capture_pages.remove(held, page_id))


@capture_pages_blueprint.post("/halaman/<uuid:page_id>/naik")
@public
def move_up(page_id: UUID) -> ResponseReturnValue:
    """Put a page one place up."""
    return _act(lambda held: capture_pages.move_up(held, page_id))


@capture_pages_blueprint.post("/kirim")
@public
def send() -> ResponseReturnValue:
    """Hand the pages to the desk, as one paper or each as its own."""
    key = _id_of(request.form.get("kunci", "")) or uuid4()
    is_apart = request.form.get("cara") == "terpisah"
    return _act(lambda held: capture_pages.send(held, key, is_apart=is_apart), "Terkirim.")


def _act(verb: Callable[[Held], None], said: str = "") -> ResponseReturnValue:
    """Do something with the link of this phone, then show its pages."""
    try:
        with unit_of_work() as work:
            verb(_held(work, lock=True))
    except SentraError as error:
        return _page(error)
    if _wants_json():
        return _page(said=said)
    if said:
        flash(said)
    return redirect(url_for("capture_pages.show"))


def _page(error: SentraError | None = None, said: str = "") -> ResponseReturnValue:
    """The pages as they are; with an error what went wrong, and its status."""
    sentence = (
        forms.sentence_of(error)
        if isinstance(error, InvalidInput)
        else error.sentence
        if error
        else ""
    )
    code, headers = (status_of(error), pause_of(error)) if error else (200, {})
    if error and _wants_json():
        return jsonify(sentence=sentence), code, headers
    try:
        with unit_of_work() as work:
            phone = capture_pages.show(_held(work))
    except SentraError as over:
        return _refusal(over)
    name = "capture_pages/list.html" if _wants_json() else "capture_pages/show.html"
    html = render_template(name, phone=phone, key=uuid4(), sentence=sentence, said=said)
    return jsonify(html=html) if _wants_json() else (html, code, headers)


def _refusal(error: SentraError) -> ResponseReturnValue:
    """The page of a link that does not hold, or of a server that is away."""
    if _wants_json():
        return jsonify(sentence=error.sentence), status_of(error), pause_of(error)
    return _sorry(error.sentence, status_of(error), pause_of(error))


def _sorry(sentence: str, code: int, headers: dict[str, str] | None = None) -> ResponseReturnValue:
    return render_template("capture_pages/over.html", sentence=sentence), code, headers or {}


@contextmanager
def _guessing() -> Iterator[None]:
    """Codes that lead nowhere are counted, in a transaction of its own, and become slow."""
    tries = limits.of_capture()
    with unit_of_work() as work:
        wait = sessions.charge(work, tries)
    if wait:
        raise TooManyTries(limits.sentence(wait), retry_after=limits.seconds(wait))
    yield
    with unit_of_work() as work:
        sessions.forgive(work, tries)


def _held(work: UnitOfWork, *, lock: bool = False) -> Held:
    device = _device()
    if not device:
        raise NotFound(captures.OVER)
    return captures.by_device(work, device, _idle(), lock=lock)


def _idle() -> timedelta:
    idle: timedelta = current_app.config["SESSION_IDLE"]
    return idle


def _device() -> str:
    return request.cookies.get(_cookie(), "")


def _cookie() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-ponsel"


def _id_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"
