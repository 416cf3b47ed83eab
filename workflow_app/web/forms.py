"""Forms on pages: a form with its values, errors and doubts, and the upload of its files.

Typed values are shown as typed, whether they come from stored answers or from the browser. Each
file is stored in a transaction of its own, and its id joins the answers.
"""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from werkzeug.datastructures import FileStorage, ImmutableMultiDict, MultiDict

from workflow_app.domain import WITA, Answer, Answers, InvalidInput
from workflow_app.engine.forms import Field, Form
from workflow_app.services.cases import access
from workflow_app.services.documents import classification, documents
from workflow_app.services.documents.document_views import DocumentView
from workflow_app.services.workflow import tasks
from workflow_app.web.requests import sentra, unit_of_work

Posted = dict[str, list[str]]
"""A form as a browser sends it: each name with its values."""


@dataclass(frozen=True)
class Fault:
    """One error: its field and sentence."""

    field: str
    anchor: str
    title: str
    sentence: str


@dataclass(frozen=True)
class Sheet:
    """A form with values and errors, for display."""

    form: Form
    posted: Posted
    errors: Mapping[str, str] = field(default_factory=dict)
    doubts: Mapping[str, str] = field(default_factory=dict)
    """Sentences on probable typing errors, which are not refused."""

    def text(self, name: str) -> str:
        """Return the value of a single-valued field."""
        return (self.posted.get(name) or [""])[-1]

    def texts(self, name: str) -> list[str]:
        """Return the values of a field."""
        return self.posted.get(name, [])

    def error(self, name: str) -> str:
        """Return the sentence beside a field, or an empty string."""
        return self.errors.get(name, "")

    def doubt(self, name: str) -> str:
        """Return the sentence beside a doubtful answer, or an empty string."""
        return "" if self.error(name) else self.doubts.get(name, "")

    def faults(self) -> list[Fault]:
        """Return the errors in the order of the page, those of the whole form first."""
        order = {name: place for place, name in enumerate(self._names())}
        named = sorted(self.errors.items(), key=lambda error: order.get(error[0].split(".")[0], -1))
        return [Fault(name, anchor(name), self._title(name), sentence) for name, sentence in named]

    def _names(self) -> list[str]:
        return [name for section in self.form.sections for name in section.fields]

    def _title(self, name: str) -> str:
        known = self.form.fields.get(name.split(".")[0])
        return known.title if known else ""


def anchor(name: str) -> str:
    """Return the id of the element that holds the input `name`."""
    return "isian-" + name.replace(".", "-") if name else "formulir"


def as_text(value: Answer) -> str:
    """Return a plain answer as the browser would send it; booleans are `ya` or `tidak`."""
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    return "" if value is None else str(value)


def posted_of(form: Form, answers: Answers) -> Posted:
    """Return stored answers as the browser would send them."""
    posted: Posted = {}
    for name, item in form.fields.items():
        if name in answers:
            posted.update(_posted(item, answers[name]))
    return posted


def _posted(item: Field, value: Answer) -> Posted:
    if isinstance(value, dict):
        lines = value if item.widget == "requirements" else {"": value}
        return {
            ".".join(part for part in (item.name, line, key) if part): _part(key, content)
            for line, parts in lines.items()
            if isinstance(parts, dict)
            for key, content in parts.items()
        }
    if item.widget == "datetime" and isinstance(value, str):
        return {item.name: [_local(value)]}
    return {item.name: _part(item.widget, value)}


def _part(kind: str, value: Answer) -> list[str]:
    return [typed_date(value)] if kind == "date" and isinstance(value, str) else _strings(value)


def _strings(value: Answer) -> list[str]:
    return [as_text(item) for item in value] if isinstance(value, list) else [as_text(value)]


def typed_date(text: str) -> str:
    """Return an ISO date as people type it, `31-12-2026`; any other text unchanged."""
    try:
        return date.fromisoformat(text).strftime("%d-%m-%Y")
    except ValueError:
        return text


def read_day(text: str) -> str:
    """Return a typed or ISO day in ISO format; any other text unchanged."""
    parts = re.fullmatch(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})", text.strip())
    return f"{parts[3]}-{parts[2]:0>2}-{parts[1]:0>2}" if parts else text.strip()


def _local(text: str) -> str:
    """Return an ISO instant as `datetime-local` expects it, in WITA; any other text unchanged."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return text
    try:
        local = instant.astimezone(WITA) if instant.tzinfo else instant
    except OverflowError:
        # At the ends of the calendar; a draft may hold a value that was never validated.
        return text
    return local.strftime("%Y-%m-%dT%H:%M")


FILES, DROPPED = "unggah.", "lepas."
ACCEPTED = (
    "image/jpeg,image/png,image/tiff,image/heic,image/heif,image/webp,image/gif,image/bmp,"
    "application/pdf,.heic,.tif,.tiff"
)
RECORDINGS = (
    "audio/wav,audio/mpeg,audio/ogg,audio/mp4,audio/aac,.wav,.mp3,.ogg,.oga,.opus,.m4a,.aac"
)
"""File types that a question for recordings accepts as well."""

MOST_FILES = 20
"""Number of files per request: inspecting each may take seconds."""
MOST_SECONDS = 20.0
"""Seconds after which no further file of a request is inspected, so that other requests get their
turn.
"""
TOO_SLOW = (
    "Memeriksa file sebelum ini terlalu lama, jadi file ini belum disimpan. Kirim sisanya satu "
    "per satu."
)
TOO_MANY = f"Paling banyak {MOST_FILES} file sekali kirim. Kirim sisanya setelah ini."

Files = ImmutableMultiDict[str, FileStorage] | MultiDict[str, FileStorage]


@dataclass
class Refused(Exception):
    """Raised when some files were refused; the others are stored."""

    posted: Posted
    errors: dict[str, str] = field(default_factory=dict)


def take(task_id: UUID, posted: Posted, files: Files) -> Posted:
    """Store the files of a form and drop the marked documents; return the resulting form values.
    Raises `Refused`.
    """
    result = {name: list(texts) for name, texts in posted.items()}
    for name in [name for name in result if name.startswith(DROPPED)]:
        dropped = set(result.pop(name))
        kept = name.removeprefix(DROPPED)
        result[kept] = [text for text in result.get(kept, []) if text not in dropped]
    chosen = [
        (name.removeprefix(FILES), file) for name, file in files.items(multi=True) if file.filename
    ]
    if not chosen:
        return result
    with unit_of_work() as work:
        form = tasks.form_of(work, task_id)
    errors: dict[str, str] = {}
    began = time.monotonic()
    for place, (target, file) in enumerate(chosen):
        if not classification.is_paper_field(form, target):
            continue
        if place >= MOST_FILES:
            errors[target] = TOO_MANY
            break
        if time.monotonic() - began > MOST_SECONDS:
            errors[target] = TOO_SLOW
            break
        try:
            added = add(task_id, form, target, file)
        except InvalidInput as error:
            errors[target] = sentence_of(error)
        else:
            ids = result.setdefault(target, [])
            if str(added.id) not in ids:
                ids.append(str(added.id))
    if errors:
        raise Refused(result, errors)
    return result


def add(task_id: UUID, form: Form, name: str, file: FileStorage) -> DocumentView:
    """Store one file for the field `name`. Its file name is not stored, because it may carry
    people's names.
    """
    data = file.stream.read()
    with unit_of_work() as work:
        task = tasks.get(work, task_id)
        case = access.visible_case(work, task.case_id)
        return documents.upload(
            work,
            case.id,
            element=task.element,
            label=classification.of_place(work, case, form, name) or "",
            data=data,
            task_id=task_id,
            max_megabytes=sentra().max_upload_mb,
            recording_megabytes=sentra().max_recording_mb,
        )


def most_megabytes(*, takes_recordings: bool) -> int:
    """Return the size limit of a file at a question; that of recordings may be higher."""
    known = sentra()
    return (
        max(known.max_upload_mb, known.max_recording_mb)
        if takes_recordings
        else known.max_upload_mb
    )


def sentence_of(error: InvalidInput) -> str:
    """Return why a file was refused."""
    return next(iter(error.fields.values()), error.sentence)
