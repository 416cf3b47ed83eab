"""Settings are complete or the program stops and names what is missing."""

import base64
from pathlib import Path

import pytest

from workflow_app.settings import SettingsError, read_settings

COMPLETE = {
    "DATABASE_URL": "postgresql://sentra:geheim@/sentra?host=/run",
    "S3_ENDPOINT": "127.0.0.1:9000",
    "S3_ACCESS_KEY": "a",
    "S3_SECRET_KEY": "b",
    "SECRET_KEY": "x" * 32,
    "IDENTITY_KEY": base64.b64encode(bytes(32)).decode(),
    "AUDIT_SIGNING_KEY": base64.b64encode(bytes(32)).decode(),
    "PUBLIC_URL": "https://contoh.test",
}


def test_complete_settings_are_read() -> None:
    assert (
        read_settings(COMPLETE).sqlalchemy_url
        == "postgresql+psycopg://sentra:geheim@/sentra?host=/run"
    )


@pytest.mark.parametrize("name", sorted(COMPLETE))
def test_a_missing_setting_is_named(name: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read_settings({key: value for key, value in COMPLETE.items() if key != name})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://x"),
        ("IDENTITY_KEY", "short"),
        ("AUDIT_SIGNING_KEY", "!!"),
        ("SECRET_KEY", "short"),
        ("WEB_WORKERS", "0"),
        ("COOKIE_SECURE", "perhaps"),
        ("SMTP_TLS", "perhaps"),
        ("GATEWAY_URL", "http://sms.contoh.test/"),
        ("GATEWAY_URL", "file:///etc/passwd"),
        ("SMTP_HOST", "surel.contoh.test"),
    ],
)
def test_a_wrong_setting_is_named_without_its_value(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name) as caught:
        read_settings({**COMPLETE, name: value})
    assert f"'{value}'" not in str(caught.value)


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("y" * 40 + "\n", encoding="utf-8")
    environment = {key: value for key, value in COMPLETE.items() if key != "SECRET_KEY"}

    settings = read_settings({**environment, "SECRET_KEY_FILE": str(secret)})

    assert settings.secret_key.get_secret_value() == "y" * 40


MAIL = {"SMTP_HOST": "surel.contoh.test", "SMTP_FROM": "spkt@contoh.test"}
GATEWAY = {"GATEWAY_URL": "https://sms.contoh.test/", "GATEWAY_SECRET": "s" * 32}


def test_ways_of_messages_are_taken_when_they_are_whole_and_safe() -> None:
    read_settings({**COMPLETE, **MAIL, **GATEWAY, "SMTP_USER": "a", "SMTP_PASSWORD": "b"})
    read_settings({**COMPLETE, **GATEWAY, "GATEWAY_URL": "http://127.0.0.1:8081/"})
    for given, named in (
        ({**MAIL, "SMTP_USER": "a", "SMTP_TLS": "none"}, "SMTP_TLS"),
        ({**GATEWAY, "GATEWAY_SECRET": "short"}, "GATEWAY_SECRET"),
    ):
        with pytest.raises(SettingsError, match=named):
            read_settings({**COMPLETE, **given})


def test_secrets_do_not_show_in_the_representation() -> None:
    assert "geheim" not in repr(read_settings(COMPLETE))
