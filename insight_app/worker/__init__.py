"""The worker: one resident process that owns encoder, dictionary and device.

It answers requests, one JSON object a line, on its input; what it says goes, a line each, to a copy
of its standard output, while file descriptor 1 itself points at standard error, since libraries
print. Knows nothing of windows. Ends when its input closes.

Request: {"id", "do": a name in `requests`, or cancel, ...}. Reply: {"id", "kind": progress |
result | error}; besides {"kind": "hello" | "device" | "published" | "notice"}, asked by none.
An error is the world's fault or a refusal ("world" | "refusal", see `insight_app.errors`: what,
where, kept, do) or a "bug" (what, trace). Arrays travel as .npz files that live as long as the
worker. All but analyzing is short and is answered between two batches of it.
"""
