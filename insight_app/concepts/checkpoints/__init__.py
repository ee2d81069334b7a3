"""Checkpoints of other people and their training programs, read as data.

`reading` opens a file of any known kind, `unwrapping` finds the wanted weights in it, `places`
finds the file in the folder of a training run. Below them: `kinds` (what a file is), `torch_files`,
`safetensors_files`, `zip_records` (where its parts lie), `pickles` and `calls` (a pickle without
running it), `storages` (tensors before they are made). Nothing that a file brings is ever imported
or run, and no size is believed before it is compared with the bytes that there are. Importing this
package, `places` and `kinds` needs no torch.
"""
