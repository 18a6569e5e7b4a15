"""GoLive: moves real traffic between two standing Deployments, step by step, and goes back on a breach."""
