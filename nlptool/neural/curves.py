"""Paint the curves of a fitting. With `w2v/png.py` the only module that loads matplotlib."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

_SKIPPED = ("epoch", "rate")


def paint(history: Sequence[Mapping[str, Any]]) -> bytes:
    """Return a PNG with one small diagram for the loss and one for each measure.

    Args:
        history: as in `fit.Fitted`; at least one epoch.
    """
    names = [name for name in history[0] if name not in _SKIPPED]
    # A user's own matplotlibrc must not change the picture.
    with mpl.rc_context():
        mpl.rcdefaults()
        figure = Figure(figsize=(3.2 * len(names), 2.6), layout="constrained")
        for number, name in enumerate(names):
            axes = figure.add_subplot(1, len(names), number + 1)
            axes.plot([row["epoch"] for row in history], [row[name] for row in history], marker=".")
            axes.set_title(name, fontsize=10)
            axes.set_xlabel("epoch", fontsize=8)
            axes.tick_params(labelsize=8)
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.grid(alpha=0.3)
        image = BytesIO()
        # The name of the software would bring its version into the bytes.
        FigureCanvasAgg(figure).print_png(image, metadata={"Software": None})
    return image.getvalue()
