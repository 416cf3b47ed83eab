"""Who runs the site, as far as a request can tell: may read figures and details, but no data."""

import hmac

from flask import current_app, request

FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")
LOOPBACK = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})


def is_operator() -> bool:
    """With METRICS_TOKEN: who sends it. Without: who asks from this machine itself, not through a proxy."""
    token: str = current_app.config["METRICS_TOKEN"]
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode())
    is_forwarded = any(name in request.headers for name in FORWARDED)
    return not is_forwarded and request.environ.get("REMOTE_ADDR", "") in LOOPBACK
