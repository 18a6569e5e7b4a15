"""How long real requests fail when a release turns bad at 25 %, measured as the peers were: the same load and interval."""
