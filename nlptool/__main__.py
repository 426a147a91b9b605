"""Run the command line as `python -m nlptool`."""

from nlptool.cli.app import main

if __name__ == "__main__":
    main()
