"""The directory: accounts, users, groups, keys, roles, policies, and their store.

Start at :class:`daypass.directory.database.Database`. Records are in
:mod:`~daypass.directory.records`, errors in :mod:`~daypass.directory.errors`, what an
authorization decision asks for in :mod:`~daypass.directory.lookups`.
"""
