# The web server, the worker and the commands, in one image. Its servers (PostgreSQL, S3) run elsewhere.

# What the pages load, taken from the same package-lock.json and by the same code as in a clone.
FROM node:24.11.1-trixie-slim AS front-end
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts

FROM python:3.13.9-slim-trixie AS application
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=/srv/sentra HOME=/tmp XDG_CACHE_HOME=/tmp/cache
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        tesseract-ocr tesseract-ocr-ind tesseract-ocr-osd \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
        fonts-liberation fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /srv/sentra
COPY requirements/server.txt requirements/server.txt
RUN pip install --no-cache-dir --require-hashes -r requirements/server.txt
COPY workflow_app workflow_app
COPY archive archive
COPY ocr ocr
COPY processes processes
COPY --from=front-end /build/node_modules /tmp/node_modules
COPY package-lock.json /tmp/package-lock.json
RUN python -c "from pathlib import Path; from workflow_app.tools.bootstrap.packages import lay_out; lay_out(Path('/tmp'), Path('.'))" \
    && rm -rf /tmp/node_modules /tmp/package-lock.json \
    && useradd --system --no-create-home --uid 10001 sentra

# What carries and proves each clause of the SOP, for the page /sop. The names of the tests are needed for it, not the tests.
FROM application AS clauses
COPY tests tests
RUN python -m workflow_app clauses --record

FROM application AS site
COPY --from=clauses /srv/sentra/processes/clauses.json processes/clauses.json
USER sentra
EXPOSE 8000
CMD ["gunicorn", "-c", "python:workflow_app.web_server", "--bind", "0.0.0.0:8000"]
