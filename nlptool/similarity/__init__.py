"""Which sentences mean the same: pairs scored, groups found, files searched."""
