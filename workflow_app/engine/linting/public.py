"""Linter rules on what the public hears: of a case by its secret code (R36), and of all of them in counts (R40)."""

from collections.abc import Iterator

from workflow_app.engine.linting.messages import started_clocks
from workflow_app.engine.linting.source import Finding, Rule, Source
from workflow_app.engine.tracking import Mark, Tracking

DAYS = ("date", "datetime")
CHOICES = ("select", "radio")
KINDS = {"after": DAYS, "promise": DAYS, "state": CHOICES, "channel": CHOICES}
"""What widgets the answers may have that are told in each place."""


def tracking(source: Source) -> Iterator[Finding]:
    """Steps, answers, clocks and outcomes that the words of a letter name exist; only open days and choices are told."""
    for name, letter in source.letters.items():
        if letter.tracking is not None:
            for message in _faults(source, letter.tracking):
                yield Finding("letter-tracking", f"letters/{name}.json", message)


def publication(source: Source) -> Iterator[Finding]:
    """Choices and clocks by which cases are counted exist."""
    for name, letter in source.letters.items():
        if letter.counting is None:
            continue
        faults = [
            fault for mark in letter.counting.channel for fault in _mark_faults(source, "channel", mark)
        ]
        if letter.counting.clock not in started_clocks(source):
            faults.append(f"Jam {letter.counting.clock} tidak dimulai proses ini.")
        for message in faults:
            yield Finding("letter-publication", f"letters/{name}.json", message)


def _faults(source: Source, told: Tracking) -> Iterator[str]:
    if not told.stages:
        yield "Pelacakan belum mempunyai tahap."
    for stage in told.stages:
        places = [("after", mark) for mark in stage.after]
        places += [
            (place, mark) for place, mark in (("state", stage.state), ("promise", stage.promise)) if mark
        ]
        for place, mark in places:
            yield from _mark_faults(source, place, mark)
        if stage.clock and stage.clock not in started_clocks(source):
            yield f"Jam {stage.clock} tidak dimulai proses ini."
    ends = {node.properties.get("outcome", "") for node in source.of_kind("endEvent")} - {""}
    if ends != set(told.ended):
        yield f"Pelacakan harus berkata sesuatu tentang setiap hasil: {', '.join(sorted(ends))}."


def _mark_faults(source: Source, place: str, mark: Mark) -> Iterator[str]:
    if mark.element not in source.user_tasks:
        yield f"Pengaturan surat menyebut tugas {mark.element}, yang tidak ada."
    elif mark.field or place != "after":
        form = source.known_forms.get(mark.element)
        field = form.fields.get(mark.field) if form is not None else None
        if form is not None and field is None:
            yield f"Pengaturan surat menyebut isian {mark.field}, yang tidak ada pada {mark.element}."
        elif field is not None and (field.personal is not None or field.widget not in KINDS[place]):
            yield f"Isian {mark.field} pada {mark.element} tidak boleh tampil di luar: hanya tanggal dan pilihan yang terbuka."


RULES: tuple[Rule, ...] = (tracking, publication)
