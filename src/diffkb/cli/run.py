"""What every command is given: the base, the configuration, and how to answer."""

from __future__ import annotations

import os
import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from diffkb.cli.render import messages

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from httpx import BaseTransport

    from diffkb.cli.render.envelope import Status
    from diffkb.errors import DiffkbError
    from diffkb.paths import BaseChoice
    from diffkb.services.configuration import Configuration
    from diffkb.services.opening import Progress
    from diffkb.sources.http import Door
    from diffkb.sources.pace import Clock


class Run:
    """One call of the program. What takes time to find out is found out when first asked for.

    Attributes:
        environ: the environment.
        command: the words of the command that was recognised, such as "section list"; None
            until one was.
        words: what stands after the program's name.
        base_option: what `--base` was given, or None.
        color_option: what `--color` was given, or None.
        json: whether the answer is one JSON object.
        quiet: whether only data that was asked for, warnings and errors are said.
        verbose: whether to say more.
        debug: whether a failure shows its traceback.
        offline_option: whether `--offline` was given.
        no_pager: whether `--no-pager` was given.

    Args:
        environ: the environment.
        transport: takes the place of the network in tests.
        clock: takes the place of the system's time towards the network in tests.
    """

    def __init__(
        self,
        environ: Mapping[str, str] = os.environ,
        *,
        transport: BaseTransport | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.environ = environ
        self._transport = transport
        self._clock = clock
        self.command: str | None = None
        self.words: Sequence[str] = ()
        self.base_option: str | None = None
        self.color_option: str | None = None
        self.json = False
        self.quiet = False
        self.verbose = False
        self.debug = False
        self.offline_option = False
        self.no_pager = False

    @cached_property
    def base(self) -> BaseChoice:
        """The base that is meant, and why.

        Raises:
            BadValue: `--base` or `DIFFKB_BASE` holds no path.
        """
        from diffkb.paths import choose_base

        try:
            here = Path.cwd()
        except FileNotFoundError:
            # The folder was deleted meanwhile: no checkout is around it.
            here = Path("/")
        return choose_base(self.base_option, self.environ, here)

    @cached_property
    def configuration(self) -> Configuration:
        """What the configuration file and the environment say.

        Raises:
            UnreadableInput, UnknownConfigKey, BadValue: as `load_configuration` says.
        """
        from diffkb.paths import config_file
        from diffkb.services.configuration import load_configuration

        return load_configuration(config_file(self.environ), self.environ)

    def saved_queries(self, query: Iterable[str]) -> Mapping[str, str]:
        """Returns the saved queries by name; without a look at the file where none is named."""
        return dict(self.configuration.queries) if "@" in "".join(query) else {}

    @property
    def offline(self) -> bool:
        """Whether the network is not to be used."""
        return self.offline_option or self.configuration.offline

    @property
    def terminal(self) -> bool:
        """Whether standard output is a terminal."""
        return sys.stdout is not None and sys.stdout.isatty()

    @property
    def color(self) -> bool:
        """Whether standard output gets colour: option, then environment, file, default."""
        choice = self.color_option or self.configuration.color
        return messages.colored(choice, sys.stdout, self.environ)

    @property
    def color_of_messages(self) -> bool:
        """Whether standard error gets colour; the file is not asked, it may be what is wrong."""
        choice = self.color_option or self.environ.get("DIFFKB_COLOR") or "auto"
        return messages.colored(choice, sys.stderr, self.environ)

    def warn(self, text: str) -> None:
        """Says on standard error what may be wrong."""
        messages.say("warning", text, color=self.color_of_messages)

    def hint(self, text: str) -> None:
        """Says on standard error what to type next, unless quiet."""
        if not self.quiet:
            messages.say("hint", text, color=self.color_of_messages)

    def say(self, text: str) -> None:
        """Says on standard error what is going on, unless quiet."""
        if not self.quiet:
            messages.say("", text)

    def print_or_say(self, text: str) -> None:
        """Says a thing as data on standard output, unless a JSON object stands there."""
        if self.json:
            self.say(text)
        else:
            print(messages.printable(text))

    def print_done(self, text: str, *, dry_run: bool = False) -> None:
        """Says what was done, unless quiet; of a dry run what would be: that was asked for."""
        if dry_run or not self.quiet:
            self.print_or_say(text)

    def progress(self, what: str) -> AbstractContextManager[Progress]:
        """Gives a function that shows how many of how many are done, where somebody watches.

        Args:
            what: what is being done, in a word or two.
        """
        from diffkb.cli.render.progress import progress_bar

        return progress_bar(what, quiet=self.quiet, color=self.color_of_messages)

    def open_door(self, *, refetch: bool = False) -> Door:
        """Returns the one way to the network, as the configuration and the options have it.

        Args:
            refetch: whether answers of the last day are asked for again.
        """
        from diffkb.paths import cache_folder, pace_folder
        from diffkb.sources.cache import Cache
        from diffkb.sources.http import Door

        folder = self.configuration.cache or cache_folder(self.environ)
        return Door(
            user_agent_contact=self.configuration.contact,
            patience=self.configuration.patience,
            pace_folder=pace_folder(self.environ),
            offline=self.offline,
            cache=Cache(folder, refetch=refetch),
            transport=self._transport,
            clock=self._clock,
        )

    def answer(
        self,
        data: Any,
        *,
        errors: Iterable[DiffkbError] = (),
        status: Status | None = None,
        exit_code: int = 0,
    ) -> int:
        """Writes the JSON object of this command, and returns the status to end with.

        Args:
            data: what goes under "data".
            errors: what goes under "errors".
            status: "ok", "partial" or "error", where the outcome alone does not tell.
            exit_code: the status the program is to end with.
        """
        from diffkb.cli.render.envelope import write_envelope

        write_envelope(self.command, data, errors=errors, status=status, exit_code=exit_code)
        return exit_code

    def report(self, error: DiffkbError) -> None:
        """Says an error on standard error: one of several items failed, the others go on."""
        messages.say_error(error, color=self.color_of_messages, hint=not self.quiet)
