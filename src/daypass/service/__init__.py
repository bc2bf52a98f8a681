"""The service kit: what an author of a service imports, and the pipeline that serves it."""
