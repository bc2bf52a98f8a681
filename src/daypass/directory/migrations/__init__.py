"""Alembic migrations of the directory's tables; run by :mod:`daypass.directory.opening`."""
