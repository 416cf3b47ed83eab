"""HTTP: routes parse a request, open one unit of work, call services, and render or redirect."""
