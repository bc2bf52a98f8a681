"""Authorization: who a caller is in terms of policies, and what these decide.

``views`` caches what decisions need and keeps it fresh; ``principal`` says which
policies and names a caller has; ``authorize`` decides with :mod:`daypass.policy`;
``denial`` turns a refusal into RAM's own error.
"""
