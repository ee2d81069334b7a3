"""Photos: one on its stage with overlay and legend, all of them as thumbnails."""
