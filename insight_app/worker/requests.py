"""The worker's answers: each method is a request of its name. Arrays go out as files.

Knows the project and the science; nothing of lines and queues.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from insight_app.concepts.progress import CancelToken
from insight_app.errors import KnownError, Refusal
from insight_app.worker.loaded_models import LoadedModels, memory
from insight_app.worker.pace import Estimate
from insight_app.worker.segmenting import Segmenting

if TYPE_CHECKING:
    from insight_app.concepts.encoders import DenseEncoder
    from insight_app.concepts.hsae.description import UnsetThreshold
    from insight_app.concepts.statistics.composite_codes import CompositeCodes
    from insight_app.project.analysis.encoder import Load
    from insight_app.project.analysis.folders.changing import Changed
    from insight_app.project.check.repair import Repaired
    from insight_app.project.explaining.classification import Classification

PROGRESS_SECONDS = 0.2
FILES_KEPT = 16
"""Answers in files: of those that were asked before these nobody waits any more."""
LONG = (
    "analyze",
    "name",
    "remove_folders",
    "put_back_folders",
    "move_folder",
    "check",
    "repair",
    "quality",
    "classify",
    "cues",
    "zero_shot",
    "segment",
    "released_probe",
    "unexplained",
    "count",
)
"""All others are answered between two batches of analyzing."""
Request = dict[str, Any]


class Client(Protocol):
    """Whoever sent a request: gets messages, may cancel, may send short requests meanwhile."""

    def send(self, **message: Any) -> None:
        """Send a message."""

    def cancel_token(self, request: Request) -> CancelToken:
        """Return the token that is cancelled when this request is."""

    def answer_short_requests(self) -> None:
        """Answer the short requests that wait."""


class Requests:
    """The answers to requests; `folder` is where arrays are put."""

    def __init__(self, client: Client, folder: Path) -> None:
        self._client = client
        self._folder = folder
        self._loaded = LoadedModels()
        self._segmenting = Segmenting()
        self._files = 0
        self.by_name: Mapping[str, Callable[[Request], dict[str, Any]]] = {
            "analyze": self.analyze,
            "name": self.name,
            "folders": self.folders,
            "remove_folders": self.remove_folders,
            "put_back_folders": self.put_back_folders,
            "move_folder": self.move_folder,
            "check": self.check,
            "repair": self.repair,
            "quality": self.quality,
            "classify": self.classify,
            "cues": self.cues,
            "zero_shot": self.zero_shot,
            "released_probe": self.released_probe,
            "encode": self.encode,
            "occlude": self.occlude,
            "segment": self.segment,
            "segment_photo": self.segment_photo,
            "embed": self.embed,
            "device": self.device,
            "encoders": self.encoders,
            "weights_source": self.weights_source,
            "check_encoder": self.check_encoder,
            "import_model": self.import_model,
            "inspect": self.inspect,
            "unexplained": self.unexplained,
            "count": self.count,
            "export": self.export,
        }

    # ---- photos

    def analyze(self, request: Request) -> dict[str, Any]:
        """Analyze the project's photos and those in `folders`.

        With `encoder`, `encoder_options`, `dictionary`, `unset_threshold`, `concepts` and `k` in a
        new project; `read_again`: all photos of an older project anew, by the newest reading rule;
        `include` and `exclude`: patterns of the photos that are taken from now on; `page` and
        `channels`: what is read of files with several, in a new project.
        """
        from insight_app.project.analysis.run import analyze

        project = Path(request["project"])
        names = (
            "encoder",
            "encoder_options",
            "dictionary",
            "concepts",
            "k",
            "unset_threshold",
            "read_again",
            "after_crash",
            "include",
            "exclude",
            "page",
            "channels",
        )
        summary = analyze(
            project,
            [Path(folder) for folder in request.get("folders", ())],
            device=_device(request),
            progress=self._progress(request),
            cancel=self._client.cancel_token(request),
            published=self._published(project),
            added=lambda folders: self._client.send(
                id=int(request["id"]), kind="added", folders=[str(folder) for folder in folders]
            ),
            looked=lambda curve: self._client.send(
                id=int(request["id"]),
                kind="looked",
                curve=[[look.step, look.explained] for look in curve],
            ),
            between=self._client.answer_short_requests,
            notice=lambda text: self._client.send(kind="notice", message=text),
            load=self._loaded.encoder,
            **{name: request[name] for name in names if request.get(name) is not None},
        )
        return asdict(summary)

    def name(self, request: Request) -> dict[str, Any]:
        """Name the concepts of `project` again after its photos; `photos`, and how many `renamed`.

        `named`: how many have a name.
        """
        from insight_app.project.analysis.hooks import Hooks
        from insight_app.project.analysis.naming import asked

        project = Path(request["project"])
        named = asked.name(
            project,
            device=_device(request),
            hooks=Hooks(
                self._progress(request),
                self._published(project),
                self._client.answer_short_requests,
            ),
            cancel=self._client.cancel_token(request),
            load=self._loaded.encoder,
        )
        return {
            "photos": named.photos,
            "named": named.concepts,
            "renamed": len(named.renamed),
            "generation": named.generation,
        }

    # ---- folders

    def folders(self, request: Request) -> dict[str, Any]:
        """List `sources`, the folders of `project`: photos, and whether they are there."""
        from insight_app.project.summary import folders

        return {"sources": folders(Path(request["project"]))}

    def remove_folders(self, request: Request) -> dict[str, Any]:
        """Take `folders` out of `project`; also what undoes the adding of folders."""
        from insight_app.project.analysis.folders import changing

        return self._change(request, changing.remove)

    def put_back_folders(self, request: Request) -> dict[str, Any]:
        """Put `folders` back into `project`."""
        from insight_app.project.analysis.folders import changing

        return self._change(request, changing.put_back)

    def move_folder(self, request: Request) -> dict[str, Any]:
        """Point `project` from its folder `old` to `new`, where its photos are now."""
        from insight_app.project.analysis.folders import changing

        project = Path(request["project"])
        changed = changing.move(
            project,
            Path(request["old"]),
            Path(request["new"]),
            progress=self._progress(request),
            cancel=self._client.cancel_token(request),
            published=self._published(project),
        )
        return asdict(changed)

    def _change(self, request: Request, change: Callable[..., Changed]) -> dict[str, Any]:
        project = Path(request["project"])
        changed = change(
            project,
            [Path(folder) for folder in request["folders"]],
            progress=self._progress(request),
            cancel=self._client.cancel_token(request),
            published=self._published(project),
        )
        return asdict(changed)

    def _published(self, project: Path) -> Callable[[int], None]:
        return lambda generation: self._client.send(
            kind="published", project=str(project), generation=generation
        )

    # ---- whether all is whole

    def check(self, request: Request) -> dict[str, Any]:
        """Check `project`: `findings`, each with `text`, `is_damage` and `is_ours` (repairable)."""
        from insight_app.project.check import check
        from insight_app.project.check.repair import Repaired

        token = self._client.cancel_token(request)
        found = check(Path(request["project"]), self._progress(request), token)
        return _told(Repaired([], found))

    def repair(self, request: Request) -> dict[str, Any]:
        """Make damaged results of `project` again; `done` in sentences, `findings` left over."""
        from insight_app.project.check.repair import repair

        token = self._client.cancel_token(request)
        return _told(repair(Path(request["project"]), self._progress(request), token))

    def quality(self, request: Request) -> dict[str, Any]:
        """Measure `project` on at most `photos` photos; return `report`, as JSON, and its `file`.

        `masks` and `classes`: a folder of label masks and the table of their labels; `second`: a
        project or a folder with another dictionary of the same encoder. The report is kept in the
        project: `file` is '' where that could not be done, and `why` says why not.
        """
        from insight_app.project.quality import measuring, store
        from insight_app.project.quality.report import USUAL

        project = Path(request["project"])
        report = measuring.measure(
            project,
            photos=int(request.get("photos") or USUAL),
            device=_device(request),
            second=Path(request["second"]) if request.get("second") else None,
            load=self._loaded.encoder,
            progress=self._progress(request),
            cancel=self._client.cancel_token(request),
            between=self._client.answer_short_requests,
            masks=_path(request, "masks"),
            classes=_path(request, "classes"),
        )
        file, why = "", ""
        try:
            file = str(store.store(project, report))
        except KnownError as error:
            why = str(error)
        return {"report": report.to_json(), "file": file, "why": why}

    def classify(self, request: Request) -> dict[str, Any]:
        """Learn the classes of the set `labels` of `project` from its concepts, "folders" without.

        `file` is where the classification is kept in the project; where that could not be done,
        `why` says why not and `file` is one to be read and deleted.
        """
        from insight_app.project.explaining import classifying
        from insight_app.project.explaining.labels import FOLDERS

        project = Path(request["project"])
        found = classifying.classify(
            project,
            str(request.get("labels") or FOLDERS),
            device=_device(request),
            load=self._loaded.encoder,
            progress=self._progress(request),
            cancel=self._client.cancel_token(request),
            between=self._client.answer_short_requests,
        )
        return self._kept(project, found)

    def zero_shot(self, request: Request) -> dict[str, Any]:
        """Tell what photos of `project` show among classes that are typed; nothing is learned.

        `words`: [{"name": "car", "synonyms": ["automobile"]}, ...]; `labels`: the set that tells
        what is right, "" = none. Returns what `classify` does.
        """
        from insight_app.project.explaining import segmentation, typed

        project = Path(request["project"])
        found = typed.classify(
            project,
            segmentation.classes_of(request["words"]),
            str(request.get("labels") or ""),
            device=_device(request),
            load=self._loaded.encoder,
            known=self._segmenting.words,
            progress=self._progress(request),
            cancel=self._client.cancel_token(request),
            between=self._client.answer_short_requests,
        )
        return self._kept(project, found)

    def released_probe(self, request: Request) -> dict[str, Any]:
        """Tell what photos of `project` are taken for by the probe in the file `path`.

        `labels`: as in `zero_shot`; `names`: of its classes, if known; `all_activations`: whether
        it is told beside how right it is by these, for which photos are encoded again. Returns what
        `classify` does.
        """
        from insight_app.project.explaining import released

        project, names = Path(request["project"]), request.get("names")
        found = released.classify(
            project,
            Path(request["path"]),
            str(request.get("labels") or ""),
            None if names is None else [str(name) for name in names],
            all_activations=bool(request.get("all_activations")),
            device=_device(request),
            load=self._loaded.encoder,
            progress=self._progress(request),
            cancel=self._client.cancel_token(request),
            between=self._client.answer_short_requests,
        )
        return self._kept(project, found)

    def cues(self, request: Request) -> dict[str, Any]:
        """Find concepts that one subset of `project` hangs on, by the newest classification.

        `labels`: of which set; `by`: how photos are divided, "classes" without.
        """
        from dataclasses import asdict

        from insight_app.project.explaining import cues, store, whatif
        from insight_app.project.explaining.labels import FOLDERS
        from insight_app.project.project import Project
        from insight_app.project.results.snapshot import Results

        project = Path(request["project"])
        told, cancel = self._progress(request), self._client.cancel_token(request)

        def progress(done: int, total: int, message: str) -> None:
            self._client.answer_short_requests()
            told(done, total, message)

        found = store.newest(project, str(request.get("labels") or FOLDERS))
        results = Results.open(project)
        if found is None or results is None:
            raise Refusal("Nothing was classified yet.", where=str(project), do="Train first.")
        with results, Project.open(project, read_only=True) as opened:
            start = whatif.decided(results, found, progress=progress, cancel=cancel)
            by = str(request.get("by") or cues.CLASSES)
            division = cues.divided(results, opened.judgements.state, start, by)
            listed = cues.find(start, division, progress=progress, cancel=cancel)
        return {
            "by": listed.by,
            "looked_at": listed.looked_at,
            "cues": [asdict(one) | {"subset": listed.subsets[one.subset]} for one in listed.cues],
        }

    def _kept(self, project: Path, found: Classification) -> dict[str, Any]:
        """Keep a classification in the project; return its file, or one to be read and why."""
        from insight_app.project.explaining import store

        try:
            return {"file": str(store.store(project, found)), "why": ""}
        except KnownError as error:
            return self._bytes(found.to_bytes()) | {"why": str(error)}

    def unexplained(self, request: Request) -> dict[str, Any]:
        """Find what no concept explains in `project`; `file` holds `Unexplained`'s arrays."""
        from insight_app.project.quality import unexplained

        token = self._client.cancel_token(request)
        generation, found = unexplained.find(
            Path(request["project"]), self._progress(request), token
        )
        return self._file(**found.to_arrays()) | {"generation": generation}

    def count(self, request: Request) -> dict[str, Any]:
        """Count `compositions` over `project` and keep it there; `counted`: how many were new.

        `beside`: others that they may occur together with. `basis`: what it rests on. Where it
        could not be kept, `why` says why, and `file` holds the arrays of each that was not, named
        DIGEST/NAME.
        """
        from insight_app.project.composites import keeping, wire

        kept = keeping.count(
            Path(request["project"]),
            [wire.from_json(one) for one in request["compositions"]],
            self._progress(request),
            self._client.cancel_token(request),
            self._client.answer_short_requests,
            [wire.from_json(one) for one in request.get("beside", ())],
        )
        arrays = {
            f"{composed.digest}/{name}": array
            for composed, counted in kept.unkept.items()
            for name, array in counted.to_arrays().items()
        }
        return {
            "generation": kept.generation,
            "basis": kept.basis,
            "counted": kept.counted,
            "why": kept.why,
        } | (self._file(**arrays) if arrays else {})

    # ---- single photos and texts

    def encode(self, request: Request) -> dict[str, Any]:
        """Code one photo file with a project's encoder and dictionary, without keeping it.

        `file` holds indptr (T + 1,), indices and values (nnz,), unexplained (T,), size, crop and
        grid. `finer`: all of the photo at twice the size; `short_side` is how many pixels that is.
        """
        from insight_app.project.analysis import encoder as encoder_of
        from insight_app.project.analysis.coding import single_image
        from insight_app.project.results import photo_choice, reading_rule

        project, path = Path(request["project"]), Path(request["path"])
        encoder = encoder_of.load(project, encoder_of.of_project(project), self._load_on(request))
        dictionary = self._loaded.dictionary(project, encoder)
        rule, is_finer = reading_rule.of_project(project), bool(request.get("finer"))
        part = photo_choice.part_of_project(project)
        coded = single_image.code_image(path, encoder, dictionary, rule, part=part, finer=is_finer)
        codes, geometry = coded.codes, coded.geometry
        file = self._file(
            indptr=codes.indptr,
            indices=codes.indices,
            values=codes.values,
            unexplained=coded.unexplained,
            crop=geometry.crop,
            size=(geometry.width, geometry.height),
            grid=(geometry.rows, geometry.cols),
        )
        return file | {"short_side": coded.short_side}

    def occlude(self, request: Request) -> dict[str, Any]:
        """Measure what is left of `concept` in the photo `path` once its support is greyed out.

        And, beside it, once an equal area elsewhere is. `composition`: what it is made of, if it is
        not one concept of the dictionary. `file` holds support, before, after (T,), others,
        after_others (n, T), size, crop and grid; `fell` and `fell_others` are the shares of the
        support's mass that were gone.
        """
        from insight_app.project.analysis import encoder as encoder_of
        from insight_app.project.quality import occlusion
        from insight_app.project.results import photo_choice, reading_rule

        project = Path(request["project"])
        encoder = encoder_of.load(project, encoder_of.of_project(project), self._load_on(request))
        found = occlusion.check(
            Path(request["path"]),
            encoder,
            self._loaded.dictionary(project, encoder),
            reading_rule.of_project(project),
            _composite(request) or int(request["concept"]),
            part=photo_choice.part_of_project(project),
            between=self._client.cancel_token(request).check,
        )
        g = found.geometry
        file = self._file(
            support=found.support,
            others=found.others,
            before=found.before,
            after=found.after,
            after_others=found.after_others,
            crop=g.crop,
            size=(g.width, g.height),
            grid=(g.rows, g.cols),
        )
        return file | {"fell": found.fell, "fell_others": found.fell_others.tolist()}

    def segment(self, request: Request) -> dict[str, Any]:
        """Segment all photos of `project` that have a mask, and count what fits.

        `masks`: a folder of label masks, or a file of COCO's; `table`: of their labels, CSV;
        `classes`: other ones than the table's, as `segment_photo` takes them, and `short_side`,
        `window`, `stride` likewise; `background`: pixels may belong to no class, by the encoder's
        own rule or under the bar `below`. `file` is where the scores are kept in the project; where
        that could not be done, `why` says why not and `file` is one to be read and deleted.
        """
        from insight_app.project.explaining import mask_store, measuring_masks
        from insight_app.project.explaining.segmentation import classes_of
        from insight_app.worker.segmenting import sliding_of

        project, classes = Path(request["project"]), request.get("classes")
        found = measuring_masks.measure(
            project,
            Path(request["masks"]),
            _path(request, "table"),
            classes=classes_of(classes) if classes else None,
            background=bool(request.get("background")),
            below=float(request.get("below") or measuring_masks.BELOW),
            sliding=partial(sliding_of, request),
            device=_device(request),
            load=self._loaded.encoder,
            known=self._segmenting.words,
            progress=self._progress(request),
            cancel=self._client.cancel_token(request),
            between=self._client.answer_short_requests,
        )
        try:
            return {"file": str(mask_store.store(project, found)), "why": ""}
        except KnownError as error:
            return self._bytes(found.to_bytes()) | {"why": str(error)}

    def segment_photo(self, request: Request) -> dict[str, Any]:
        """Tell which of `classes` each cell and pixel of the photo `path` belongs to, and why.

        classes: [{"name": "car", "synonyms": ["automobile"]}, ...]; `background`: with an encoder's
        own rule, if it has one (else it is a bar that the window puts under probabilities);
        `short_side`, `window`, `stride` in pixels: the usual ones if left out. `file` is read by
        `project.explaining.segmentation.from_arrays`; `short_side`, `window`,
        `stride`: how it was looked at; `own_background`: whether the last class is the background.
        """
        from insight_app.project.analysis import encoder as encoder_of
        from insight_app.worker.segmenting import sliding_of

        project = Path(request["project"])
        token, progress = self._client.cancel_token(request), self._progress(request)

        def told(done: int, total: int, message: str) -> None:
            token.check()
            progress(done, total, message)

        told(0, 0, "Loading the encoder")
        encoder = encoder_of.load(project, encoder_of.of_project(project), self._load_on(request))
        dictionary = self._loaded.dictionary(project, encoder)
        found = self._segmenting.photo(project, request, encoder, dictionary, told)
        sliding = sliding_of(request, encoder)
        return self._file(**found.to_arrays()) | {
            "short_side": sliding.short_side,
            "window": sliding.window,
            "stride": sliding.stride,
            "own_background": found.photo.has_own_background,
        }

    def embed(self, request: Request) -> dict[str, Any]:
        """Embed `texts` as unit rows `vectors` (N, D) in `file`."""
        return self._file(vectors=self._encoder(request).encode_text(request["texts"]).numpy())

    # ---- encoders and dictionaries to choose from

    def device(self, request: Request) -> dict[str, Any]:
        """Return which device work is done on, and the memory in use."""
        import torch

        if torch.cuda.is_available():
            name = torch.cuda.get_device_name()
        else:
            name = "mps" if torch.backends.mps.is_available() else "CPU"
        return {"device": name} | memory()

    def encoders(self, request: Request) -> dict[str, Any]:
        """Return the encoders, the models they can be made of, and the weights at hand."""
        from insight_app.concepts import encoders
        from insight_app.concepts.encoders.models import library, open_clip_models

        return {
            "encoders": [asdict(info) for info in encoders.available()],
            "models": [asdict(model) for model in open_clip_models.models()],
            "library": [asdict(entry) for entry in library.entries()],
            "cached": [asdict(entry) for entry in library.cached()],
        }

    def weights_source(self, request: Request) -> dict[str, Any]:
        """Return where weights of a `kind` (for a `model`) are published: `name` and `address`."""
        from insight_app.concepts.encoders.models import fetching

        name, address = fetching.source_of(request["kind"], str(request.get("model") or ""))
        return {"name": name, "address": address}

    def check_encoder(self, request: Request) -> dict[str, Any]:
        """Load `encoder` with `encoder_options` and compare it with `dictionary`, if given."""
        from insight_app.project.analysis import dictionary

        encoder = self._encoder(request)
        if request.get("dictionary"):
            dictionary.must_read(
                request["dictionary"],
                encoder.token_dim,
                encoder.fingerprint,
                _unset_threshold(request),
            )
        return {
            "token_dim": encoder.token_dim,
            "fingerprint": encoder.fingerprint,
            "device": str(encoder.device),
        }

    def import_model(self, request: Request) -> dict[str, Any]:
        """Take a file of weights into the person's model library.

        Return its `entry`, and `notes`: where in the file the weights were, and what they lack.
        """
        from insight_app.concepts.encoders.models import library

        notes: list[str] = []
        entry = library.import_file(
            Path(request["path"]),
            request["kind"],
            str(request.get("model") or ""),
            str(request.get("tag") or ""),
            progress=self._progress(request),
            cancel=self._client.cancel_token(request),
            notice=notes.append,
        )
        return {"entry": asdict(entry), "notes": notes}

    def inspect(self, request: Request) -> dict[str, Any]:
        """Return as `found` what is in a folder with a dictionary or released files.

        `unset_threshold`: what is active where its threshold was never set. `fits`: why `encoder`
        with its option `model` could not be used with it, '' if it can.
        """
        from insight_app.concepts import encoders, hsae

        found = hsae.inspect(Path(request["path"]), unset_threshold=_unset_threshold(request))
        fits = ""
        if request.get("encoder"):
            options = dict(request.get("encoder_options") or {})
            token_dim = encoders.token_dim(request["encoder"], options.get("model", ""))
            if token_dim != found.token_dim:
                fits = (
                    f"The dictionary reads tokens of {found.token_dim} numbers, this encoder "
                    f"writes {token_dim}."
                )
        return {"found": asdict(found), "fits": fits}

    # ---- out

    def export(self, request: Request) -> dict[str, Any]:
        """Write the corrected concepts of `project` in `format` to `output`; return the files."""
        from insight_app.exchange import registry
        from insight_app.project.project import Project

        chosen = registry.named(request["format"])
        output, overwrite = Path(request["output"]), bool(request.get("overwrite"))
        with Project.open(Path(request["project"]), read_only=True) as opened:
            left_out: list[str] = []
            files = registry.export(
                opened, chosen, output, overwrite=overwrite, notice=left_out.append
            )
        return {"files": [str(file) for file in files], "left_out": left_out}

    # ---- helpers

    def _load_on(self, request: Request) -> Load:
        """Return what loads an encoder on the device that is asked for, or has it already."""
        return partial(self._loaded.encoder, device=_device(request))

    def _encoder(self, request: Request) -> DenseEncoder:
        name, options = str(request.get("encoder") or "builtin"), request.get("encoder_options")
        return self._loaded.encoder(name, device=_device(request), **(options or {}))

    def _progress(self, request: Request) -> Callable[[int, int, str], None]:
        """Return a Progress that sends messages, not more often than needed."""
        estimate, last = Estimate(), (0.0, "")

        def progress(done: int, total: int, message: str) -> None:
            nonlocal last
            now = time.monotonic()
            pace = estimate.pace(done, total, message, now)
            if message != last[1] or now - last[0] > PROGRESS_SECONDS or done == total:
                last = (now, message)
                self._client.send(
                    id=int(request["id"]),
                    kind="progress",
                    message=message,
                    done=done,
                    total=total,
                    rate=pace and pace.rate,
                    seconds_left=pace and pace.seconds_left,
                    **memory(),
                )

        return progress

    def _file(self, **arrays: Any) -> dict[str, Any]:
        """Write arrays to a new file; whoever reads it deletes it, what nobody reads goes later."""
        import numpy as np

        found = self._bytes(b"")
        np.savez(found["file"], **arrays)
        return found

    def _bytes(self, data: bytes) -> dict[str, Any]:
        """Write a new file as `_file` does."""
        self._files += 1
        path = self._folder / f"{self._files}.npz"
        path.write_bytes(data)
        (self._folder / f"{self._files - FILES_KEPT}.npz").unlink(missing_ok=True)
        return {"file": str(path)}


def _composite(request: Request) -> CompositeCodes | None:
    """Return what turns codes into those of the request's `composition`; None without one."""
    from insight_app.project.composites import divisions, wire
    from insight_app.project.results.snapshot import Results

    results = Results.open(Path(request["project"])) if request.get("composition") else None
    if results is None:
        return None
    with results:
        return divisions.coder(results, [wire.from_json(request["composition"])])


def _unset_threshold(request: Request) -> UnsetThreshold:
    return "all" if request.get("unset_threshold") == "all" else "topk"


def _told(repaired: Repaired) -> dict[str, Any]:
    """Return what a check or a repair found and did, as the window reads it."""
    from insight_app.project.check.findings import REPAIR

    findings = [
        {
            "text": str(one).replace(REPAIR, "").strip(),
            "is_damage": one.is_damage,
            "is_ours": one.is_ours,
        }
        for one in repaired.left
    ]
    return {"done": list(repaired.done), "findings": findings}


def _device(request: Request) -> str:
    return str(request.get("device") or "auto")


def _path(request: Request, name: str) -> Path | None:
    return Path(request[name]) if request.get(name) else None
