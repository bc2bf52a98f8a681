"""``python -m tools.reference``: writes what is generated from the declarations.

That is every page of ``docs/reference/`` and the command line's ``listing.json``. A test
makes them again and compares.
"""

from __future__ import annotations

from tools.reference.files import generated


def main() -> None:
    """Write every generated file, and remove pages that are none any more."""
    files = generated()
    for path in next(iter(files)).parent.glob("*.md"):
        if path not in files:
            path.unlink()
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
        print(path)


if __name__ == "__main__":
    main()
