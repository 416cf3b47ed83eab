"""Whatever a mail is made of, it ends in the tray or beside it with a sentence, within bounds
(R39).
"""

import pytest

from tests.integration.messages.imap_server import Box
from tests.integration.messages.mails import letter, mails, opened, take, words
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.intake import mails as intake_mails

HOSTILE = {
    "tanpa apa pun": b"\r\n\r\n",
    "bukan surat": bytes(range(256)) * 40,
    "MIME rusak": (b"From: a\r\nContent-Type: multipart/mixed; "
        b"boundary=x\r\n\r\n--x\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!@@@\r\n--y"),
    "huruf asing": (b"From: =?utf-99?B?////?=\r\nSubject: "
        b"=?x?q?=ff=00?=\r\nContent-Type: text/plain; "
        b"charset=entah\r\n\r\n\xff\xfe\x00hai\x1b[2J"),
    "batas kosong": b"Content-Type: multipart/mixed\r\n\r\n--\r\n--\r\n",
    "HTML saja": (b"From: a@b\r\nContent-Type: "
        b"text/html\r\n\r\n<style>x{}</style><script>alert(1)</script><p>Isi <img "
        b"src=http://jahat.contoh/x>surat</p>"),
    "HTML sangat bersarang": b"Content-Type: text/html\r\n\r\n" + b"<div>" * 60_000 + b"dalam",
    "baris tanpa akhir": b"Subject: " + b"a" * 200_000 + b"\r\n\r\n" + b"b" * 300_000,
    "tanda arah": "Subject: \u202e\u2066rahasia\r\n\r\n\u202eisi\u0000\u0007".encode(),
    "surat dalam surat": (b"Content-Type: message/rfc822\r\n\r\nSubject: dalam\r\nContent-Type: "
        b"text/plain\r\n\r\nisi dalam"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_a_mail_is_made_of_it_ends_in_the_tray(works: Works, box: Box, name: str) -> None:
    box.put(HOSTILE[name])
    assert take(works, box) == 0
    (sheet, *_) = opened(works)
    assert (sheet[0], sheet[3], mails(works)[0].status) == ("tray", "application/pdf", "split")
    told = words(sheet[2])
    assert "alert" not in told and "jahat" not in told
    assert {
        "HTML saja": "Isi surat",
        "HTML sangat bersarang": "dalam",
        "surat dalam surat": "isi dalam",
    }.get(name, "") in told


def test_a_mail_nested_beyond_reason_is_kept_and_not_opened(works: Works, box: Box) -> None:
    inner = b"Content-Type: text/plain\r\n\r\nisi"
    for no in range(400):
        edge = f"batas{no}".encode()
        inner = b"Content-Type: multipart/mixed; boundary=%s\r\n\r\n--%s\r\n%s\r\n--%s--" % (
            edge,
            edge,
            inner,
            edge,
        )
    box.put(b"From: a@b\r\n" + inner)
    take(works, box)
    assert opened(works) == []
    (mail,) = mails(works)
    assert (mail.status, mail.reason) == ("failed", intake_mails.UNREASONABLE)


def test_more_attachments_than_anybody_sends_are_counted(works: Works, box: Box) -> None:
    many = [
        (b"x%d" % no, "text/csv", f"{no}.csv") for no in range(intake_mails.MOST_ATTACHMENTS + 3)
    ]
    box.put(letter("Banyak.", *many))
    take(works, box)
    ((_, reason, sheet, _),) = opened(works)
    assert reason.count("tidak dapat menjadi dokumen") == intake_mails.MOST_TOLD
    assert intake_mails.TOO_MANY.format(count=3) in words(sheet)
    assert words(sheet).count("tidak dapat menjadi dokumen") == intake_mails.MOST_ATTACHMENTS
