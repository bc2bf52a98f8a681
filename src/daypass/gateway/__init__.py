"""The gateway: enforcement in front of services that daypass does not implement.

A request is authenticated in its own protocol, what it has to be authorized for follows from
the description of its service (:mod:`daypass.descriptions`), the same evaluator decides that
decides for daypass's own operations, and what is allowed goes on to the service without the
caller's credentials, with a signed statement of who calls.
"""
