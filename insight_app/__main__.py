"""`python -m insight_app` is the program insight-app."""

from insight_app.cli import main

if __name__ == "__main__":
    main()
