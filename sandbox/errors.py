"""What can go wrong while the sandbox gets its programs. Every message says it in Chinese first, then in English."""


class DebsError(Exception):
    """Debian packages could not be had."""


class NoDebianSource(DebsError):
    """The machine's apt names no Debian archive, or there is no apt."""


class ArchiveUnreachable(DebsError):
    """The archive does not answer and the cache has no copy."""


class BadSignature(DebsError):
    """What the archive sent is not signed by Debian."""


class DiskFull(DebsError):
    """No room left where the cache is."""


class NoSuchPackage(DebsError):
    """The archive's suite has no package of this name."""


class MissingObject(DebsError):
    """No unpacked package contains a file that was asked for."""


class MissingLibrary(DebsError):
    """An object needs a library that no package it depends on contains."""


class UnsupportedMachine(DebsError):
    """Neither amd64 nor arm64, or no dpkg."""
