"""Every route of the application, asked by chance with anything: an answer always, a failure of
ours never.
"""

from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.web import desk
from tests.integration.web.visitor import Visitor

SKIPPED = frozenset({"static", "users.sign_out", "health.ready", "metrics.show"})
"""Files, the end of our own session, and pages that look at servers."""
FIELDS = (
    "kunci", "versi", "pemegang", "tombol", "bidang", "kepada", "alasan", "alasan_tarik", "tujuan",
    "uraian", "kata", "nama",
    "nama_pengguna", "kata_sandi", "lama", "baru", "ulang", "lanjut", "berkas",
    "persyaratan.sim_01.given", "typename", "nik", "",
)  # fmt: skip
QUERY = ("daftar", "proses", "nomor", "setelah", "teks", "kode", "jenis", "lanjut", "")
ODD = st.sampled_from(
    ["", "ya", "selesai", "simpan", "unggah", "\x00", "\u202e", "%00", "-" * 90, "'", '"', "{{1}}",
        "../..", "9" * 40, "-1", "1e9",
     "a|b", "//x.invalid", "00000000-0000-0000-0000-000000000000", "31-02-2026", "sktlk", "😀",
     "Z" + "\u0301" * 40]
)  # fmt: skip
TEXT = ODD | st.text(max_size=30)
BODIES = st.sampled_from(["form", "parts", "json", "text", "broken"])


def test_no_request_is_answered_with_a_failure_of_ours(
    app: Flask, at_desk: Visitor, visitor: Visitor
) -> None:
    desk.to_requirements(at_desk)
    task, case = at_desk.path.split("/")[2], at_desk.follow("B-2026-000001").path.split("/")[2]
    token = at_desk.token()
    rules = sorted(
        (rule for rule in app.url_map.iter_rules() if rule.endpoint not in SKIPPED), key=str
    )
    ids = st.sampled_from([UUID(task), UUID(case), uuid4()])

    @settings(
        max_examples=120, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(st.data())
    def ask(data: st.DataObject) -> None:
        rule = data.draw(st.sampled_from(rules))
        known = {"task_id": UUID(task), "case_id": UUID(case)}
        values: dict[str, Any] = {}
        for name in rule.arguments:
            kind = type(rule._converters[name]).__name__
            if kind == "UUIDConverter":
                values[name] = known.get(name) if data.draw(st.booleans()) else data.draw(ids)
                values[name] = values[name] or uuid4()
            elif kind == "IntegerConverter":
                values[name] = data.draw(st.integers(0, 10**40))
            else:
                values[name] = data.draw(TEXT) or "x"
        with app.test_request_context():
            address = app.url_for(rule.endpoint, **values)
        query = data.draw(st.dictionaries(st.sampled_from(QUERY), TEXT, max_size=3))
        who = visitor if data.draw(st.integers(0, 9)) == 0 else at_desk
        if "POST" not in (rule.methods or ()):
            assert who.client.get(address, query_string=query).status_code < 500, (address, query)
            return
        form = data.draw(st.dictionaries(st.sampled_from(FIELDS), TEXT, max_size=6)) | {
            "csrf_token": token
        }
        kinds = {
            "form": {"data": form},
            "parts": {"data": form, "content_type": "multipart/form-data"},
            "json": {"json": form},
            "text": {"data": str(form), "content_type": "text/plain"},
            "broken": {"data": b"--x\r\n\xff", "content_type": "multipart/form-data; boundary=x"},
        }
        sent = kinds[data.draw(BODIES)]
        headers = {"X-CSRFToken": token} | (
            {"Accept": "application/json"} if data.draw(st.booleans()) else {}
        )
        answer = who.client.post(address, query_string=query, headers=headers, **sent)
        assert answer.status_code < 500, (address, sent, answer.text[:200])

    ask()
