"""Files of a form: each is taken in by a transaction of its own, and its id joins the answers."""

import time
from dataclasses import dataclass, field
from uuid import UUID

from werkzeug.datastructures import FileStorage, ImmutableMultiDict, MultiDict

from workflow_app.engine.forms import Form
from workflow_app.errors import InvalidInput
from workflow_app.services.case_file import access
from workflow_app.services.papers import documents, paper_labels
from workflow_app.services.papers.documents import DocumentView
from workflow_app.services.running import task_views
from workflow_app.web.forms import Posted
from workflow_app.web.parts import sentra
from workflow_app.web.transaction import unit_of_work

FILES, DROPPED = "unggah.", "lepas."
ACCEPTED = "image/jpeg,image/png,image/tiff,image/heic,image/heif,image/webp,image/gif,image/bmp,application/pdf,.heic,.tif,.tiff"
RECORDINGS = "audio/wav,audio/mpeg,audio/ogg,audio/mp4,audio/aac,.wav,.mp3,.ogg,.oga,.opus,.m4a,.aac"
"""Where a question takes these too."""

MOST_FILES = 20
"""In one request: each is looked into, which may take seconds."""
MOST_SECONDS = 20.0
"""After which no further file of a request is looked into: other people's requests have their turn."""
TOO_SLOW = (
    "Memeriksa file sebelum ini terlalu lama, jadi file ini belum disimpan. Kirim sisanya satu per satu."
)
TOO_MANY = f"Paling banyak {MOST_FILES} file sekali kirim. Kirim sisanya setelah ini."

Files = ImmutableMultiDict[str, FileStorage] | MultiDict[str, FileStorage]


@dataclass
class Refused(Exception):
    """Some files could not be taken in; the others were."""

    posted: Posted
    errors: dict[str, str] = field(default_factory=dict)


def take(task_id: UUID, posted: Posted, files: Files) -> Posted:
    """Take in the files of a form and drop the papers that were marked; returns what then stands in the form."""
    result = {name: list(texts) for name, texts in posted.items()}
    for name in [name for name in result if name.startswith(DROPPED)]:
        dropped = set(result.pop(name))
        kept = name.removeprefix(DROPPED)
        result[kept] = [text for text in result.get(kept, []) if text not in dropped]
    chosen = [(name.removeprefix(FILES), file) for name, file in files.items(multi=True) if file.filename]
    if not chosen:
        return result
    with unit_of_work() as work:
        form = task_views.form_of(work, task_id)
    errors: dict[str, str] = {}
    began = time.monotonic()
    for place, (target, file) in enumerate(chosen):
        if not paper_labels.is_paper_field(form, target):
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
    """Take in one file for the field `name`. Its own file name is not kept: those carry names of people."""
    data = file.stream.read()
    with unit_of_work() as work:
        task = task_views.get(work, task_id)
        case = access.visible_case(work, task.case_id)
        return documents.upload(
            work,
            case.id,
            element=task.element,
            label=paper_labels.of_place(work, case, form, name) or "",
            data=data,
            task_id=task_id,
            max_megabytes=sentra().max_upload_mb,
            recording_megabytes=sentra().max_recording_mb,
        )


def most_megabytes(*, takes_recordings: bool) -> int:
    """Of one file at a question; recordings may be larger than papers."""
    known = sentra()
    return max(known.max_upload_mb, known.max_recording_mb) if takes_recordings else known.max_upload_mb


def sentence_of(error: InvalidInput) -> str:
    """Why one file was not taken in."""
    return next(iter(error.fields.values()), error.sentence)
