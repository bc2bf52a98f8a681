"""Whole servers, measured over HTTP."""
