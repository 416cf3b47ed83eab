"""The routes that are open to everybody by design; what they say is tested where they are
described.
"""

OPEN_TO_ALL = {
    "appearance.choose",
    "capture_pages.add",
    "capture_pages.connect",
    "capture_pages.move_up",
    "capture_pages.picture",
    "capture_pages.remove",
    "capture_pages.send",
    "capture_pages.show",
    "capture_pages.take",
    "clauses.drawing",
    "clauses.process",
    "clauses.show_clause",
    "health.alive",
    "health.ready",
    "metrics.show",
    "publications.as_csv",
    "publications.as_json",
    "publications.show_publication",
    "requirements.show_all",
    "static",
    "tracking.ask",
    "tracking.show",
    "users.authenticate",
    "users.sign_in",
    "verification.ask_verification",
    "verification.show_verification",
}
