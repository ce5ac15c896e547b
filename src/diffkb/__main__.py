"""`python -m diffkb`, the same as `diffkb`."""

from diffkb.cli.app import main

if __name__ == "__main__":
    main()
