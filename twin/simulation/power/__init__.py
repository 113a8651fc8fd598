"""Power: who is live, what flows, batteries, generators and protection."""
