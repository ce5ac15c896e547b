"""A reading list that is a database, and given back as the Markdown it came from."""

from __future__ import annotations

__all__ = ["__version__"]


def __getattr__(name: str) -> str:
    """Returns what is loaded when first asked for: importlib.metadata takes longer than a query.

    Raises:
        AttributeError: the package has no such name.
    """
    if name == "__version__":
        from importlib.metadata import PackageNotFoundError, version

        try:
            return version("diffkb")
        except PackageNotFoundError:
            # Run from a checkout that was never installed.
            return "0+unknown"
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
