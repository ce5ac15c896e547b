"""Plain Python about papers and lists: no files, no network, no third-party package."""
