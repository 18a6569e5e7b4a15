"""What developers run: clusters, demo, generators. The operator never imports it."""
