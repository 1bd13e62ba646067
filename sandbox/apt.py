"""A private apt: another suite of the machine's own Debian archive, its signatures checked, the machine's apt state untouched.

All state (lists, cache, an empty list of installed packages) is in one folder. It needs no root.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.sources import main_archive, read_sources


class DebsError(Exception):
    """Debian packages could not be had. The message says what to do, Chinese first."""


class NoDebianSource(DebsError):
    """The machine's apt names no Debian archive, or there is no apt."""


class ArchiveUnreachable(DebsError):
    """The archive does not answer and the cache has no copy."""


class BadSignature(DebsError):
    """What the archive sent is not signed by Debian."""


class DiskFull(DebsError):
    """No room left where the cache is."""


class NoSuchPackage(DebsError):
    """The archive's suite has no package of this name (or of this version any more)."""


_SIGNATURE_SIGNS = (
    "NO_PUBKEY",
    "BADSIG",
    "EXPKEYSIG",
    "REVKEYSIG",
    "is not signed",
    "Hash Sum mismatch",
    "verification",
)
_CONFIG = """\
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
Dir::Etc::sourcelist "{folder}/archive.sources";
Dir::Etc::sourceparts "-";
Dir::State "{folder}/state";
Dir::State::lists "{folder}/lists";
Dir::State::status "{folder}/status";
Dir::Cache "{folder}/cache";
Dir::Cache::pkgcache "pkgcache.bin";
Dir::Cache::srcpkgcache "";
Dir::Log "{folder}/log";
Acquire::Languages "none";
Acquire::Retries "2";
Acquire::http::Timeout "20";
Acquire::AllowInsecureRepositories "false";
Acquire::AllowDowngradeToInsecureRepositories "false";
// A mirror may be a frozen snapshot, past its own Valid-Until. The signature is checked all the same.
Acquire::Check-Valid-Until "false";
APT::Get::AllowUnauthenticated "false";
APT::Update::Error-Mode "any";
APT::Architecture "{architecture}";
APT::Architectures {{ "{architecture}"; }};
APT::Sandbox::User "{user}";
"""


@dataclass(frozen=True, kw_only=True)
class PrivateApt:
    """One suite of the machine's archive, with its state in `folder`. Callers hold the cache's lock."""

    folder: Path
    suite: str
    architecture: str

    def refresh(self) -> None:
        """Fetch the suite's signed index. Raises ArchiveUnreachable or BadSignature; an index of an earlier run stays."""
        self._prepare()
        self._run("apt-get", "update")

    def has_index(self) -> bool:
        """Is there an index from an earlier run?"""
        return any((self.folder / "lists").glob("*Packages*"))

    def dependencies(self, packages: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Every package in the closure of these, and what each depends on directly (alternatives included)."""
        leave_out = [
            f"--no-{kind}" for kind in ("recommends", "suggests", "conflicts", "breaks", "replaces", "enhances")
        ]
        return parse_depends(self._run("apt-cache", "depends", "--recurse", *leave_out, *packages))

    def fetch(self, packages: Sequence[str], into: Path) -> None:
        """Download packages into a folder; what is there already with the right checksum is not downloaded again."""
        self._run("apt-get", "download", *packages, cwd=into)

    def file_names(self, packages: Sequence[str]) -> dict[str, str]:
        """Package -> the name its .deb file has when `fetch` has stored it."""
        lines = self._run("apt-get", "download", "--print-uris", *packages).splitlines()
        names = (shlex.split(line)[1] for line in lines if line.startswith("'"))
        return {name.split("_", 1)[0]: name for name in names}

    def _prepare(self) -> None:
        for name in ("lists/partial", "cache/archives/partial", "state", "log"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "status").touch()
        (self.folder / "archive.sources").write_text(self._stanza(), encoding="utf-8")
        user = "root" if os.geteuid() == 0 else ""
        config = _CONFIG.format(folder=self.folder, architecture=self.architecture, user=user)
        (self.folder / "apt.conf").write_text(config, encoding="utf-8")

    def _stanza(self) -> str:
        archive = main_archive(read_sources(source_files()), release_codename())
        if archive is None:
            raise NoDebianSource(
                "本机的 apt 源中没有 Debian 主仓库;请安装 Asterisk 20 以上版本,或在 Debian 上运行。"
                " The machine's apt sources name no Debian main archive; install Asterisk >= 20, or run this on Debian."
            )
        return archive.for_suite(self.suite).stanza()

    def _run(self, program: str, *arguments: str, cwd: Path | None = None) -> str:
        command = [program, "-q", "-c", str(self.folder / "apt.conf"), *arguments]
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode != 0:
            raise explain(done.stderr)
        return done.stdout


def explain(stderr: str) -> DebsError:
    """The error that apt's complaint means."""
    detail = " | ".join(line for line in stderr.splitlines() if line.startswith(("E:", "W:")))[:600]
    if "No space left" in stderr:
        return DiskFull(f"磁盘已满。 The disk is full. {detail}")
    if any(sign in stderr for sign in _SIGNATURE_SIGNS):
        return BadSignature(f"软件包签名校验失败。 The packages are not signed by Debian. {detail}")
    if "Unable to locate package" in stderr or "No packages found" in stderr:
        return NoSuchPackage(f"仓库中没有此软件包。 The archive has no such package. {detail}")
    return ArchiveUnreachable(f"无法访问 Debian 仓库,且缓存中没有副本。 The Debian archive does not answer. {detail}")


def parse_depends(text: str) -> dict[str, tuple[str, ...]]:
    """Read `apt-cache depends --recurse`: package -> direct dependencies, alternatives and providers of virtual ones included."""
    graph: dict[str, list[str]] = {}
    package = ""
    for line in text.splitlines():
        if not line.startswith((" ", "|")):
            package = line.strip().strip("<>")
            graph.setdefault(package, [])
            continue
        name = line.split(": ", 1)[-1].strip()
        if not name.startswith("<"):
            graph[package].append(name)
    return {name: tuple(dict.fromkeys(wanted)) for name, wanted in graph.items()}


def source_files() -> list[Path]:
    """The files that hold the machine's apt sources, wherever its configuration puts them."""
    try:
        done = subprocess.run(
            ["apt-config", "shell", "LIST", "Dir::Etc::sourcelist/f", "PARTS", "Dir::Etc::sourceparts/d"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError) as error:
        raise NoDebianSource("本机没有 apt。 There is no apt on this machine.") from error
    places = dict(word.split("=", 1) for word in shlex.split(done.stdout))
    parts = Path(places.get("PARTS", "/nonexistent"))
    files = [Path(places.get("LIST", "/nonexistent")), *_parts(parts)]
    return [path for path in files if path.is_file()]


def _parts(folder: Path) -> Iterable[Path]:
    return sorted(path for path in folder.glob("*") if path.suffix in {".list", ".sources"}) if folder.is_dir() else ()


def release_codename(os_release: Path = Path("/etc/os-release")) -> str:
    """This Debian release's codename, for example `bookworm`. Raises NoDebianSource on another system."""
    fields = dict(word.split("=", 1) for word in shlex.split(os_release.read_text(encoding="utf-8")) if "=" in word)
    if fields.get("ID") != "debian":
        raise NoDebianSource("本机不是 Debian。 This machine does not run Debian.")
    return fields.get("VERSION_CODENAME", "sid")
