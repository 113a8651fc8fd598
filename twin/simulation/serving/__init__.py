"""Serving: pools of replicas under a stream of requests."""
