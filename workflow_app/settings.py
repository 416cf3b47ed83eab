"""Settings from the environment, typed and complete; otherwise the program stops and names the
missing one.

A secret may come from a file: `SECRET_KEY_FILE=/run/secrets/key` instead of `SECRET_KEY`.
"""

import base64
import binascii
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

SECRETS = (
    "DATABASE_URL",
    "S3_ACCESS_KEY",
    "S3_SECRET_KEY",
    "SECRET_KEY",
    "IDENTITY_KEY",
    "AUDIT_SIGNING_KEY",
    "METRICS_TOKEN",
    "SMTP_PASSWORD",
    "IMAP_PASSWORD",
    "GATEWAY_SECRET",
)


class SettingsError(Exception):
    """A setting is missing or wrong; the message names it."""

    @property
    def detail(self) -> str:
        """Text for the log: it names settings, never their values."""
        return str(self)


class Settings(BaseSettings):
    """All settings. Defaults are right for production and hold no secrets."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    database_url: SecretStr
    s3_endpoint: str
    s3_access_key: SecretStr
    s3_secret_key: SecretStr
    s3_bucket: str = "sentra"
    s3_region: str = "us-east-1"
    s3_secure: bool = True
    secret_key: SecretStr
    identity_key: SecretStr
    audit_signing_key: SecretStr
    public_url: str
    processes_dir: Path = Path(__file__).resolve().parent.parent / "processes"
    cookie_secure: bool = True
    trusted_proxies: Annotated[int, Field(ge=0, le=5)] = 0
    web_workers: Annotated[int, Field(ge=1, le=64)] = 2
    web_threads: Annotated[int, Field(ge=1, le=64)] = 4
    max_upload_mb: Annotated[int, Field(ge=1, le=500)] = 50
    max_recording_mb: Annotated[int, Field(ge=1, le=500)] = 100
    ocr_timeout_seconds: Annotated[int, Field(ge=5, le=3600)] = 120
    session_idle_minutes: Annotated[int, Field(ge=5, le=1440)] = 60
    metrics_token: SecretStr = SecretStr("")
    watched_folder: str = ""
    compiled_pages_folder: str = ""
    scan_folder: str = ""
    scan_folder_taken: Literal["move", "delete"] = "move"
    imap_host: str = ""
    imap_port: Annotated[int, Field(ge=1, le=65535)] = 993
    imap_tls: Literal["starttls", "tls", "none"] = "tls"
    imap_user: str = ""
    imap_password: SecretStr = SecretStr("")
    imap_folder: str = "INBOX"
    imap_done_folder: str = ""
    smtp_host: str = ""
    smtp_port: Annotated[int, Field(ge=1, le=65535)] = 587
    smtp_tls: Literal["starttls", "tls", "none"] = "starttls"
    smtp_from: str = ""
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    gateway_url: str = ""
    gateway_secret: SecretStr = SecretStr("")
    message_timeout_seconds: Annotated[int, Field(ge=1, le=120)] = 15
    log_format: Literal["json", "text"] = "json"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings, env_settings)

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(("postgresql://", "postgres://")):
            raise ValueError("must start with postgresql://")
        return value

    @field_validator("identity_key", "audit_signing_key")
    @classmethod
    def _is_32_bytes(cls, value: SecretStr) -> SecretStr:
        try:
            size = len(base64.b64decode(value.get_secret_value(), validate=True))
        except binascii.Error as error:
            raise ValueError("must be base64") from error
        if size != 32:
            raise ValueError("must be 32 bytes in base64")
        return value

    @field_validator("secret_key")
    @classmethod
    def _is_long(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value()) < 32:
            raise ValueError("must have at least 32 characters")
        return value

    @field_validator("gateway_url")
    @classmethod
    def _is_safe_line(cls, value: str) -> str:
        address = urlsplit(value)
        is_safe = address.scheme == "https" or (
            address.scheme == "http" and _is_here(address.hostname)
        )
        if value and not (address.hostname and is_safe):
            raise ValueError("must start with https:// (http:// only on the machine itself)")
        return value

    @model_validator(mode="after")
    def _is_whole(self) -> "Settings":
        if self.smtp_host and "@" not in self.smtp_from:
            raise ValueError("SMTP_HOST needs SMTP_FROM, a mail address")
        if self.smtp_user and self.smtp_tls == "none":
            raise ValueError("SMTP_USER needs SMTP_TLS: the password must not travel in the clear")
        if self.scan_folder and not Path(self.scan_folder).is_absolute():
            raise ValueError("SCAN_FOLDER must be a path that begins with /")
        if self.imap_host and not (self.imap_user and self.imap_password.get_secret_value()):
            raise ValueError("IMAP_HOST needs IMAP_USER and IMAP_PASSWORD")
        if self.imap_host and self.imap_tls == "none" and not _is_here(self.imap_host):
            raise ValueError("IMAP_TLS must not be none: the password must not travel in the clear")
        if self.gateway_url and len(self.gateway_secret.get_secret_value()) < 32:
            raise ValueError("GATEWAY_URL needs GATEWAY_SECRET, at least 32 characters")
        return self

    @property
    def identity_key_bytes(self) -> bytes:
        """Key that wraps the data key of each case."""
        return base64.b64decode(self.identity_key.get_secret_value())

    @property
    def audit_signing_key_bytes(self) -> bytes:
        """Ed25519 seed that signs audit checkpoints."""
        return base64.b64decode(self.audit_signing_key.get_secret_value())

    @property
    def database_dsn(self) -> str:
        """Address of the database for psycopg."""
        return self.database_url.get_secret_value()

    @property
    def sqlalchemy_url(self) -> str:
        """Address of the database for SQLAlchemy."""
        return "postgresql+psycopg://" + self.database_dsn.split("://", 1)[1]


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings from the environment. Raises `SettingsError`, which names every missing
    or invalid one.
    """
    env = os.environ if environment is None else environment
    values: dict[str, Any] = {name.lower(): env[name] for name in _names() if env.get(name)}
    for secret in SECRETS:
        path = env.get(f"{secret}_FILE")
        if path:
            try:
                values[secret.lower()] = Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise SettingsError(f"{secret}_FILE cannot be read: {error.strerror}") from error
    try:
        return Settings(**values)
    except ValidationError as error:
        lines = (
            f"{str(part['loc'][0]).upper()}: {part['msg']}" if part["loc"] else str(part["msg"])
            for part in error.errors(include_input=False)
        )
        raise SettingsError(
            "settings are not complete (see .env.example):\n  " + "\n  ".join(lines)
        ) from error


def _is_here(host: str | None) -> bool:
    return host in ("127.0.0.1", "::1", "localhost")


def _names() -> list[str]:
    return [name.upper() for name in Settings.model_fields]
