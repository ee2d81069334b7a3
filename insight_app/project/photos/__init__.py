"""Photos as people have them: finding, decoding, thumbnails. Knows no project and no encoder."""
