"""Dense CLIP: MaskCLIP and CLIP-DINOiser on open_clip's towers (METHOD.md, section 1).

`maskclip` and `clip_dinoiser` are what the registry loads. Knows nothing of where a person keeps
weights.
"""
