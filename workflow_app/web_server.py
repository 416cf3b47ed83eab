"""How gunicorn serves the site, here and in a container: `gunicorn -c python:workflow_app.web_server`.

The address comes from the command line (`--bind`), the sizes from the same settings as everything else.
"""

import logging.config
import os

from workflow_app import logs

logconfig_dict = logs.configuration()
logging.config.dictConfig(logconfig_dict)

wsgi_app = "workflow_app.app:create_app()"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS") or 2)
threads = int(os.environ.get("WEB_THREADS") or 4)
preload_app = True  # read once, then forked: the application opens no connection before its first request
timeout = 60
graceful_timeout = 6
keepalive = 5
max_requests = 10_000
max_requests_jitter = 1_000
errorlog = "-"
accesslog = None  # the application writes its own lines, without addresses of people
control_socket_disable = True
