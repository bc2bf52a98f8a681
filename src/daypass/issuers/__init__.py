"""Fetching what issuers publish, and checking what callers present with it, apart from the event loop.

The issuers are strangers: an account registers a URL, and anybody may make the server ask
there. So a fetch has one deadline for everything, reads no more than it needs, follows
nothing, connects to public addresses only unless told otherwise, and few run at a time.
"""
