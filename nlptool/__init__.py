"""nlptool: natural language processing, mainly Chinese, at the command line."""

__version__ = "0.1.0"
