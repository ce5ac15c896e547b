"""Where things lie: the base that is meant, configuration, cache, and what diffkb ships with."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from diffkb.errors import BadValue, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Origin = Literal["option", "environment", "checkout", "user", "shipped"]
Kind = Literal["data", "config", "cache"]

# https://specifications.freedesktop.org/basedir-spec/latest/
XDG_FOLDERS: dict[Kind, tuple[str, str]] = {
    "data": ("XDG_DATA_HOME", ".local/share"),
    "config": ("XDG_CONFIG_HOME", ".config"),
    "cache": ("XDG_CACHE_HOME", ".cache"),
}


class BaseChoice(NamedTuple):
    """The base that is meant, and why that one.

    Attributes:
        path: the file to read.
        origin: what decided.
        why: the same for people, a part of a sentence such as "named by DIFFKB_BASE".
        target: the file to write; it differs from `path` only for the shipped base, which is
            copied there by the first write.
    """

    path: Path
    origin: Origin
    why: str
    target: Path

    @property
    def named(self) -> bool:
        """Whether a person named this file: it is then never replaced by another one."""
        return self.origin in {"option", "environment"}

    @property
    def shipped(self) -> bool:
        """Whether the base in the package is read in place, for want of one of the user's own."""
        return self.origin == "shipped"


def choose_base(option: str | None, environ: Mapping[str, str], cwd: Path) -> BaseChoice:
    """Says which base a command is about.

    Args:
        option: what `--base` was given, or None.
        environ: the environment; `DIFFKB_BASE` counts unless it is empty.
        cwd: the folder the person stands in.

    Returns:
        The first of: the option, the variable, the base of the checkout around `cwd`, the user's
        own base, the shipped one. Nothing says that a named file exists.

    Raises:
        BadValue: the option or the variable holds no path.
    """
    if option is not None:
        path = expanded(option, "--base", "the path of a base")
        return BaseChoice(path, "option", "named by --base", path)
    if variable := environ.get("DIFFKB_BASE"):
        path = expanded(variable, "DIFFKB_BASE", "the path of a base")
        return BaseChoice(path, "environment", "named by DIFFKB_BASE", path)
    if checkout := _checkout_around(cwd):
        path = checkout / "data" / "kb.sqlite"
        return BaseChoice(path, "checkout", f"the base of the checkout {checkout}", path)
    return _base_of_the_user(environ)


def _base_of_the_user(environ: Mapping[str, str]) -> BaseChoice:
    """Returns the user's base, or the shipped one for as long as there is none."""
    own = user_folder("data", environ) / "kb.sqlite"
    shipped = None if own.exists() else next(_beside_the_package("data/kb.sqlite"), None)
    if shipped is None:
        return BaseChoice(own, "user", "your own base", own)
    why = "the base diffkb ships with, until the first change makes a copy of your own"
    return BaseChoice(shipped, "shipped", why, own)


def _checkout_around(folder: Path) -> Path | None:
    """Returns the nearest folder on the way up that is a checkout of diffkb with its base."""
    for place in (folder, *folder.parents):
        # Two looks at the file system are cheap, a TOML parser is not: it comes last.
        if (place / "data" / "kb.sqlite").is_file() and _is_diffkb(place / "pyproject.toml"):
            return place
    return None


def _is_diffkb(pyproject: Path) -> bool:
    """Says whether that file names the project diffkb; an unreadable one names nothing."""
    try:
        text = pyproject.read_bytes()
    except OSError:
        return False
    if b"diffkb" not in text:
        return False
    import tomllib

    try:
        project = tomllib.loads(text.decode("utf-8", "replace")).get("project")
    except tomllib.TOMLDecodeError:
        return False
    return isinstance(project, dict) and project.get("name") == "diffkb"


def shipped_base() -> Path:
    """Returns the base diffkb ships with.

    Raises:
        StorageError: it is missing from the installation.
    """
    return _shipped("data/kb.sqlite")


def migrations_folder() -> Path:
    """Returns the folder of revisions diffkb ships with.

    Raises:
        StorageError: it is missing from the installation.
    """
    return _shipped("migrations")


def _shipped(name: str) -> Path:
    """Returns a file or folder of the package."""
    for path in _beside_the_package(name):
        return path
    raise StorageError(f"this installation of diffkb lacks its {name}", hint="install diffkb again")


def _beside_the_package(name: str) -> Iterator[Path]:
    """Yields where `name` is: in the package (a wheel), then two levels up (a checkout).

    An editable install leaves an old copy in site-packages, so nothing else is searched.
    """
    package = Path(__file__).parent
    return (path for path in (package / name, package.parents[1] / name) if path.exists())


def config_file(environ: Mapping[str, str]) -> Path:
    """Returns the configuration file: `DIFFKB_CONFIG`, else the one in the user's folder.

    Raises:
        BadValue: the variable holds no path.
    """
    if variable := environ.get("DIFFKB_CONFIG"):
        return expanded(variable, "DIFFKB_CONFIG", "the path of a TOML file")
    return user_folder("config", environ) / "config.toml"


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Returns the folder for copies of what sources answered, unless the configuration has one."""
    return user_folder("cache", environ)


def pace_folder(environ: Mapping[str, str]) -> Path:
    """Returns the folder of the locks that keep all diffkb processes of a user at one pace.

    It is the same whatever cache is configured: two processes with different ones still share
    the address arXiv sees.
    """
    return user_folder("cache", environ)


def user_folder(kind: Kind, environ: Mapping[str, str]) -> Path:
    """Returns diffkb's folder for one kind of file of the user's.

    On Linux that is the XDG rule, applied here: platformdirs gives the same (a test compares)
    and costs as much time as opening and reading the base. Elsewhere platformdirs decides.
    """
    variable, default = XDG_FOLDERS[kind]
    # A relative path is invalid by the specification, and to be ignored; so is an empty one.
    if (folder := Path(environ.get(variable, ""))).is_absolute():
        return folder / "diffkb"
    if sys.platform == "linux" and "ANDROID_ROOT" not in environ:
        return _home(environ) / default / "diffkb"
    import platformdirs

    ask = {
        "data": platformdirs.user_data_path,
        "config": platformdirs.user_config_path,
        "cache": platformdirs.user_cache_path,
    }
    return ask[kind]("diffkb", appauthor=False)


def make_private_folder(folder: Path) -> None:
    """Makes a folder, and those it lies in, for the user alone; one that is there is left as it is.

    Raises:
        OSError: it cannot be made.
    """
    if not folder.is_dir():
        make_private_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def sync_folder(folder: Path) -> None:
    """Makes a new name in a folder outlast a loss of power, where the system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _home(environ: Mapping[str, str]) -> Path:
    """Returns the home folder, of the environment or else of the account.

    Raises:
        StorageError: there is none.
    """
    if (home := Path(environ.get("HOME", ""))).is_absolute():
        return home
    import pwd

    try:
        return Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError as error:
        raise StorageError("you have no home folder", hint="set HOME to one") from error


def expanded(text: str, option: str, expected: str) -> Path:
    """Returns the path a person typed, with `~` resolved.

    Args:
        text: what was typed.
        option: where it was typed, for the error.
        expected: what belongs there, for the error.

    Raises:
        BadValue: it is empty, holds a NUL, or names the home of nobody.
    """
    if not text.strip() or "\0" in text:
        raise BadValue(option, text, expected)
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise BadValue(option, text, expected) from error


def storable_path(path: Path) -> str:
    """Returns where a file lies, as a column can hold it: its bytes that are not UTF-8 escaped."""
    return str(path.resolve()).encode("utf-8", "backslashreplace").decode()
