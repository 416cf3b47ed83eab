"""The compose file and the image: pinned, healthy, without a secret of their own, on the same
requirements.
"""

import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from tests.architecture.tree import ROOT
from workflow_app.settings import SECRETS, Settings
from workflow_app.tools.bootstrap.packages import RUN

SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())[
    "services"
]
PROGRAMS = ("migrate", "web", "worker")
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SAMPLE = {
    "POSTGRES_PASSWORD": "made-up",
    "S3_ACCESS_KEY": "made-up",
    "S3_SECRET_KEY": "made-up",
    "SECRET_KEY": "made-up",
    "IDENTITY_KEY": "made-up",
    "AUDIT_SIGNING_KEY": "made-up",
    "PUBLIC_URL": "https://spkt.example.id",
}


def test_the_five_services_are_there() -> None:
    assert set(SERVICES) == {*PROGRAMS, "postgres", "minio"}


@pytest.mark.parametrize("name", ["web", "worker", "postgres", "minio"])
def test_service_that_stays_says_whether_it_is_well(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]


@pytest.mark.parametrize("name", ["postgres", "minio"])
def test_image_of_others_is_pinned_to_a_version(name: str) -> None:
    image = re.fullmatch(r"\$\{\w+:-(.+)\}", SERVICES[name]["image"])

    assert image
    assert re.search(r":(?:\d+\.\d+|RELEASE\.\d{4}-)", image[1])


@pytest.mark.parametrize("name", sorted({*SAMPLE}))
def test_value_that_must_be_set_has_no_default(name: str) -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    uses = re.findall(r"\$\{" + name + r"(:?[-?])", text)

    assert uses
    assert set(uses) == {":?"}


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_gets_every_setting_that_has_no_default(name: str) -> None:
    needed = {field.upper() for field, info in Settings.model_fields.items() if info.is_required()}

    assert needed <= set(SERVICES[name]["environment"])
    assert set(SERVICES[name]["environment"]) <= {field.upper() for field in Settings.model_fields}


def test_secrets_of_the_settings_come_from_outside() -> None:
    environment = SERVICES["web"]["environment"]

    needed = [name for name in SECRETS if Settings.model_fields[name.lower()].is_required()]

    assert all(":?" in environment[name] for name in needed)
    assert all(environment[name].endswith(":-}") for name in set(SECRETS) - set(needed))


def test_programs_wait_until_the_tables_are_there() -> None:
    for name in ("web", "worker"):
        assert (
            SERVICES[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
        )


def test_only_the_web_server_is_reachable_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["web"]


def test_image_installs_the_same_system_packages_as_the_set_up() -> None:
    assert [
        package for package in RUN if not re.search(rf"\s{re.escape(package)}\s", DOCKERFILE)
    ] == []


def test_image_installs_the_server_requirements_by_hash_and_runs_without_rights() -> None:
    assert "--require-hashes -r requirements/server.txt" in DOCKERFILE
    assert re.search(r"^USER sentra$", DOCKERFILE, re.MULTILINE)
    stages = set(re.findall(r"^FROM \S+ AS (\w+)$", DOCKERFILE, re.MULTILINE))
    bases = set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)) - stages
    assert bases
    assert all(re.search(r":\d+\.\d+\.\d+-", base) for base in bases)


@pytest.mark.skipif(shutil.which("docker") is None, reason="docker compose is not installed")
@pytest.mark.parametrize("absent", [None, *SAMPLE])
def test_docker_compose_accepts_the_file_exactly_when_every_secret_is_set(
    absent: str | None,
) -> None:
    environment = {
        "PATH": "/usr/bin:/bin",
        **{name: value for name, value in SAMPLE.items() if name != absent},
    }
    done = subprocess.run(
        ["docker", "compose", "--env-file", "/dev/null", "config", "-q"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=False,
    )

    assert (done.returncode == 0) is (absent is None), done.stderr.decode()
