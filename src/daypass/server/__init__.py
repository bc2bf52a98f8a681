"""The HTTP shell around the pipeline."""
