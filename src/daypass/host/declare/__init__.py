"""Accounts as a file says they should be: ``daypass apply`` and ``daypass export``.

A file is read and held to its schema (``reading``, ``form``), compared with what the
store holds in the same form (``present``), which gives a plan of changes (``plan``), and
carried out in one transaction for each account.
"""

from daypass.host.declare.form import AccountForm, Declaration
from daypass.host.declare.plan import Plan, apply, declare, make_plan, plan, rehearse
from daypass.host.declare.reading import parse, read
from daypass.host.declare.source import DeclarationError
from daypass.host.declare.writing import write

__all__ = [
    "AccountForm",
    "Declaration",
    "DeclarationError",
    "Plan",
    "apply",
    "declare",
    "make_plan",
    "parse",
    "plan",
    "read",
    "rehearse",
    "write",
]
