"""The record of decisions: one JSON line each, in a rotating file."""
