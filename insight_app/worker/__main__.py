"""`python -m insight_app.worker` runs the worker."""

import sys

from insight_app.worker.loop import main

if __name__ == "__main__":
    sys.exit(main())
