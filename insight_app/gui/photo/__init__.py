"""The photo on its stage: zoom, overlay, legend, and what the model found in it."""
