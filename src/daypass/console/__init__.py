"""The web console: pages rendered here, a client of the catalogue like any other.

Light to import: the server does it at start. What pages need is imported when the first
one is asked for; see :mod:`daypass.console.front`.
"""
