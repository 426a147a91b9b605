"""Conditional random fields: cut text into words, find entities, label any sequence."""
