"""The data book of the Levant model: what tools/levant_data.py is made of. Standard library only."""
