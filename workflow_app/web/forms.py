"""A form with what to show in it. What was typed is shown as typed, whether it comes from answers
or from the browser.

Files of a form: each is taken in by a transaction of its own, and its id joins the answers.
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
"""A form as a browser sends it: every name with its strings."""


@dataclass(frozen=True)
class Fault:
    """One thing to put right: where, and the sentence."""

    field: str
    anchor: str
    title: str
    sentence: str


@dataclass(frozen=True)
class Sheet:
    """One form on one page: the questions, what stands in them, what is wrong."""

    form: Form
    posted: Posted
    errors: Mapping[str, str] = field(default_factory=dict)
    doubts: Mapping[str, str] = field(default_factory=dict)
    """What is probably mistyped; said, not refused."""

    def text(self, name: str) -> str:
        """What stands in a field with one value."""
        return (self.posted.get(name) or [""])[-1]

    def texts(self, name: str) -> list[str]:
        """What stands in a field with several values."""
        return self.posted.get(name, [])

    def error(self, name: str) -> str:
        """The sentence beside a field, or nothing."""
        return self.errors.get(name, "")

    def doubt(self, name: str) -> str:
        """The sentence beside a field whose answer may be mistyped, or nothing."""
        return "" if self.error(name) else self.doubts.get(name, "")

    def faults(self) -> list[Fault]:
        """The summary at the top of the form, in the order of the page; the whole form first."""
        order = {name: place for place, name in enumerate(self._names())}
        named = sorted(self.errors.items(), key=lambda error: order.get(error[0].split(".")[0], -1))
        return [Fault(name, anchor(name), self._title(name), sentence) for name, sentence in named]

    def _names(self) -> list[str]:
        return [name for section in self.form.sections for name in section.fields]

    def _title(self, name: str) -> str:
        known = self.form.fields.get(name.split(".")[0])
        return known.title if known else ""


def anchor(name: str) -> str:
    """Id of the element that holds the input `name`."""
    return "isian-" + name.replace(".", "-") if name else "formulir"


def as_text(value: Answer) -> str:
    """One plain answer as the browser would send it; truth is `ya` or `tidak`."""
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    return "" if value is None else str(value)


def posted_of(form: Form, answers: Answers) -> Posted:
    """Stored answers as the browser would send them."""
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
    """An ISO date as people type it, `31-12-2026`; anything else as it is."""
    try:
        return date.fromisoformat(text).strftime("%d-%m-%Y")
    except ValueError:
        return text


def read_day(text: str) -> str:
    """A day as people type it, or as ISO writes it, in ISO; what is neither as it is."""
    parts = re.fullmatch(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})", text.strip())
    return f"{parts[3]}-{parts[2]:0>2}-{parts[1]:0>2}" if parts else text.strip()


def _local(text: str) -> str:
    """An ISO instant as `datetime-local` takes it, in WITA; anything else as it is."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return text
    try:
        local = instant.astimezone(WITA) if instant.tzinfo else instant
    except OverflowError:
        # At the ends of the calendar; a draft holds what nobody judged.
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
"""Where a question takes these too."""

MOST_FILES = 20
"""In one request: each is looked into, which may take seconds."""
MOST_SECONDS = 20.0
"""After which no further file of a request is looked into: other people's requests have their turn.
"""
TOO_SLOW = (
    "Memeriksa file sebelum ini terlalu lama, jadi file ini belum disimpan. Kirim sisanya satu "
    "per satu."
)
TOO_MANY = f"Paling banyak {MOST_FILES} file sekali kirim. Kirim sisanya setelah ini."

Files = ImmutableMultiDict[str, FileStorage] | MultiDict[str, FileStorage]


@dataclass
class Refused(Exception):
    """Some files could not be taken in; the others were."""

    posted: Posted
    errors: dict[str, str] = field(default_factory=dict)


def take(task_id: UUID, posted: Posted, files: Files) -> Posted:
    """Take in the files of a form and drop the papers that were marked; returns what then stands in
    the form.
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
    """Take in one file for the field `name`. Its own file name is not kept: those carry names of
    people.
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
    """Of one file at a question; recordings may be larger than papers."""
    known = sentra()
    return (
        max(known.max_upload_mb, known.max_recording_mb)
        if takes_recordings
        else known.max_upload_mb
    )


def sentence_of(error: InvalidInput) -> str:
    """Why one file was not taken in."""
    return next(iter(error.fields.values()), error.sentence)
