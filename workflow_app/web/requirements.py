"""The public list of what to bring, for each of the 13 kinds (R54); read, filtered and printed without an account."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from workflow_app.services.forms import requirements
from workflow_app.services.office import configuration, readable
from workflow_app.web.access import public
from workflow_app.web.transaction import unit_of_work

blueprint = Blueprint("requirements", __name__)


@blueprint.get("/persyaratan")
@public
def show_all() -> ResponseReturnValue:
    """Everything on one page; the address of one kind is its anchor."""
    with unit_of_work() as work:
        kinds = requirements.public_table(work)
        unit_name = configuration.value(work, "nama_unit")
        notices = configuration.value(work, "pengumuman")
        target = readable.target(configuration.value(work, "target.berkas_lengkap"))
    return render_template(
        "requirements/show_all.html", kinds=kinds, unit_name=unit_name, target=target, notices=notices
    )
