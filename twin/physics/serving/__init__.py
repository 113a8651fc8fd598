"""Serving request by request: continuous batching on replicas, compiled, and its fluid form."""
