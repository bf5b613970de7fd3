"""The demo city: a small invented neighbourhood with the cases that a catalog of a city's images has to master."""
