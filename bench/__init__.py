"""Benchmarks: daypass beside its server's own ceiling and beside its peers. ``python -m bench --help``."""
