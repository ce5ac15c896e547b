"""The configuration: one TOML file whose every key is also an environment variable."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from diffkb.errors import (
    BadValue,
    ConflictError,
    StorageError,
    UnknownConfigKey,
    UnreadableInput,
    UsageError,
)
from diffkb.paths import cache_folder, expanded, make_private_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Table = dict[str, Any]

Color = Literal["auto", "always", "never"]
Origin = Literal["environment", "file", "default"]

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off"})
QUERIES = "queries"


@dataclass(frozen=True)
class Configuration:
    """What the file and the environment say, with defaults for the rest.

    Attributes:
        contact: an address that sources may write to; it goes into the User-Agent.
        patience: seconds a source may take, its retries included.
        cache: the folder for copies of answers; None is the user's cache folder.
        files: the folder for downloaded PDFs; None is one beside the base.
        default_document: the document meant where none is named.
        openalex_key: the key for OpenAlex.
        s2_key: the key for Semantic Scholar.
        color: when to colour.
        columns: the columns of `list`; empty is its own choice.
        offline: whether the network is not to be used; only a variable or an option says so.
        queries: (name, query) of each saved query.
    """

    contact: str | None = None
    patience: float = 60.0
    cache: Path | None = None
    files: Path | None = None
    default_document: str | None = None
    openalex_key: str | None = None
    s2_key: str | None = None
    color: Color = "auto"
    columns: tuple[str, ...] = ()
    offline: bool = False
    queries: tuple[tuple[str, str], ...] = ()


class Setting(NamedTuple):
    """One line of the listing: where `origin` is the file or the variable, it decided."""

    key: str
    value: str | float | bool | list[str] | None
    origin: Origin


class Key(NamedTuple):
    """A configuration key: how its value is read, and what the value may be."""

    read: Callable[[Any], Any]
    expected: str
    secret: bool = False
    in_file: bool = True


def _text(value: Any) -> str | None:
    """Reads text; nothing but blanks says nothing."""
    if not isinstance(value, str):
        raise TypeError
    return value.strip() or None


def _seconds(value: Any) -> float:
    """Reads a positive, finite number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError
    seconds = float(value)
    if not (math.isfinite(seconds) and seconds > 0):
        raise ValueError
    return seconds


def _folder(value: Any) -> Path | None:
    """Reads a folder, with `~` resolved."""
    text = _text(value)
    return None if text is None else expanded(text, "", "")


def _color(value: Any) -> str:
    """Reads a choice of colour."""
    if value not in {"auto", "always", "never"}:
        raise ValueError
    return str(value)


def _columns(value: Any) -> tuple[str, ...]:
    """Reads names between commas, or an array of them."""
    names = value.split(",") if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise TypeError
    return tuple(name.strip() for name in names if name.strip())


def _truth(value: Any) -> bool:
    """Reads yes or no."""
    word = str(value).strip().lower()
    if word not in TRUE_WORDS | FALSE_WORDS:
        raise ValueError
    return word in TRUE_WORDS


KEYS: dict[str, Key] = {
    "contact": Key(_text, "an address"),
    "patience": Key(_seconds, "a number of seconds above 0"),
    "cache": Key(_folder, "the path of a folder"),
    "files": Key(_folder, "the path of a folder"),
    "default-document": Key(_text, "the name of a document"),
    "openalex-key": Key(_text, "text", secret=True),
    "s2-key": Key(_text, "text", secret=True),
    "color": Key(_color, "auto, always or never"),
    "columns": Key(_columns, "names between commas"),
    "offline": Key(_truth, "1 or 0", in_file=False),
}


def load_configuration(path: Path, environ: Mapping[str, str]) -> Configuration:
    """Reads the configuration.

    Args:
        path: the file; one that does not exist says nothing.
        environ: the environment, which beats the file; empty variables say nothing.

    Raises:
        UnreadableInput: the file cannot be read, or is no TOML.
        UnknownConfigKey: the file holds a key that does not exist.
        BadValue: the file or a variable holds a value that its key does not take.
    """
    from_file = _checked(_table(path), path)
    from_environment = _from_environment(environ)
    found = {
        name.replace("-", "_"): value for name, value in (from_file | from_environment).items()
    }
    return Configuration(**found)


def list_configuration(
    path: Path, environ: Mapping[str, str], *, unmasked: bool = False
) -> list[Setting]:
    """Lists every key with its value and what decided it.

    Args:
        path: as for `load_configuration`, which also says what is raised.
        environ: as for `load_configuration`.
        unmasked: whether to show secrets whole.
    """
    from_file = _checked(_table(path), path)
    from_environment = _from_environment(environ)
    defaults = {field.name.replace("_", "-"): field.default for field in fields(Configuration)}
    defaults["cache"] = cache_folder(environ)
    settings = []
    for name, key in KEYS.items():
        origin, value = _decided(name, from_file, from_environment, defaults)
        hidden = key.secret and not unmasked and value is not None
        settings.append(Setting(name, masked(str(value)) if hidden else _plain(value), origin))
    for name, query in from_file.get(QUERIES, ()):
        settings.append(Setting(f"@{name}", query, "file"))
    return settings


def get_value(path: Path, environ: Mapping[str, str], key: str) -> Setting:
    """Returns one setting, secrets whole.

    Raises:
        UnknownConfigKey: there is no such key or saved query; and as for `load_configuration`.
    """
    settings = list_configuration(path, environ, unmasked=True)
    for setting in settings:
        if setting.key == key:
            return setting
    raise UnknownConfigKey(key, nearest(key, [setting.key for setting in settings]))


def variable_of(key: str) -> str:
    """Returns the environment variable of a key: `s2-key` is `DIFFKB_S2_KEY`."""
    return "DIFFKB_" + key.upper().replace("-", "_")


def masked(secret: str) -> str:
    """Returns a secret by its last characters, none of a short one."""
    shown = secret[-4:] if len(secret) >= 16 else ""  # noqa: PLR2004
    return "…" + shown


def nearest(name: str, names: list[str]) -> list[str]:
    """Returns the names most like `name`, the likeliest first."""
    from difflib import get_close_matches

    return get_close_matches(name.lower().replace("_", "-"), names)


def _decided(
    name: str, from_file: Table, from_environment: Table, defaults: Table
) -> tuple[Origin, Any]:
    """Returns what decided a key, and its value."""
    if name in from_environment:
        return "environment", from_environment[name]
    if name in from_file:
        return "file", from_file[name]
    return "default", defaults[name]


def _plain(value: Any) -> Any:
    """Returns a value as JSON and the terminal can show it."""
    if isinstance(value, Path):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def _from_environment(environ: Mapping[str, str]) -> Table:
    """Reads the variables that are set."""
    found = {}
    for name, key in KEYS.items():
        if text := environ.get(variable_of(name)):
            found[name] = _value(key, text, variable_of(name))
    return found


def _checked(table: Table, path: Path) -> Table:
    """Reads the values of the file's table."""
    found: Table = {}
    for name, value in table.items():
        if name == QUERIES:
            found[QUERIES] = _queries(value, path)
        elif (key := KEYS.get(name)) and key.in_file:
            found[name] = _value(key, value, f"{name} in {path}")
        else:
            known = [*(known for known, key in KEYS.items() if key.in_file), QUERIES]
            raise UnknownConfigKey(name, nearest(name, known), where=str(path))
    return found


def _queries(value: Any, path: Path) -> tuple[tuple[str, str], ...]:
    """Reads the table of saved queries."""
    if not isinstance(value, dict):
        raise BadValue(f"{QUERIES} in {path}", str(value), "a table of names and queries")
    for name, query in value.items():
        if not isinstance(query, str):
            raise BadValue(f"{QUERIES}.{name} in {path}", str(query), "a query as text")
    return tuple(value.items())


def _value(key: Key, value: Any, where: str) -> Any:
    """Reads one value, or says where it does not fit."""
    try:
        return key.read(value)
    except (TypeError, ValueError, BadValue) as error:
        raise BadValue(where, str(value), key.expected) from error


def _table(path: Path) -> Table:
    """Returns the file's table; a file that does not exist is an empty one."""
    text = _text_of(path)
    if not text.strip():
        return {}
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(path, str(error)) from error


def _text_of(path: Path) -> str:
    """Returns the file's text with its line ends, without a byte order mark."""
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        raise UnreadableInput(str(path), error.strerror or str(error)) from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        unreadable = UnreadableInput(str(path), "it is not UTF-8", hint="save it as UTF-8")
        unreadable.line = content.count(b"\n", 0, error.start) + 1
        raise unreadable from error


def _not_toml(path: Path, why: str) -> UnreadableInput:
    """Returns the error for a file that is no TOML, with the line where reading stopped."""
    error = UnreadableInput(str(path), f"it is no TOML: {why}", hint=f"correct {path}")
    if place := re.search(r"at line (\d+)", why):
        error.line = int(place[1])
    return error


def set_value(path: Path, key: str, value: str) -> None:
    """Sets one key in the file, and leaves every other character of it as it is.

    Args:
        path: the file; it and its folder are made where missing.
        key: a key, or `@name` for a saved query.
        value: as a person types it, read as a variable's value would be.

    Raises:
        UnknownConfigKey: there is no such key.
        BadValue: the key does not take that value.
        UsageError: the key is none of the file's.
        UnreadableInput: the file cannot be read, or is no TOML.
        ConflictError: the file is laid out so that changing one line would change others.
        StorageError: the file cannot be written.
    """
    stored = _storable(key, value)
    table = _table(path)
    text = _text_of(path)
    place = (QUERIES, key[1:]) if key.startswith("@") else (key,)
    wanted = _with(table, place, stored)
    for candidate in _edits(text, place, stored):
        if _reads_as(candidate, wanted):
            _write(path, candidate)
            return
    raise ConflictError(
        f"{path} cannot take {key} without a change to other lines",
        hint=f"write it there by hand: {_assignment(place, stored)}",
    )


def _storable(key: str, value: str) -> str | float:
    """Returns the value as the file is to hold it, once it is known to fit."""
    if key.startswith("@") and key[1:].strip():
        return _writable(key, value, "a query as text")
    if key not in KEYS:
        raise UnknownConfigKey(key, nearest(key, list(KEYS)))
    if not KEYS[key].in_file:
        raise UsageError(
            f"`{key}` is not kept in the file",
            hint=f"set {variable_of(key)}=1, or give --{key} to a command",
        )
    known = _value(KEYS[key], value, key)
    if isinstance(known, float):
        return int(known) if known.is_integer() else known
    return _writable(key, value, KEYS[key].expected)


def _writable(key: str, value: str, expected: str) -> str:
    """Returns text that TOML can hold: all but halves of surrogate pairs."""
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise BadValue(key, value, f"{expected}, in Unicode")
    return value


def _with(table: Table, place: tuple[str, ...], stored: str | float) -> Table:
    """Returns the table as it is to read after the edit."""
    if len(place) == 1:
        return table | {place[0]: stored}
    inner = table.get(place[0], {})
    return table | {place[0]: (inner if isinstance(inner, dict) else {}) | {place[1]: stored}}


def _reads_as(text: str, wanted: Table) -> bool:
    """Says whether that text is TOML for exactly that table."""
    import tomllib

    try:
        return tomllib.loads(text) == wanted
    except tomllib.TOMLDecodeError:
        return False


def _edits(text: str, place: tuple[str, ...], stored: str | float) -> Iterator[str]:
    """Yields ways to write the value into the text; whether one is right shows in reading it.

    First in place of each line that might hold the key, then as a new line: under its table's
    header, before the first header, at the end.
    """
    # TOML's own idea of a line: splitlines would cut at form feeds and other marks too.
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    end = "\r\n" if "\r\n" in text else "\n"
    name = place[-1]
    holds = re.compile(rf"""\s*(?:{re.escape(name)}|"{re.escape(name)}"|'{re.escape(name)}')\s*=""")
    for number, line in enumerate(lines):
        if holds.match(line):
            yield from _replacements(lines, number, stored)
    assignment = _assignment((name,), stored) + end
    if len(place) > 1:
        for number in _headers(lines, rf"\s*\[\s*{place[0]}\s*\]"):
            yield _joined([*lines[: number + 1], assignment, *lines[number + 1 :]], end)
        yield _joined([*lines, end if lines else "", f"[{place[0]}]{end}", assignment], end)
        return
    for number in _headers(lines, r"\s*\["):
        start = _start_of_block(lines, number)
        yield _joined([*lines[:start], assignment, *lines[start:]], end)
    yield _joined([*lines, assignment], end)


def _replacements(lines: list[str], number: int, stored: str | float) -> Iterator[str]:
    """Yields the text with the value that starts on a line replaced, its comment kept."""
    for stop in range(number + 1, len(lines) + 1):
        statement = "".join(lines[number:stop])
        if (parts := _parts(statement)) is None:
            continue
        before, after = parts
        yield "".join([*lines[:number], before, _literal(stored), after, *lines[stop:]])
        return


def _parts(statement: str) -> tuple[str, str] | None:
    """Cuts a statement around its value; None where it is no whole statement."""
    if (held := _parsed(statement)) is None:
        return None
    before = re.match(r"[^=]*=[ \t]*", statement)
    body = statement.rstrip("\r\n")
    for mark in re.finditer(r"[ \t]*#", body):
        # A "#" may stand inside the value: it starts a comment where the rest reads the same.
        if _parsed(body[: mark.start()]) == held:
            body = body[: mark.start()]
            break
    return (before[0], statement[len(body.rstrip(" \t")) :]) if before else None


def _parsed(statement: str) -> Table | None:
    """Returns the table a statement makes; None where it is not TOML."""
    import tomllib

    try:
        return tomllib.loads(statement)
    except tomllib.TOMLDecodeError:
        return None


def _headers(lines: list[str], pattern: str) -> Iterator[int]:
    """Yields the numbers of the lines that look like such a header."""
    return (number for number, line in enumerate(lines) if re.match(pattern, line))


def _start_of_block(lines: list[str], header: int) -> int:
    """Returns where the comments that stand on a header start, with the blank line before them."""
    start = header
    while start and lines[start - 1].lstrip().startswith("#"):
        start -= 1
    return start - 1 if start and not lines[start - 1].strip() else start


def _joined(lines: list[str], end: str) -> str:
    """Joins lines, with an end of line where the file's last one lacks it."""
    return "".join(line if not line or line.endswith("\n") else line + end for line in lines)


def _assignment(place: tuple[str, ...], stored: str | float) -> str:
    """Returns a line of TOML."""
    names = (name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _literal(name) for name in place)
    return f"{'.'.join(names)} = {_literal(stored)}"


def _literal(value: str | float) -> str:
    """Returns a TOML number or basic string (https://toml.io/en/v1.0.0#string)."""
    if not isinstance(value, str):
        return repr(value)
    escapes = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return (
        '"' + re.sub(r'["\\\x00-\x1f\x7f]', lambda found: _escape(found[0], escapes), value) + '"'
    )


def _escape(character: str, escapes: Mapping[str, str]) -> str:
    """Returns a character as a TOML escape."""
    return escapes.get(character) or f"\\u{ord(character):04X}"


def _write(path: Path, text: str) -> None:
    """Replaces the file in one step: whoever reads it sees the old text or the new one."""
    import os
    import tempfile

    # The file a link leads to is replaced, so that the link stays one.
    target = path.resolve()
    try:
        make_private_folder(target.parent)
        # Without an earlier file the mode stays mkstemp's 600: keys are nobody else's business.
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(_mark_of(target) + text.encode())
                stream.flush()
                os.fsync(stream.fileno())
            if target.exists():
                Path(temporary).chmod(target.stat().st_mode & 0o7777)
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written: {error.strerror or error}",
            hint="check its permissions, or name another file with DIFFKB_CONFIG",
        ) from error


def _mark_of(path: Path) -> bytes:
    """Returns the byte order mark of a file that has one."""
    mark = b"\xef\xbb\xbf"
    return mark if path.exists() and path.read_bytes().startswith(mark) else b""
