"""The policy evaluator as a library, beside other engines."""
