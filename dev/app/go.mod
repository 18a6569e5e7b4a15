module golive.dev/demo-app

go 1.24.0
