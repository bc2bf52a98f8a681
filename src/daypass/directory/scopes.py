"""The names of what a change touches.

A write notes the scopes it touched; an answer of :mod:`daypass.directory.lookups`
names the scopes it rests on. An answer is stale exactly when the two meet.
"""

from __future__ import annotations


def access_key(access_key_id: str) -> str:
    """Return the scope of one AccessKey: its existence, state and secret."""
    return f"key:{access_key_id}"


def account(account_id: str) -> str:
    """Return the scope of an account: its existence and alias."""
    return f"account:{account_id}"


def settings(account_id: str) -> str:
    """Return the scope of an account's settings: policies and preferences."""
    return f"settings:{account_id}"


def user(user_id: str) -> str:
    """Return the scope of a user: name, existence, memberships, own attachments."""
    return f"user:{user_id}"


def console_session(digest: str) -> str:
    """Return the scope of one console session: its existence and when it was last used."""
    return f"console_session:{digest}"


def group(group_id: str) -> str:
    """Return the scope of a group: name, existence, attachments."""
    return f"group:{group_id}"


def role(role_id: str) -> str:
    """Return the scope of a role: existence, trust policy, settings, attachments."""
    return f"role:{role_id}"


def role_name(account_id: str, name: str) -> str:
    """Return the scope of what role, if any, has a name; case does not count."""
    return f"rolename:{account_id}/{name.lower()}"


def oidc_provider(account_id: str, name: str) -> str:
    """Return the scope of what OIDC provider, if any, has a name; case does not count."""
    return f"oidc_provider:{account_id}/{name.lower()}"


def saml_provider(account_id: str, name: str) -> str:
    """Return the scope of what SAML provider, if any, has a name; case does not count."""
    return f"saml_provider:{account_id}/{name.lower()}"


def policy(owner: str, name: str) -> str:
    """Return the scope of a policy's text in force; ``owner`` is an account id or ``system``."""
    return f"policy:{owner}/{name}"


def resource_group(resource_group_id: str) -> str:
    """Return the scope of a resource group and of what is in it."""
    return f"resource_group:{resource_group_id}"


def membership(account_id: str) -> str:
    """Return the scope of whether an account is in a resource directory, and in which."""
    return f"membership:{account_id}"


def resource_directory(directory_id: str) -> str:
    """Return the scope of a resource directory: its folders, members and control policies."""
    return f"resource_directory:{directory_id}"


def tags(account_id: str) -> str:
    """Return the scope of which tags are carried under which names in an account."""
    return f"tags:{account_id}"


def token_keys() -> str:
    """Return the scope of the token ring."""
    return "token_keys"
