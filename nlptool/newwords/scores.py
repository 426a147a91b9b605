"""How good a list of words is: precision, recall, average precision against a gold list."""
