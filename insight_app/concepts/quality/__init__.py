"""How good a dictionary is: reconstruction beside baselines, names and relations by a taxonomy."""
