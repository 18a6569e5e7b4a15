module golive.dev/dev/pause

go 1.24.0
