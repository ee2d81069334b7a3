"""The decoding process: one photo after the other, with limits, by readers that may crash.

Started by `photos.apart`. It gets a photo as a line of JSON (see `DecodingRequest`) and its bytes;
it answers with a line of JSON and the pixels. Damaged files are read as far as they go. Knows
nothing of projects, encoders and windows.
"""
