"""The words of a mail on paper. What is printed are letters: no mark, picture or address of the mail does anything."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from workflow_app.engine.definitions import LetterSource
from workflow_app.services.bringing.mail_letters import MailLetter
from workflow_app.services.correspondence import typesetting
from workflow_app.services.office import readable

TITLE = "Surat elektronik"
_SHEET = LetterSource(
    """<!DOCTYPE html>
<html lang="id"><head><meta charset="utf-8"><title>Surat elektronik</title>
<style>
  @page { size: A4; margin: 18mm 20mm; @bottom-right { content: "Halaman " counter(page) " dari " counter(pages); font: 8pt "Liberation Sans", sans-serif; } }
  body { font: 10.5pt/1.4 "Liberation Sans", "DejaVu Sans", sans-serif; color: #000; }
  h1 { font-size: 14pt; margin: 0 0 4mm; }
  th { text-align: left; vertical-align: top; font-weight: normal; padding-right: 5mm; white-space: nowrap; }
  td, .kata { overflow-wrap: anywhere; }
  .kata { white-space: pre-wrap; border-top: 0.6pt solid #000; margin-top: 4mm; padding-top: 4mm; }
  .catatan { border-top: 0.6pt solid #000; margin-top: 4mm; font-size: 9pt; }
</style></head><body>
<h1>Surat elektronik</h1>
<table>
  <tr><th scope="row">Diterima server</th><td>{{ diterima }}</td></tr>
  <tr><th scope="row">Dari (menurut surat)</th><td>{{ surat.sender or "tidak disebut" }}</td></tr>
  <tr><th scope="row">Tanggal (menurut surat)</th><td>{{ surat.written_at or "tidak disebut" }}</td></tr>
  <tr><th scope="row">Perihal</th><td>{{ surat.subject or "tidak disebut" }}</td></tr>
</table>
<div class="kata">{{ surat.text or "Surat ini tidak berisi tulisan." }}{% if surat.is_cut %}

[Tulisan berikutnya ada di surat utuhnya.]{% endif %}</div>
{% if catatan %}<ul class="catatan">{% for baris in catatan %}<li>{{ baris }}</li>{% endfor %}</ul>{% endif %}
</body></html>""",
    {},
)


def printed(letter: MailLetter, received_at: datetime, notes: Sequence[str]) -> bytes:
    """The sheet as PDF/A. The same mail gives the same bytes."""
    html = typesetting.fill(
        _SHEET, {"surat": letter, "diterima": readable.moment(received_at), "catatan": notes}
    )
    metadata = typesetting.Metadata(
        title=TITLE,
        author="",
        made_at=received_at,
        identifier=hashlib.sha256(html.encode()).hexdigest()[:32].encode(),
    )
    return typesetting.typeset(html, metadata)[0]
