"""Whatever started the tests, they begin as a user's shell would have them, and repeat."""

import os
import signal

from hypothesis import settings

from nlptool.core.cache import kernels_folder, private_folder

# Under nohup and some schedulers SIGHUP is ignored, and every child would inherit that.
if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

# Compiling takes most of the time: what the tests compile is what commands compile, so it is done
# once, and kept where commands keep it.
if "NUMBA_CACHE_DIR" not in os.environ and (folder := private_folder()):
    os.environ["NUMBA_CACHE_DIR"] = str(kernels_folder(folder))

# A red build speaks of the change, so the examples are the same each time; look for new ones
# with HYPOTHESIS_PROFILE=explore. Compiling a kernel takes seconds: no test has a deadline.
settings.register_profile("repeat", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeat"))
