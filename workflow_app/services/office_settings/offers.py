"""Choices that the office offers (`offered_by`): which options of a form are in service, in which
order, and how they are called.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from workflow_app.domain import Answers
from workflow_app.engine.forms import Field, Form
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings import configuration

CHANNELS = "kanal_pengaduan"


def words(work: UnitOfWork, setting: str, at: datetime | None = None) -> dict[str, str]:
    """All that the office lists, in its order, whether in service or not: code to what it is
    called.
    """
    return {item["kode"]: item["sebutan"] for item in configuration.value(work, setting, at)}


def in_service(work: UnitOfWork, setting: str, at: datetime | None = None) -> dict[str, str]:
    """What can be chosen at `at` (now when left out), in the order of the office: code to what it
    is called.
    """
    listed = configuration.value(work, setting, at)
    return {item["kode"]: item["sebutan"] for item in listed if item["dilayani"]}


def offered(work: UnitOfWork, form: Form) -> Form:
    """The form with those choices that are in service now."""
    fields = {
        name: replace(field, options=_among(field, in_service(work, field.offered_by)))
        for name, field in form.fields.items()
        if field.offered_by
    }
    return replace(form, fields={**form.fields, **fields}) if fields else form


def worded(work: UnitOfWork, form: Form) -> Form:
    """The form with all its choices, by the words of the office where it lists them: for what was
    answered before.
    """
    fields = {
        name: replace(
            field, options={**field.options, **_among(field, words(work, field.offered_by))}
        )
        for name, field in form.fields.items()
        if field.offered_by
    }
    return replace(form, fields={**form.fields, **fields}) if fields else form


def check(work: UnitOfWork, form: Form, given: Answers) -> dict[str, str]:
    """Answers that are not in service now, with a sentence. What is refused here has another door
    (R17).
    """
    return {
        name: _sentence(_among(field, in_service(work, field.offered_by)))
        for name, field in form.fields.items()
        if field.offered_by
        and name in given
        and given[name] not in in_service(work, field.offered_by)
    }


def _among(field: Field, listed: Mapping[str, str]) -> dict[str, str]:
    return {code: words for code, words in listed.items() if code in field.options}


def _sentence(options: Mapping[str, str]) -> str:
    return f"Pilihan ini sedang tidak dilayani. Pilih yang dilayani: {', '.join(options.values())}."
