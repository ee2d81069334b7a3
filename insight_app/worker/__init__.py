"""The worker: one resident process that owns encoder, dictionary and device.

It answers requests, one JSON object a line, on its input. Its messages go, one a line, to a copy of
its standard output, while file descriptor 1 itself points at standard error, since libraries print.
Knows nothing of windows. Ends when its input closes.

Request: {"id", "do": a name in `requests`, or cancel, ...}. Reply: {"id", "kind": progress |
added | result | error}. Messages that answer no request: {"kind": "hello" | "device" | "published"
| "notice"}. An error is the world's fault or a refusal ("world" | "refusal", see
`insight_app.errors`: what, where, kept, do) or a "bug" (what, trace). Arrays travel as .npz files
that live as long as the worker. Analyzing and changing folders go one after the other; all other
requests are short and are answered between two batches of analyzing.
"""
