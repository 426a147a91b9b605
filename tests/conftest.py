"""Whatever started the tests, they begin as a user's shell would have them."""

import signal

# Under nohup and some schedulers SIGHUP is ignored, and every child would inherit that.
if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
