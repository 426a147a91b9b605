"""Whatever started the tests, they begin as a user's shell would have them, and repeat."""

import os
import signal

from hypothesis import settings

# Under nohup and some schedulers SIGHUP is ignored, and every child would inherit that.
if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

# A red build speaks of the change, so the examples are the same each time; look for new ones
# with HYPOTHESIS_PROFILE=explore. Compiling a kernel takes seconds: no test has a deadline.
settings.register_profile("repeat", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeat"))
