"""New words and domain terms from raw text, without labels or a dictionary."""
