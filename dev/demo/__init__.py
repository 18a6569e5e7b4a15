"""`make demo`: three go-lives on a real cluster under real load, measured against what is promised."""
