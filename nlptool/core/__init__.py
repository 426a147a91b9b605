"""What every task stands on: text in, tokens, ids, vectors, model files."""
