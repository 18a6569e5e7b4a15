"""OBSERVE: caches and samplers, through ports; one frozen `Facts` per tick."""
