"""Ways out of the house against real servers: what is taken, refused, put off; and those that hang
or are not there.
"""

import json
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

from tests.integration.messages.servers import (
    PASSWORD,
    USER,
    Mailbox,
    Provider,
    certificate,
    check_password,
    dripping_server,
    free_port,
    gateway,
    mail_server,
    silent_server,
    slow_mail_server,
)
from workflow_app.connections import transports
from workflow_app.domain import NotDelivered, Undeliverable
from workflow_app.services.messages.transports import Gateway, Mail, Parcel, signature
from workflow_app.settings import Settings

ADDRESS, PHONE = "warga@contoh.id", "+6281250001234"
WORDS = "Berkas B-2026-000001 selesai, silakan datang."
LETTER = Parcel(UUID(int=7), "surel", ADDRESS, "Berkas Anda selesai", WORDS)
NOTE = Parcel(UUID(int=7), "telepon", PHONE, "Berkas Anda selesai", WORDS)
SECRET = b"s" * 32


def mail(port: int, seconds: float = 10, **more: str) -> Mail:
    return Mail(
        "127.0.0.1", port, "SPKT <spkt@contoh.test>", seconds=seconds, **{"tls": "none", **more}
    )  # type: ignore[arg-type]  # one mapping for all words


def provider_at(port: int, seconds: float = 10) -> Gateway:
    return Gateway(f"http://127.0.0.1:{port}/kirim?akun=spkt", SECRET, seconds)


def test_a_mail_server_takes_a_message() -> None:
    with mail_server(Mailbox()) as mailbox:
        mail(mailbox.port).send(LETTER)

    (letter,) = mailbox.letters
    assert (letter["To"], letter["Subject"]) == (ADDRESS, LETTER.title)
    assert letter["Message-ID"] == f"<{LETTER.id}@contoh.test>"
    assert letter.get_content().strip() == WORDS


@pytest.mark.parametrize(
    ("answer", "error"),
    [("550 no such user", Undeliverable), ("451 try later", NotDelivered), ("250 OK", None)],
)
def test_a_refusal_is_told_by_its_code_and_never_repeats_the_address(
    answer: str, error: type[Exception] | None
) -> None:
    with mail_server(Mailbox(answer)) as mailbox:
        if error is None:
            mail(mailbox.port).send(LETTER)
            return
        with pytest.raises(error) as caught:
            mail(mailbox.port).send(LETTER)

    assert answer[:3] in caught.value.sentence  # type: ignore[attr-defined]  # both kinds have it
    assert ADDRESS not in f"{caught.value.sentence} {caught.value.detail} {caught.value.__cause__}"  # type: ignore[attr-defined]  # both kinds have it
    assert mailbox.letters == []


def test_the_line_is_encrypted_before_the_password_travels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, public = certificate(tmp_path)
    options = {"tls_context": context, "require_starttls": True, "authenticator": check_password}
    with mail_server(Mailbox(), auth_required=True, **options) as mailbox:
        way = mail(mailbox.port, tls="starttls", user=USER, password=PASSWORD)
        with pytest.raises(Undeliverable):  # nobody it trusts knows this server
            way.send(LETTER)
        monkeypatch.setenv("SSL_CERT_FILE", str(public))
        way.send(LETTER)
        with pytest.raises(Undeliverable) as caught:
            mail(mailbox.port, tls="starttls", user=USER, password="salah").send(LETTER)

    assert len(mailbox.letters) == 1
    assert "kata sandi" in caught.value.sentence
    assert PASSWORD not in repr(way)


def test_a_server_without_encryption_gets_nothing() -> None:
    with mail_server(Mailbox()) as mailbox, pytest.raises(Undeliverable):
        mail(mailbox.port, tls="starttls").send(LETTER)

    assert mailbox.letters == []


@pytest.mark.parametrize(
    "address", ["a@b\r\nBcc: x@y.id", "a@b.id, c@d.id", "", "warga", "wargä@contoh.id"]
)
def test_an_address_that_cannot_be_one_is_refused_here(address: str) -> None:
    with mail_server(Mailbox(), enable_SMTPUTF8=False) as mailbox, pytest.raises(Undeliverable):
        mail(mailbox.port).send(Parcel(UUID(int=1), "surel", address, "x", "y"))

    assert mailbox.letters == []


def test_a_gateway_gets_a_signed_message() -> None:
    with gateway(Provider()) as provider:
        provider_at(provider.port).send(NOTE)

    (post,) = provider.posts
    assert post.path == "/kirim?akun=spkt"
    assert post.content == {"id": str(NOTE.id), "to": PHONE, "text": WORDS}
    assert post.headers["X-Sentra-Signature"] == signature(
        SECRET, post.headers["X-Sentra-Timestamp"], post.body
    )
    assert post.headers["Idempotency-Key"] == str(NOTE.id)
    changed = json.dumps({**post.content, "to": "+62899"}).encode()
    assert post.headers["X-Sentra-Signature"] != signature(
        SECRET, post.headers["X-Sentra-Timestamp"], changed
    )


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, Undeliverable), (401, Undeliverable), (429, NotDelivered), (503, NotDelivered)],
)
def test_a_refusal_of_a_gateway_is_told_by_its_code(status: int, error: type[Exception]) -> None:
    with gateway(Provider(status)) as provider, pytest.raises(error, match=str(status)):
        provider_at(provider.port).send(NOTE)


def test_a_gateway_cannot_send_a_message_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    with gateway(Provider()) as other, gateway(Provider(307)) as provider:
        elsewhere = f"http://127.0.0.1:{other.port}/"
        provider.location = elsewhere
        monkeypatch.setenv("http_proxy", elsewhere)
        with pytest.raises(Undeliverable, match="307"):
            provider_at(provider.port).send(NOTE)

    assert (len(provider.posts), other.posts) == (1, [])


def test_servers_that_hang_are_left_after_the_time_set() -> None:
    with silent_server() as port:
        for way, parcel in ((mail(port, 0.3), LETTER), (provider_at(port, 0.3), NOTE)):
            with pytest.raises(NotDelivered) as caught:
                way.send(parcel)
            assert "TimeoutError" in caught.value.detail or "Disconnected" in caught.value.detail
            assert caught.value.sentence.endswith(" tidak menjawab.")


def test_a_server_that_says_a_byte_now_and_then_is_left_too() -> None:
    """Each byte comes in time; the whole conversation does not. What came of it is no answer."""
    for words, ways in {
        b"HTTP/1.1 200 ": [(provider_at, NOTE)],
        b"220 ": [(mail, LETTER), (partial(mail, tls="starttls"), LETTER)],
        b"220 good\r\n250 ": [(mail, LETTER), (partial(mail, tls="starttls"), LETTER)],
    }.items():
        for way, parcel in ways:
            with dripping_server(words) as port, pytest.raises(NotDelivered) as caught:
                way(port, seconds=0.3).send(parcel)
            assert caught.value.sentence.endswith(" tidak menjawab."), words


def test_a_mail_server_that_gives_each_answer_in_time_is_heard_to_its_end() -> None:
    """It has taken the letter by then: cut off before it says so, it would be given the same one at
    each further try.
    """
    with slow_mail_server(1.05) as taken:
        mail(int(taken[0]), seconds=1.5).send(LETTER)
    assert len(taken) == 2


def test_a_mail_server_that_takes_no_calls_is_told_by_its_code() -> None:
    with (
        dripping_server(b"554 closed\r\n", pause=0.01) as port,
        pytest.raises(Undeliverable, match="554"),
    ):
        mail(port).send(LETTER)


def test_servers_that_are_not_there_are_tried_again_later() -> None:
    port = free_port()
    for way, parcel, who in (
        (mail(port), LETTER, "Server surel"),
        (provider_at(port), NOTE, "Gerbang pesan"),
    ):
        with pytest.raises(NotDelivered) as caught:
            way.send(parcel)
        assert caught.value.sentence == f"{who} tidak dapat dihubungi."


def test_the_settings_say_which_ways_there_are(settings: Settings) -> None:
    assert transports(settings) == {}

    both = settings.model_copy(
        update={
            "smtp_host": "surel.contoh.id",
            "smtp_from": "a@b.id",
            "gateway_url": "https://sms.contoh.id",
        }
    )

    assert set(transports(both)) == {"surel", "telepon"}
