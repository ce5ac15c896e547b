"""The errors diffkb raises on purpose, each with its code, exit status and fields; imports nothing.

DiffkbError
├─ NotAgreed           1
├─ UsageError          2  MalformedIdentifier, WrOutOfScale, UnknownConfigKey, BadValue,
│                         BadQuery, BadPattern
├─ NotFoundError       3  SectionNotFound, EntryNotFound, DocumentNotFound, BaseNotFound,
│                         BackupNotFound, UnknownWork, NoAddress, NoIdentifier, NothingProposed,
│                         StepNotFound
├─ ConflictError       4  AmbiguousRef, AmbiguousDocument, AmbiguousSection, AmbiguousProposal,
│                         AlreadyImported, AlreadyThere, AlreadyOne, NothingToSplit,
│                         OtherDocument, SectionExists, SectionInside, IdentifierTaken,
│                         KeyTaken, ChangedMeanwhile, CannotWrite, NothingToUndo,
│                         NothingToRedo, CannotUndo, StepsInTheWay, ChangedOnDisk, NeverSeen,
│                         SidesDiffer
├─ UnreadableInput     5  BadRecord
├─ SourceError         6  RateLimited, Unreachable, TurnedAway, BadReply, Offline
└─ StorageError        7  NotABase, BaseLocked, BaseReadOnly, BaseNewer, BaseOlder, BaseForeign,
                          FileNotWritten
"""


class DiffkbError(Exception):
    """Something a person can do something about: one sentence, and a hint with the next step.

    Attributes:
        code: stable name of the kind of failure, for scripts.
        exit_code: the status the program ends with.
        message: one sentence without a full stop.
        hint: what to type or do next, or None.
        ref: what the person typed that this is about, or None.
        line: the line of the input that this is about, or None.
        place: what was typed and how many characters stand before the trouble, or None.
    """

    code = "error"
    exit_code = 70
    place: tuple[str, int] | None = None

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        ref: str | None = None,
        line: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.ref = ref
        self.line = line


class UsageError(DiffkbError):
    """The command was put wrongly."""

    code = "usage"
    exit_code = 2


class MalformedIdentifier(UsageError):
    """A reference that no source can mean; `why` says what is wrong with it."""

    code = "malformed-identifier"

    def __init__(self, text: str, why: str, *, hint: str | None = None) -> None:
        super().__init__(f"`{text}` is no identifier that diffkb knows: {why}", hint=hint, ref=text)
        self.text = text
        self.why = why


class WrOutOfScale(UsageError):
    """A worth-reading mark outside the document's scale."""

    code = "wr-out-of-scale"

    def __init__(self, wr: int, low: int, high: int) -> None:
        super().__init__(
            f"WR {wr} is not on this list's scale of {low} to {high}",
            hint=f"give a whole number from {low} to {high}, or leave the entry unrated",
        )
        self.wr = wr
        self.low = low
        self.high = high


class BadValue(UsageError):
    """An option's value that cannot be read; the hint says what it may be."""

    code = "bad-value"

    def __init__(self, option: str, value: str, expected: str) -> None:
        message = f"`{value}` does not fit {option}" if value.strip() else f"{option} is empty"
        super().__init__(message, hint=f"{option} takes {expected}")
        self.option = option
        self.value = value
        self.expected = expected


class BadQuery(UsageError):
    """A query cannot be read.

    Attributes:
        query: what was typed.
        at: where in it the trouble begins.
        why: what is wrong there.
    """

    code = "bad-query"

    def __init__(self, query: str, at: int, why: str, *, hint: str | None = None) -> None:
        super().__init__(
            f"the query cannot be read: {why}",
            hint=hint or "`diffkb help query` explains the language",
            ref=query,
        )
        self.query = query
        self.at = at
        self.why = why
        self.place = (query, at)


class BadTemplate(UsageError):
    """A template cannot be read, or asks for what is not there."""

    code = "bad-template"

    def __init__(self, path: str, line: int | None, why: str) -> None:
        where = f", line {line}" if line else ""
        super().__init__(
            f"the template {path}{where}: {why}",
            hint="`diffkb export --help` says what a template sees",
            ref=path,
        )
        self.path = path
        self.line = line
        self.why = why


class BadPattern(UsageError):
    """A regular expression cannot be read."""

    code = "bad-pattern"

    def __init__(self, pattern: str, why: str) -> None:
        super().__init__(
            f"{pattern} is no regular expression: {why}",
            hint="the syntax is that of https://github.com/google/re2/wiki/Syntax",
            ref=pattern,
        )
        self.pattern = pattern
        self.why = why


class UnknownConfigKey(UsageError):
    """A configuration key that does not exist."""

    code = "unknown-config-key"

    def __init__(self, key: str, nearest: list[str], *, where: str | None = None) -> None:
        place = f" in {where}" if where else ""
        near = f"did you mean `{nearest[0]}`?" if nearest else "`diffkb config` lists the keys"
        super().__init__(f"there is no configuration key `{key}`{place}", hint=near)
        self.key = key
        self.nearest = nearest


class NotFoundError(DiffkbError):
    """Something named does not exist."""

    code = "not-found"
    exit_code = 3


class SectionNotFound(NotFoundError):
    """No section of that name; `nearest` holds the likeliest paths."""

    code = "section-not-found"

    def __init__(self, name: str, nearest: list[str], *, can_create: bool = False) -> None:
        hints = []
        if nearest:
            hints.append("nearest: " + ", ".join(f'"{path}"' for path in nearest))
        else:
            hints.append("`diffkb section list` shows the sections")
        if can_create:
            hints.append("--create makes a new one")
        super().__init__(f'there is no section "{name}"', hint="; ".join(hints), ref=name)
        self.name = name
        self.nearest = nearest


class EntryNotFound(NotFoundError):
    """No entry is meant by that reference."""

    code = "entry-not-found"

    def __init__(self, ref: str, document: str | None = None) -> None:
        where = f' of "{document}"' if document else ""
        super().__init__(
            f"no entry{where} is meant by `{ref}`",
            hint=f"`diffkb list{' --document NAME' if document else ''}` shows the entries with "
            "their ids",
            ref=ref,
        )


class DocumentNotFound(NotFoundError):
    """No document of that name."""

    code = "document-not-found"

    def __init__(self, name: str, names: list[str]) -> None:
        listed = ", ".join(f'"{other}"' for other in names) or "none yet"
        super().__init__(f'there is no document "{name}"', hint=f"documents: {listed}", ref=name)
        self.name = name
        self.names = names


class BaseNotFound(NotFoundError):
    """The base that was named does not exist."""

    code = "base-not-found"

    def __init__(self, path: str) -> None:
        quoted = f'"{path}"' if " " in path else path
        super().__init__(
            f"there is no base at {path}",
            hint=f"`diffkb --base {quoted} base init` makes one; so does the first change",
        )
        self.path = path


class BackupNotFound(NotFoundError):
    """The backup that was named does not exist; `known` holds those there are, newest first."""

    code = "backup-not-found"

    def __init__(self, path: str, known: list[str]) -> None:
        newest = f"the newest is {known[0]}; " if known else ""
        super().__init__(
            f"there is no backup {path}",
            hint=f"{newest}`diffkb base backup --list` shows the backups there are",
            ref=path,
        )
        self.path = path
        self.known = known


class UnknownWork(NotFoundError):
    """A source answered that it knows no such work."""

    code = "unknown-work"

    def __init__(self, source: str, ref: str) -> None:
        super().__init__(
            f"{source} knows no paper {ref}", hint="look for a slip in the number", ref=ref
        )
        self.source = source


class NoAddress(NotFoundError):
    """Nothing in the base tells where an entry's page or PDF is; `what` is "page" or "PDF"."""

    code = "no-address"

    def __init__(self, entry_id: int, title: str, what: str) -> None:
        hint = f"`diffkb open {entry_id}` opens its page" if what == "PDF" else None
        super().__init__(
            f'nothing tells where the {what} of {entry_id} "{title}" is',
            hint=hint or f"`diffkb show {entry_id}` tells what is known about it",
            ref=str(entry_id),
        )
        self.what = what


class NoIdentifier(NotFoundError):
    """A PDF in which no work is named."""

    code = "no-identifier"

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path} names no arXiv id or DOI, neither in its metadata nor on its first page",
            hint="give the paper's own id or link instead: `diffkb add ID`",
            ref=path,
        )
        self.path = path


class NothingProposed(NotFoundError):
    """No version of that name is proposed for an entry, or none at all."""

    code = "nothing-proposed"

    def __init__(self, entry_id: int, named: str | None = None) -> None:
        what = f"`{named}` is not proposed" if named else "nothing is proposed"
        super().__init__(
            f"{what} for entry {entry_id}",
            hint=f"`diffkb refresh --proposals {entry_id}` looks for what could be",
            ref=named,
        )
        self.entry_id = entry_id
        self.named = named


class ConflictError(DiffkbError):
    """The request and what is there contradict each other."""

    code = "conflict"
    exit_code = 4


class KeysNotFound(DiffkbError):
    """A paper cites keys that no entry has; what is there was exported."""

    code = "keys-not-found"
    exit_code = 1

    def __init__(self, path: str, keys: list[str]) -> None:
        named = ", ".join(keys)
        super().__init__(
            f"no entry has the key{'s'[: len(keys) != 1]} that {path} cites: {named}",
            hint="`diffkb edit REF key=…` gives an entry another key",
        )
        self.path = path
        self.keys = tuple(keys)


class AmbiguousRef(ConflictError):
    """A reference that means several entries; `candidates` are (id, title) pairs."""

    code = "ambiguous-ref"

    def __init__(self, ref: str, candidates: list[tuple[int, str]]) -> None:
        listed = "; ".join(f"{entry_id} {title}" for entry_id, title in candidates[:5])
        if len(candidates) > 5:  # noqa: PLR2004 - the five that are listed
            listed += f"; and {len(candidates) - 5} more"
        super().__init__(
            f"`{ref}` means {len(candidates)} entries",
            hint=f"name one by its id: {listed}",
            ref=ref,
        )
        self.candidates = candidates


class AmbiguousDocument(ConflictError):
    """A base with several documents and none named."""

    code = "ambiguous-document"

    def __init__(self, names: list[str]) -> None:
        listed = ", ".join(f'"{name}"' for name in names)
        super().__init__(
            f"the base holds {len(names)} documents", hint=f"name one with --document: {listed}"
        )
        self.names = names


class AmbiguousSection(ConflictError):
    """A section name that stands for several sections where one is needed."""

    code = "ambiguous-section"

    def __init__(self, name: str, paths: list[str]) -> None:
        listed = ", ".join(f'"{path}"' for path in paths)
        super().__init__(
            f'"{name}" is the name of {len(paths)} sections',
            hint=f"give one path: {listed}",
            ref=name,
        )
        self.paths = paths


class AmbiguousProposal(ConflictError):
    """Several versions are proposed for an entry, and none is named."""

    code = "ambiguous-proposal"

    def __init__(self, entry_id: int, values: list[str]) -> None:
        listed = ", ".join(f"`{value}`" for value in values)
        super().__init__(
            f"{len(values)} versions are proposed for entry {entry_id}",
            hint=f"name one after the entry: {listed}",
        )
        self.entry_id = entry_id
        self.values = values


class AlreadyImported(ConflictError):
    """The same file, or the same bytes, were imported before."""

    code = "already-imported"

    def __init__(self, path: str, document: str, *, same: str) -> None:
        again = f'`diffkb document rm "{document}"` takes it out, to import it anew'
        edited = "`diffkb sync` takes over what was edited in it; " if same == "path" else ""
        super().__init__(
            f'{path} is already the document "{document}" (the same {same})',
            hint=f"{edited}{again}; --base names another base",
        )
        self.path = path
        self.document = document


class AlreadyThere(ConflictError):
    """A file that would have to be overwritten."""

    code = "already-there"

    def __init__(self, path: str, *, hint: str) -> None:
        super().__init__(f"{path} exists already", hint=hint)
        self.path = path


class BaseNotEmpty(ConflictError):
    """A base that holds, or held, something where a whole one is to be made."""

    code = "base-not-empty"

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path} is not new: a whole base goes into an empty one",
            hint="`diffkb --base NEW.sqlite import FILE` makes one of it",
        )
        self.path = path


class AlreadyOne(ConflictError):
    """Two entries that were to become one work, and are."""

    code = "already-one"

    def __init__(self, first: int, second: int) -> None:
        what = f"entries {first} and {second} are" if first != second else f"entry {first} is"
        super().__init__(
            f"{what} one work already", hint=f"`diffkb split {second}` tells it from the others"
        )
        self.first = first
        self.second = second


class NothingToSplit(ConflictError):
    """An entry that shares its work with no other, and has no identifier that is not its own."""

    code = "nothing-to-split"

    def __init__(self, entry_id: int) -> None:
        super().__init__(
            f"entry {entry_id} is a work of its own already",
            hint=f"`diffkb show {entry_id}` shows what belongs to it",
        )
        self.entry_id = entry_id


class OtherDocument(ConflictError):
    """Entries of two lists where those of one were needed."""

    code = "other-document"

    def __init__(self, entry_id: int, other_id: int) -> None:
        super().__init__(
            f"entries {entry_id} and {other_id} stand in different lists",
            hint=f"`diffkb copy {entry_id} --document NAME` lists it in another one too",
        )
        self.entry_id = entry_id
        self.other_id = other_id


class IdentifierTaken(ConflictError):
    """An identifier that another work has; `holder` is an entry of it."""

    code = "identifier-taken"

    def __init__(self, identifier: str, holder: int, title: str, entry_id: int) -> None:
        super().__init__(
            f'{identifier} is that of entry {holder} "{title}"',
            hint=f"`diffkb merge {holder} {entry_id}` if the two are one work",
            ref=identifier,
        )
        self.identifier = identifier
        self.holder = holder
        self.title = title


class KeyTaken(ConflictError):
    """A citation key that another entry has."""

    code = "key-taken"

    def __init__(self, key: str, holder: int, title: str) -> None:
        super().__init__(
            f'`{key}` is the key of entry {holder} "{title}"', hint="choose another key", ref=key
        )
        self.key = key
        self.holder = holder


class ChangedMeanwhile(ConflictError):
    """An entry whose Markdown was changed while it was open in an editor."""

    code = "changed-meanwhile"

    def __init__(self, entry_id: int) -> None:
        super().__init__(
            f"entry {entry_id} was changed while it was open in the editor",
            hint=f"`diffkb edit {entry_id}` opens it as it is now",
            ref=str(entry_id),
        )


class SectionExists(ConflictError):
    """A section of that name stands there already; `path` is its path."""

    code = "section-exists"

    def __init__(self, path: str) -> None:
        super().__init__(
            f'there is a section "{path}" already', hint="choose another name", ref=path
        )
        self.path = path


class SectionInside(ConflictError):
    """A section that would have to stand inside itself."""

    code = "section-inside"

    def __init__(self, path: str, parent: str) -> None:
        inside = "is the section itself" if path == parent else f'stands inside "{path}"'
        super().__init__(
            f'"{parent}" {inside}',
            hint="name another section, or / for the top of the document",
            ref=path,
        )
        self.path = path
        self.parent = parent


class CannotWrite(ConflictError):
    """The list's form cannot hold a value, or the edit would change how its neighbours read."""

    code = "cannot-write"

    def __init__(self, field: str, why: str, *, hint: str | None = None) -> None:
        super().__init__(
            f"the list cannot hold this {field}: {why}", hint=hint or f"choose another {field}"
        )
        self.field = field
        self.why = why


class YearInHeading(CannotWrite):
    """The year is that of the heading above, and there is no heading of the one that is wanted."""

    def __init__(self) -> None:
        super().__init__(
            "year",
            "years stand in headings here, and there is none of that year",
            hint="`diffkb move REF --section NAME` moves it to where there are such headings",
        )


class NothingToUndo(ConflictError):
    """Fewer steps than that can be undone; what came with the base is never undone."""

    code = "nothing-to-undo"

    def __init__(self, wanted: int, possible: int) -> None:
        if possible:
            steps = f"{possible} step{'' if possible == 1 else 's'}"
            message, hint = f"only {steps} can be undone, not {wanted}", f"`diffkb undo {possible}`"
        else:
            message, hint = "nothing was done here that could be undone", "`diffkb log`"
        super().__init__(message, hint=f"{hint} {'undoes all' if possible else 'shows what was'}")
        self.wanted = wanted
        self.possible = possible


class NothingToRedo(ConflictError):
    """Fewer undos than that can be taken back: only those since the last change can.

    Attributes:
        wanted: how many were to be.
        possible: how many can.
        since: the step, and what it did, that was done after the last undo; else None.
    """

    code = "nothing-to-redo"

    def __init__(self, wanted: int, possible: int, since: tuple[int, str] | None = None) -> None:
        if possible:
            undos = f"{possible} undo{'' if possible == 1 else 's'}"
            message = f"only {undos} can be taken back, not {wanted}"
            hint = f"`diffkb redo {possible}` takes back all"
        elif since:
            message = f"since the last undo, step {since[0]} was done: {since[1]}"
            hint = "only what was undone last can be done again; `diffkb log` shows all steps"
        else:
            message, hint = "nothing is undone", "`diffkb undo` undoes the last step"
        super().__init__(message, hint=hint)
        self.wanted = wanted
        self.possible = possible
        self.since = since


class StepNotFound(NotFoundError):
    """There is no step of that id."""

    code = "step-not-found"

    def __init__(self, step_id: int) -> None:
        super().__init__(
            f"there is no step {step_id}",
            hint="`diffkb log` lists the steps",
            ref=str(step_id),
        )
        self.step_id = step_id


class CannotUndo(ConflictError):
    """A step that is undone already, or came with the base."""

    code = "cannot-undo"

    def __init__(self, step_id: int, why: str, *, hint: str | None = None) -> None:
        super().__init__(
            f"step {step_id} {why}",
            hint=hint or "`diffkb log` tells which steps are undone",
            ref=str(step_id),
        )
        self.step_id = step_id
        self.why = why


class StepsInTheWay(ConflictError):
    """A step that others touched too; `steps` are their (id, summary) pairs.

    They were done later, or they are undone while the step builds on them.
    """

    code = "steps-in-the-way"

    def __init__(self, step_id: int, why: str, steps: list[tuple[int, str]], *, hint: str) -> None:
        listed = "; ".join(f"{one} {summary}" for one, summary in steps[:5])
        if len(steps) > 5:  # noqa: PLR2004 - the five that are listed
            listed += f"; and {len(steps) - 5} more"
        super().__init__(f"step {step_id} {why}: {listed}", hint=hint, ref=str(step_id))
        self.step_id = step_id
        self.steps = steps


class ChangedOnDisk(ConflictError):
    """A file that holds what diffkb neither wrote there nor read from it."""

    code = "changed-on-disk"

    def __init__(self, path: str, *, seen: bool, hint: str) -> None:
        what = "was edited since diffkb saw it last" if seen else "exists, and diffkb never saw it"
        super().__init__(f"{path} {what}", hint=hint, ref=path)
        self.path = path
        self.seen = seen


class NeverSeen(ConflictError):
    """A file of which nothing tells which document it is."""

    code = "never-seen"

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path} was neither imported nor exported",
            hint="`diffkb import` makes a new document of it; --document NAME says which it is",
            ref=path,
        )
        self.path = path


class SidesDiffer(ConflictError):
    """A list and its file, in which the same was changed differently.

    Attributes:
        conflicts: what was, and where.
    """

    code = "sides-differ"

    def __init__(self, path: str, conflicts: tuple[object, ...]) -> None:
        count = len(conflicts)
        things = "1 thing was" if count == 1 else f"{count} things were"
        super().__init__(
            f"{things} changed differently in the base and in {path}; both are as they were",
            hint="edit one side, or let one win: --prefer base, --prefer file",
            ref=path,
        )
        self.path = path
        self.conflicts = conflicts


class UnreadableInput(DiffkbError):
    """A file or stream that cannot be read."""

    code = "unreadable-input"
    exit_code = 5

    def __init__(self, path: str, why: str, *, hint: str | None = None) -> None:
        super().__init__(
            f"{path} cannot be read: {why}", hint=hint or "check the path and its permissions"
        )
        self.path = path
        self.why = why


class NotAgreed(DiffkbError):
    """A person was asked, and said no."""

    code = "not-agreed"
    exit_code = 1

    def __init__(self) -> None:
        super().__init__("nothing was changed")


class BadRecord(UnreadableInput):
    """One record of a file that cannot be taken; the others can."""

    code = "bad-record"

    def __init__(self, path: str, line: int, why: str) -> None:
        super().__init__(f"line {line} of {path}", why, hint="mend the line and import it again")
        self.line = line


class Interrupted(DiffkbError):
    """Interrupted by a person before it came to this."""

    code = "interrupted"
    exit_code = 130

    def __init__(self, ref: str | None = None) -> None:
        super().__init__(
            "interrupted before a source was asked about it",
            hint="the same command goes on: what was answered is not asked for again",
            ref=ref,
        )


class SourceError(DiffkbError):
    """A source of metadata could not be asked, or did not answer usably."""

    code = "source"
    exit_code = 6

    def __init__(self, source: str, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint or "`diffkb refresh` tries again later")
        self.source = source


class RateLimited(SourceError):
    """A source asked for fewer requests, and still did after all tries."""

    code = "rate-limited"

    def __init__(self, source: str) -> None:
        super().__init__(source, f"{source} is limiting requests; this is not a wrong id")


class Unreachable(SourceError):
    """A source could not be reached, or is out of order."""

    code = "unreachable"

    def __init__(self, source: str, why: str) -> None:
        super().__init__(source, f"{source} cannot be reached now: {why}")
        self.why = why


class TurnedAway(Unreachable):
    """A source that is known to turn programs away did so: asking again soon would not help."""

    code = "turned-away"
    WORDS = "it turns programs away"

    def __init__(self, source: str, status: int) -> None:
        super().__init__(source, f"{self.WORDS} (status {status})")
        self.status = status


class BadReply(SourceError):
    """A source answered with something that is no answer."""

    code = "bad-reply"

    def __init__(self, source: str, why: str) -> None:
        super().__init__(source, f"{source} sent an answer that cannot be used: {why}")
        self.why = why


class Offline(SourceError):
    """The network was not to be used."""

    code = "offline"

    def __init__(self, source: str) -> None:
        super().__init__(
            source,
            f"{source} was not asked: diffkb is offline",
            hint="leave out --offline or DIFFKB_OFFLINE; `diffkb refresh` completes the entry",
        )


class StorageError(DiffkbError):
    """The base cannot be used as it is."""

    code = "storage"
    exit_code = 7


class NotABase(StorageError):
    """A file that is no SQLite database, is damaged, or is another program's."""

    code = "not-a-base"

    def __init__(self, path: str, why: str) -> None:
        super().__init__(
            f"{path} is not a diffkb base: {why}",
            hint="name another with --base, or restore a copy: `diffkb base doctor` tells of them",
        )
        self.path = path
        self.why = why


class BaseLocked(StorageError):
    """Another program kept the base locked for longer than diffkb waits."""

    code = "base-locked"

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path} is locked by another program",
            hint="wait for it to finish, then run the command again; nothing was changed",
        )
        self.path = path


class BaseReadOnly(StorageError):
    """The base cannot be written where it lies."""

    code = "base-read-only"

    def __init__(
        self, path: str, why: str = "it cannot be written", *, hint: str | None = None
    ) -> None:
        super().__init__(
            f"{path} is read-only: {why}",
            hint=hint or "copy it to a place of your own and name that with --base",
        )
        self.path = path


class BaseNewer(StorageError):
    """The base was written by a newer diffkb."""

    code = "base-newer"

    def __init__(self, path: str, found: str, expected: str) -> None:
        super().__init__(
            f"{path} has revision {found}; this diffkb knows {expected} and older ones",
            hint="upgrade diffkb",
        )
        self.path = path
        self.found = found
        self.expected = expected


class BaseOlder(StorageError):
    """The base has an older revision and cannot be upgraded where it lies."""

    code = "base-older"

    def __init__(self, path: str, found: str, expected: str) -> None:
        super().__init__(
            f"{path} has revision {found}, and {expected} is needed",
            hint=f"`diffkb --base {path} base upgrade` from a place where it can be written",
        )
        self.path = path
        self.found = found
        self.expected = expected


class BaseForeign(StorageError):
    """A base that holds triggers, views or tables that are not diffkb's."""

    code = "base-foreign"

    def __init__(self, path: str, objects: list[str]) -> None:
        super().__init__(
            f"{path} holds what diffkb did not make: {', '.join(objects)}",
            hint="open it only if you trust it; remove these with the sqlite3 program first",
        )
        self.path = path
        self.objects = objects


class FileNotWritten(StorageError):
    """A file that cannot be written; it is as it was."""

    code = "file-not-written"

    def __init__(self, path: str, why: str, *, full: bool = False) -> None:
        other = "check its folder and its permissions, or name another file"
        super().__init__(
            f"{path} cannot be written: {why[:1].lower()}{why[1:]}",
            hint="make room, and try again" if full else other,
            ref=path,
        )
        self.path = path
        self.why = why
