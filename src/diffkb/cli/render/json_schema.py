"""The JSON Schema of what `--json` answers, version by version the same as `envelope.SCHEMA`.

See https://json-schema.org/draft/2020-12. Keys may be added within a version; none is taken away,
renamed, or given another type.
"""

from __future__ import annotations

from dataclasses import fields
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from diffkb.cli.render.envelope import SCHEMA
from diffkb.core.models import Author, Entry, Link

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SIMPLE = {str: "string", int: "integer", float: "number", bool: "boolean", NoneType: "null"}

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
FLAG: Schema = {"type": "boolean"}


def describe_json() -> Schema:
    """Returns the schema of the object that every command writes with `--json`."""
    return {
        "$schema": DIALECT,
        "title": f"What diffkb answers with --json, version {SCHEMA}",
        **_object(
            schema={"const": SCHEMA},
            command=_or_null(TEXT),
            status={"enum": ["ok", "partial", "error"]},
            exit_code=NUMBER,
            data=True,
            errors=_list(_definition("error")),
        ),
        "allOf": [_answer_of(command) for command in ANSWERS],
        "$defs": DEFINITIONS,
    }


def _answer_of(command: str) -> Schema:
    """Returns the rule that the data of a command are as its definition says."""
    return {
        "if": {"properties": {"command": {"const": command}}},
        "then": {"properties": {"data": _or_null(ANSWERS[command])}},
    }


def _object(**properties: Schema | bool) -> Schema:
    """Returns the schema of an object that has all these keys."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list(items: Schema) -> Schema:
    """Returns the schema of an array."""
    return {"type": "array", "items": items}


def _or_null(schema: Schema) -> Schema:
    """Returns the schema of what may be absent."""
    return {"anyOf": [schema, {"type": "null"}]}


def _definition(name: str) -> Schema:
    """Returns a reference to a definition."""
    return {"$ref": f"#/$defs/{name}"}


def _of_class(kind: type) -> Schema:
    """Returns the schema of a dataclass as `dataclasses.asdict` gives it."""
    hints = get_type_hints(kind)
    return _object(**{field.name: _of_type(hints[field.name]) for field in fields(kind)})


def _of_type(hint: Any) -> Schema:
    """Returns the schema of a type that the models use."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in {Union, UnionType}:
        return {"anyOf": [_of_type(one) for one in arguments]}
    if origin is tuple:
        return _list(_of_type(arguments[0]))
    if hint in SIMPLE:
        return {"type": SIMPLE[hint]}
    return _definition(hint.__name__.lower())


DEFINITIONS: dict[str, Schema] = {
    "error": _object(
        code=TEXT, message=TEXT, hint=_or_null(TEXT), ref=_or_null(TEXT), line=_or_null(NUMBER)
    ),
    "entry": _of_class(Entry),
    "author": _of_class(Author),
    "link": _of_class(Link),
    "identifier": _object(scheme=TEXT, value=TEXT, version=_or_null(NUMBER)),
    "proposal": _object(
        entry=NUMBER,
        identifier=_or_null(_definition("identifier")),
        relation=TEXT,
        stated=FLAG,
        title=_or_null(TEXT),
        venue=_or_null(TEXT),
        published=_or_null(TEXT),
        source=TEXT,
        evidence=TEXT,
        found=TEXT,
    ),
    "document": _object(name=TEXT, entries=NUMBER),
    "step": _object(
        id=NUMBER,
        made=TEXT,
        command=TEXT,
        summary=TEXT,
        who=_or_null(TEXT),
        undoes=_or_null(NUMBER),
        undone=FLAG,
        shipped=FLAG,
    ),
    "setting": _object(
        key=TEXT,
        value={"type": ["string", "number", "boolean", "array", "null"]},
        origin={"enum": ["environment", "file", "default"]},
    ),
    "hits": _list({"type": "array", "items": NUMBER, "minItems": 2, "maxItems": 2}),
}
_ENTRY, _ERROR = _definition("entry"), _definition("error")
_IDENTIFIERS = _list(_definition("identifier"))
_IMPORTED = _object(
    name=TEXT,
    path=TEXT,
    bytes=NUMBER,
    # An entry as it is read has no id and no facts yet, and its lines instead.
    entries=_list(_object(title=TEXT, line=NUMBER, end_line=NUMBER)),
    kept_as_text=_list(_object(line=NUMBER, end_line=NUMBER, why=TEXT)),
    doubtful=_list(_object(line=NUMBER, why=TEXT)),
)
# Of a file of records; its entries are as the base holds them.
_BROUGHT = _object(
    name=_or_null(TEXT),
    path=TEXT,
    bytes=NUMBER,
    entries=_list(_ENTRY),
    kept_as_text=_list(_object()),
    doubtful=_list(_object()),
    known=NUMBER,
    undated=NUMBER,
    keyless=NUMBER,
)
_FACT = _object(entry=NUMBER, name=TEXT, value=TEXT, source=TEXT, fetched=TEXT, chosen=FLAG)
_HISTORY = _list({"allOf": [_object(entry=NUMBER), _definition("step")]})
_TAKEN = _object(
    outcome={"enum": ["undid", "would-undo", "redid", "would-redo"]},
    steps=_list(_definition("step")),
    by=_list(NUMBER),
    diff=_or_null(TEXT),
)
# A field of a list may hold a text, a number, a flag, several of them, or nothing.
_VALUE: Schema = {}
_CHANGES = _list(
    _object(
        change={"enum": ["added", "removed", "changed"]},
        what={"enum": ["entry", "section", "text"]},
        id=_or_null(NUMBER),
        name=TEXT,
        line=_or_null(NUMBER),
        new_line=_or_null(NUMBER),
        fields=_list(_object(field=TEXT, before=_VALUE, after=_VALUE)),
    )
)
_SECTION = _object(document=TEXT, section=_list(TEXT), entries=NUMBER, unrated=NUMBER)

_COPY = _object(entry=NUMBER, copy=_or_null(NUMBER), known=FLAG, left_out=_list(TEXT))
_RESTRUCTURED = _object(
    outcome={"enum": ["changed", "unchanged", "would-change"]},
    summary=TEXT,
    document=TEXT,
    before=_or_null(_list(TEXT)),
    after=_or_null(_list(TEXT)),
    entries=NUMBER,
    dead_links=_list(NUMBER),
    diff=_or_null(TEXT),
    step=_or_null(NUMBER),
)

_DOCUMENTS = _object(
    documents=_list(
        {
            "allOf": [
                _definition("document"),
                _object(title=_or_null(TEXT), path=_or_null(TEXT), default=FLAG),
            ]
        }
    )
)
# What became of entries that a person changed.
_CURATED = _object(
    results=_list(
        _object(
            ref=TEXT,
            outcome={"enum": ["changed", "unchanged", "would-change"]},
            summary=TEXT,
            before=_ENTRY,
            after=_or_null(_ENTRY),
        )
    ),
    diff=_or_null(TEXT),
    step=_or_null(NUMBER),
)

# What stands under "data", by the words of the command.
ANSWERS: dict[str, Schema] = {
    "list": _object(entries=_list(_ENTRY)),
    "search": _object(
        entries=_list(
            {
                "allOf": [
                    _ENTRY,
                    _object(
                        title_hits=_definition("hits"),
                        snippet=_or_null(_object(field=TEXT, text=TEXT, hits=_definition("hits"))),
                    ),
                ]
            }
        ),
        more=FLAG,
    ),
    "show": _object(
        entries=_list({"allOf": [_ENTRY, _object(private=_or_null(TEXT), state=_or_null(TEXT))]}),
        facts=_list(_FACT),
        proposals=_list(_definition("proposal")),
        history=_HISTORY,
    ),
    "add": _object(
        results=_list(
            _object(
                ref=TEXT,
                line=_or_null(NUMBER),
                outcome={"enum": ["added", "known", "pending", "failed", "would-add"]},
                identifier=_or_null(_definition("identifier")),
                entry=_or_null(_ENTRY),
                error=_or_null(_ERROR),
            )
        )
    ),
    "open": _object(
        results=_list(
            _object(
                ref=TEXT,
                outcome={"enum": ["opened", "printed", "downloaded", "kept", "failed"]},
                url=_or_null(TEXT),
                path=_or_null(TEXT),
                error=_or_null(_ERROR),
            )
        )
    ),
    "refresh": _object(
        results=_list(
            _object(ref=TEXT, outcome=TEXT, entry=_or_null(_ENTRY), error=_or_null(_ERROR))
        ),
        without_source=NUMBER,
        resting=NUMBER,
        findings=_list(_object(kind=TEXT, entries=_list(NUMBER), message=TEXT)),
    ),
    "accept": _object(
        outcome={"enum": ["accepted", "rejected", "would-be-accepted", "would-be-rejected"]},
        proposal=_definition("proposal"),
    ),
    "next": _object(entries=_list(_ENTRY)),
    "edit": _CURATED,
    "copy": {"allOf": [_CURATED, _object(copies=_list(_COPY))]},
    "rate": _CURATED,
    "note": {
        "anyOf": [
            _CURATED,
            _object(notes=_list(_object(entry=NUMBER, note=_or_null(TEXT)))),
        ]
    },
    "tag": _CURATED,
    "read": _CURATED,
    "unread": _CURATED,
    "move": _CURATED,
    "rm": _CURATED,
    "merge": _object(
        outcome={"enum": ["merged", "would-merge"]},
        entries=_list(NUMBER),
        identifiers=_IDENTIFIERS,
    ),
    "split": _object(
        outcome={"enum": ["split", "would-split"]},
        entry=NUMBER,
        identifiers=_IDENTIFIERS,
        left=_IDENTIFIERS,
        others=_list(NUMBER),
    ),
    "undo": _TAKEN,
    "redo": _TAKEN,
    "log": _object(steps=_list(_definition("step"))),
    "import": _object(documents=_list({"anyOf": [_BROUGHT, _IMPORTED]})),
    "export": {
        "anyOf": [
            _object(format=TEXT, text=TEXT),
            _object(format=TEXT, base64=TEXT),
            _object(
                format=TEXT, path=TEXT, outcome={"enum": ["written", "unchanged"]}, bytes=NUMBER
            ),
            _object(format=TEXT, path=TEXT, stale=FLAG, diff=TEXT),
        ],
    },
    **dict.fromkeys(("section add", "section rename", "section move", "section rm"), _RESTRUCTURED),
    "sync": _object(
        document=_or_null(TEXT),
        outcome={"enum": ["synced", "would-sync", "unchanged", "conflict"]},
        base=_CHANGES,
        file=_CHANGES,
        conflicts=_list(
            _object(
                id=_or_null(NUMBER),
                name=TEXT,
                field=TEXT,
                base=_VALUE,
                file=_VALUE,
                base_line=_or_null(NUMBER),
                file_line=_or_null(NUMBER),
            )
        ),
    ),
    "diff": _object(before=TEXT, after=TEXT, same=FLAG, changes=_CHANGES),
    "section list": _object(
        sections=_list({"allOf": [_SECTION, _object(id=NUMBER, level=NUMBER)]})
    ),
    "cite": _object(format=TEXT, style=TEXT, texts=_list(TEXT)),
    "document": _DOCUMENTS,
    "document list": _DOCUMENTS,
    "document default": _object(document=TEXT),
    "document rename": _object(document=TEXT, before=TEXT),
    "document rm": _object(document=TEXT, entries=NUMBER),
    "base": _object(
        path=TEXT,
        origin=TEXT,
        why=TEXT,
        writes_to=TEXT,
        exists=FLAG,
        documents=_list(TEXT),
        entries=NUMBER,
    ),
    "base init": _object(path=TEXT, empty=FLAG),
    "base backup": {
        "anyOf": [
            _object(path=TEXT, revision=TEXT, bytes=NUMBER, rows={"type": "object"}),
            _object(backups=_list(_object(path=TEXT, written=TEXT, bytes=NUMBER, automatic=FLAG))),
        ]
    },
    # "from" is a word of Python's, and no name of an argument.
    "base restore": _object(**{"path": TEXT, "from": TEXT, "kept": _or_null(TEXT)}),
    "base upgrade": _object(path=TEXT, before=TEXT, revision=TEXT),
    "base doctor": _object(
        path=TEXT,
        revision=_or_null(TEXT),
        usable=FLAG,
        documents=NUMBER,
        entries=NUMBER,
        findings=_list(_object(kind=TEXT, message=TEXT, hint=TEXT, repairable=FLAG)),
        backup=_or_null(TEXT),
        repaired=_list(TEXT),
        kept=_or_null(TEXT),
    ),
    "config": _object(path=TEXT, settings=_list(_definition("setting"))),
    "config path": _object(path=TEXT, exists=FLAG),
    "config get": _definition("setting"),
    "config set": _object(path=TEXT, key=TEXT),
    "sources": _object(sources=_list(_object(name=TEXT))),
    "overview": _object(
        base=TEXT,
        documents=_list(_definition("document")),
        sections=_list(_SECTION),
        entries=NUMBER,
        unrated=NUMBER,
        pending=NUMBER,
        unfetched=NUMBER,
    ),
    "help": _object(lines=_list(TEXT)),
    "schema": {"type": "object"},
}
