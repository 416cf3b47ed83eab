"""Messages to citizens and leaders: the outbox, slips to print, and what can be done about those that do not get through."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from workflow_app.permissions import OUTBOX_KEEPERS
from workflow_app.services.correspondence import message_views, messages
from workflow_app.web.access import access
from workflow_app.web.addresses import local_path
from workflow_app.web.transaction import unit_of_work

blueprint = Blueprint("messages", __name__)


@blueprint.get("/kotak-keluar")
@access(*OUTBOX_KEEPERS)
def show_outbox() -> ResponseReturnValue:
    """What waits, what failed and why, what left last."""
    with unit_of_work() as work:
        outbox = message_views.outbox(work)
    return render_template("messages/show_outbox.html", outbox=outbox)


@blueprint.get("/pesan/<uuid:message_id>/slip")
@access()
def show_slip(message_id: UUID) -> ResponseReturnValue:
    """One message, to be printed and handed over."""
    with unit_of_work() as work:
        slip = message_views.slip(work, message_id)
    return render_template("messages/show_slip.html", slip=slip, message=slip.message)


@blueprint.post("/pesan/<uuid:message_id>/serah")
@access()
def hand_over(message_id: UUID) -> ResponseReturnValue:
    """The slip is in the citizen's hand."""
    with unit_of_work() as work:
        case_id = messages.hand_over(work, message_id)
    flash("Penyerahan slip dicatat.")
    return redirect(url_for("cases.show", case_id=case_id))


@blueprint.post("/pesan/<uuid:message_id>/cetak")
@access()
def print_instead(message_id: UUID) -> ResponseReturnValue:
    """Make a slip of a message that does not get through."""
    with unit_of_work() as work:
        messages.print_instead(work, message_id)
    return redirect(url_for("messages.show_slip", message_id=message_id))


@blueprint.post("/pesan/<uuid:message_id>/ulangi")
@access(*OUTBOX_KEEPERS)
def retry(message_id: UUID) -> ResponseReturnValue:
    """Have it sent now."""
    with unit_of_work() as work:
        messages.retry(work, message_id)
    flash("Pesan dikirim lagi. Muat ulang halaman dalam beberapa detik untuk melihat hasilnya.")
    return redirect(local_path(request.form.get("kembali"), url_for("messages.show_outbox")))
