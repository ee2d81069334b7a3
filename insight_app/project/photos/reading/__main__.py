"""`python -m insight_app.project.photos.reading` decodes photos for the process that started it."""

import sys

from insight_app.project.photos.reading.loop import main

if __name__ == "__main__":
    sys.exit(main())
