"""The command line: the only room that parses options, prints and exits."""
