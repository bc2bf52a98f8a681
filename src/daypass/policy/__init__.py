"""RAM's policy language: documents, the compiled evaluator, explanation, policy tests, lint.

Pure: text and values in, values out. Start reading in :mod:`daypass.policy.evaluate`,
which holds the order of evaluation; each other module holds one idea.

>>> document = parse(
...     '{"Version": "1", "Statement": [{"Effect": "Allow", "Action": "iot:Query*", "Resource": "*"}]}',
...     DocumentKind.IDENTITY,
... )
>>> reader = PolicySet.compile([AttachedPolicy("reader", "Custom", "v1", document)])
>>> decide(Layers(identity=reader), Request("iot:QueryProduct", "*")).outcome.value
'allow'
"""

from daypass.policy.compiled import AttachedPolicy, PolicySet
from daypass.policy.conceive import conceivable
from daypass.policy.decision import POLICY_TYPES, Decision, Layer, Layers, Outcome, Reason, Request
from daypass.policy.document import Condition, Document, DocumentKind, Statement, parse
from daypass.policy.errors import MalformedDocument, TooLong
from daypass.policy.evaluate import decide
from daypass.policy.explain import NearMiss, asked, explain
from daypass.policy.lint import Finding, check_document
from daypass.policy.principals import (
    provider_principals,
    role_principals,
    service_principals,
    user_principals,
)
from daypass.policy.suite import CaseResult, MalformedSuite, SuiteResult, run_suite

__all__ = [
    "POLICY_TYPES",
    "AttachedPolicy",
    "CaseResult",
    "Condition",
    "Decision",
    "Document",
    "DocumentKind",
    "Finding",
    "Layer",
    "Layers",
    "MalformedDocument",
    "MalformedSuite",
    "NearMiss",
    "Outcome",
    "PolicySet",
    "Reason",
    "Request",
    "Statement",
    "SuiteResult",
    "TooLong",
    "asked",
    "check_document",
    "conceivable",
    "decide",
    "explain",
    "parse",
    "provider_principals",
    "role_principals",
    "run_suite",
    "service_principals",
    "user_principals",
]
