"""A form with room for files as a browser sends it."""

from dataclasses import dataclass
from uuid import uuid4

Fields = dict[str, str | list[str]]
"""A form as it is sent: every name with what is typed or chosen."""


@dataclass(frozen=True)
class Scan:
    """A picture chosen for one field."""

    field: str
    data: bytes


def encode(fields: Fields, scan: Scan | None = None) -> tuple[bytes, str]:
    """Body and content type."""
    boundary = uuid4().hex
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
        for field, values in fields.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
    if scan is not None:
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{scan.field}"; filename="pindai.png"\r\n'
        )
        parts += [f"{head}Content-Type: image/png\r\n\r\n".encode(), scan.data, b"\r\n"]
    parts.append(f"--{boundary}--\r\n".encode())
    return b"".join(parts), f"multipart/form-data; boundary={boundary}"
