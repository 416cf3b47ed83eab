"""HTTP: parses requests, opens one unit of work, calls one service, renders or redirects."""
