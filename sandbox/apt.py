"""A private apt: another suite of the machine's own Debian archive, signatures checked, the machine's apt untouched.

All state (lists, cache, an empty list of installed packages) is in one folder. It needs no root.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.errors import ArchiveUnreachable, BadSignature, DebsError, DiskFull, NoDebianSource, NoSuchPackage
from sandbox.sources import main_archive, read_sources

_NOT_SIGNED = (
    "NO_PUBKEY",
    "BADSIG",
    "EXPKEYSIG",
    "REVKEYSIG",
    "is not signed",
    "Hash Sum mismatch",
    "Clearsigned file",
)
_CONFIG = """\
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
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
    """One suite of the machine's archive, with its state in `folder`. Who calls holds the cache's lock."""

    folder: Path
    suite: str
    architecture: str

    def refresh(self) -> None:
        """Fetch the suite's signed index. Raises ArchiveUnreachable, BadSignature, NoDebianSource.

        After a failure the index of an earlier run, with the address it came from, is in force again.
        """
        archive = main_archive(read_sources(source_files()), release_codename())
        if archive is None:
            raise NoDebianSource(
                "本机的 apt 源中没有 Debian 主仓库;请安装 Asterisk 20 以上版本,或在 Debian 上运行。"
                " The machine's apt sources name no Debian main archive; install Asterisk >= 20, or run this on Debian."
            )
        self._prepare()
        named = self.folder / "archive.sources"
        earlier = named.read_text(encoding="utf-8") if named.exists() else ""
        named.write_text(archive.for_suite(self.suite).stanza(), encoding="utf-8")
        try:
            self._run("apt-get", "update")
        except DebsError:
            named.write_text(earlier, encoding="utf-8")
            raise

    def has_index(self) -> bool:
        """Is there an index from an earlier run?"""
        return any((self.folder / "lists").glob("*Packages*"))

    def dependencies(self, packages: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Every package in the closure of these, and what each depends on directly (alternatives included)."""
        kinds = ("recommends", "suggests", "conflicts", "breaks", "replaces", "enhances")
        leave_out = [f"--no-{kind}" for kind in kinds]
        return parse_depends(self._run("apt-cache", "depends", "--recurse", *leave_out, *packages))

    def fetch(self, packages: Sequence[str], into: Path) -> dict[str, Path]:
        """Download packages into a folder; what lies there with the right checksum is not downloaded again."""
        self._run("apt-get", "download", *packages, cwd=into)
        lines = self._run("apt-get", "download", "--print-uris", *packages).splitlines()
        names = (shlex.split(line)[1] for line in lines if line.startswith("'"))
        return {name.split("_", 1)[0]: into / name for name in names}

    def _prepare(self) -> None:
        for name in ("lists/partial", "cache/archives/partial", "state", "log"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "status").touch()
        user = "root" if os.geteuid() == 0 else ""  # root's apt would drop to a user who cannot write here
        config = _CONFIG.format(folder=self.folder, architecture=self.architecture, user=user)
        (self.folder / "apt.conf").write_text(config, encoding="utf-8")

    def _run(self, program: str, *arguments: str, cwd: Path | None = None) -> str:
        return run(program, "-q", "-c", str(self.folder / "apt.conf"), *arguments, cwd=cwd)


def run(*argv: str, cwd: Path | None = None) -> str:
    """What one of Debian's own programs prints. Raises the DebsError its complaint means."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    try:
        done = subprocess.run(argv, cwd=cwd, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    except FileNotFoundError as error:
        raise NoDebianSource(f"本机没有 {argv[0]}。 This machine has no {argv[0]}.") from error
    if done.returncode != 0:
        raise explain(done.stderr)
    return done.stdout


def explain(stderr: str) -> DebsError:
    """The error that a complaint of apt or dpkg means."""
    told = [line for line in stderr.splitlines() if line.startswith(("E:", "W:"))] or stderr.splitlines()
    detail = " | ".join(told)[:600]
    if "No space left" in stderr:
        return DiskFull(f"磁盘已满。 The disk is full. {detail}")
    if any(sign in stderr for sign in _NOT_SIGNED):
        return BadSignature(f"软件包签名校验失败。 The packages are not signed by Debian. {detail}")
    if "Unable to locate package" in stderr or "No packages found" in stderr:
        return NoSuchPackage(f"仓库中没有此软件包。 The archive has no such package. {detail}")
    if "dpkg-deb" in stderr:
        return DebsError(f"无法解包。 Cannot unpack. {detail}")
    return ArchiveUnreachable(
        f"无法访问 Debian 仓库,缓存中也没有。 The Debian archive does not answer and the cache has no copy. {detail}"
    )


def parse_depends(text: str) -> dict[str, tuple[str, ...]]:
    """Read `apt-cache depends --recurse`: package -> direct dependencies, with alternatives and providers."""
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
    told = run("apt-config", "shell", "LIST", "Dir::Etc::sourcelist/f", "PARTS", "Dir::Etc::sourceparts/d")
    places = dict(word.split("=", 1) for word in shlex.split(told))
    files = [Path(places[name]) for name in ("LIST",) if name in places]
    if "PARTS" in places:
        files += sorted(path for path in Path(places["PARTS"]).glob("*") if path.suffix in {".list", ".sources"})
    return [path for path in files if path.is_file()]


def release_codename(os_release: Path = Path("/etc/os-release")) -> str:
    """This Debian release's codename, for example `bookworm`. Raises NoDebianSource on another system."""
    words = shlex.split(os_release.read_text(encoding="utf-8")) if os_release.exists() else []
    fields = dict(word.split("=", 1) for word in words if "=" in word)
    if fields.get("ID") != "debian":
        raise NoDebianSource(
            "本机不是 Debian;请安装 Asterisk 20 以上版本。 This machine does not run Debian; install Asterisk >= 20."
        )
    return fields.get("VERSION_CODENAME", "sid")
