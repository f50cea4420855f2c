#!/usr/bin/env python3
"""Writes a container image for several architectures as one tar file, an OCI image layout, without a container daemon.

The last stage of a Dockerfile says what is in it: `FROM scratch`, COPY, LABEL, ENV, USER and ENTRYPOINT; of anything else this
script wants to know nothing, and stops. Each COPY is a layer, as with Docker. Nothing in the file depends on the machine or the
time but for SOURCE_DATE_EPOCH, the date of all files. Called by image.sh. Needs Python 3.11 or later, and gzip.

  --source NAME=FILE   where a source of a COPY lies that is no file of the project, as the Dockerfile names it (STAGE:PATH
                       with --from); `{arch}` in FILE stands for the architecture
"""

import argparse, datetime, fnmatch, glob, hashlib, io, json, os, posixpath, shlex, struct, subprocess, sys, tarfile

MACHINES = {"amd64": 62, "arm64": 183}  # as the head of an ELF file names them
TYPE = "application/vnd.oci.image."
EPOCH = int(os.environ["SOURCE_DATE_EPOCH"])


def stop(message):
    sys.exit(f"image: {message}")


def last_stage(dockerfile):
    """Its instructions as pairs of name and rest."""
    with open(dockerfile) as file:
        lines = [line for line in file.read().splitlines() if not line.startswith("#")]
    text = "\n".join(lines).replace("\\\n", " ")
    instructions = [line.split(None, 1) for line in text.splitlines() if line.strip()]
    start = max(at for at, (name, _) in enumerate(instructions) if name == "FROM")
    if instructions[start][1] != "scratch":
        stop(f"the last stage of {dockerfile} is not `FROM scratch`")
    return instructions[start + 1 :]


def copied(rest, sources):
    """The files of a COPY: place in the image, mode, and a file of this machine, in which `{arch}` may stand."""
    *words, target = shlex.split(rest)
    options = dict(word[2:].split("=", 1) for word in words if word.startswith("--"))
    if set(options) - {"chmod", "from"} or "chmod" not in options:
        stop(f"COPY {rest}: takes --chmod, and --from")
    for word in words:
        if word.startswith("--"):
            continue
        name = f"{options['from']}:{word}" if "from" in options else word
        if name in sources:
            files = [sources[name]]
        elif "from" in options:
            stop(f"COPY {rest}: no --source says where {name} is")
        else:
            files = sorted(glob.glob(word))
        if not files:
            stop(f"COPY {rest}: there is no {word}")
        for file in files:
            place = target + posixpath.basename(file) if target.endswith("/") else target
            yield place.lstrip("/"), int(options["chmod"], 8), file


def read(file, arch):
    """The bytes of a file; a program is one for the architecture, and needs nothing beside it."""
    with open(file.format(arch=arch), "rb") as opened:
        data = opened.read()
    if "{arch}" in file:
        if data[:6] != b"\x7fELF\x02\x01" or struct.unpack_from("<H", data, 18)[0] != MACHINES[arch]:
            stop(f"{file.format(arch=arch)} is no program for linux/{arch}")
        offset, size, count = struct.unpack_from("<Q", data, 32)[0], *struct.unpack_from("<HH", data, 54)
        if any(struct.unpack_from("<I", data, offset + at * size)[0] == 3 for at in range(count)):
            stop(f"{file.format(arch=arch)} is not static: it names a loader (PT_INTERP)")
    return data


def tar(files):
    """A tar file of (name, mode, bytes), with the folders that they are in."""
    entries = {name: (mode, data) for name, mode, data in files}
    for name in list(entries):
        while name := posixpath.dirname(name):
            entries[name] = (0o755, None)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, (mode, data) in sorted(entries.items()):
            entry = tarfile.TarInfo(name)
            entry.mode, entry.mtime = mode, EPOCH
            if data is None:
                entry.type = tarfile.DIRTYPE
            else:
                entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data or b""))
    return packed.getvalue()


class Layout:
    """The files of an image layout."""

    def __init__(self):
        self.files = {}

    def add(self, kind, data, **more):
        """Takes a blob, and returns its descriptor."""
        if not isinstance(data, bytes):
            data = json.dumps(data, sort_keys=True, separators=(",", ":")).encode()
        digest = hashlib.sha256(data).hexdigest()
        self.files[f"blobs/sha256/{digest}"] = data
        return {"mediaType": TYPE + kind, "digest": f"sha256:{digest}", "size": len(data), **more}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--dockerfile", required=True)
    parser.add_argument("--source", action="append", default=[], metavar="NAME=FILE")
    parser.add_argument("--label", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--arch", action="append", required=True, choices=MACHINES)
    parser.add_argument("--name", required=True, help="REGISTRY/REPOSITORY:TAG")
    parser.add_argument("--to", required=True, metavar="FILE")
    options = parser.parse_args()
    sources = dict(source.split("=", 1) for source in options.source)
    date = datetime.datetime.fromtimestamp(EPOCH, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    labels = {"org.opencontainers.image.created": date} | dict(label.split("=", 1) for label in options.label)

    config, copies = {"Labels": labels}, []
    for name, rest in last_stage(options.dockerfile):
        if name == "COPY":
            copies.append((f"COPY {rest}", list(copied(rest, sources))))
        elif name == "LABEL":
            labels.update(word.split("=", 1) for word in shlex.split(rest))
        elif name == "ENV":
            config.setdefault("Env", []).extend(shlex.split(rest))
        elif name == "USER":
            config["User"] = rest
        elif name == "ENTRYPOINT":
            config["Entrypoint"] = json.loads(rest)
        else:
            stop(f"{options.dockerfile} says {name} in its last stage, which deploy/oci.py does not know")

    layout, manifests = Layout(), []
    for arch in options.arch:
        layers, plain, history = [], [], []
        for instruction, files in copies:
            data = tar([(place, mode, read(file, arch)) for place, mode, file in files])
            packed = subprocess.run(["gzip", "-n", "-9"], input=data, stdout=subprocess.PIPE, check=True).stdout
            layers.append(layout.add("layer.v1.tar+gzip", packed))
            plain.append(f"sha256:{hashlib.sha256(data).hexdigest()}")
            history.append({"created": date, "created_by": instruction})
        platform = {"architecture": arch, "os": "linux"}
        image = {
            "created": date,
            **platform,
            "config": config,
            "rootfs": {"type": "layers", "diff_ids": plain},
            "history": history,
        }
        manifest = {
            "schemaVersion": 2,
            "mediaType": TYPE + "manifest.v1+json",
            "config": layout.add("config.v1+json", image),
            "layers": layers,
            "annotations": labels,
        }
        manifests.append(layout.add("manifest.v1+json", manifest, platform=platform))
    every = {
        "schemaVersion": 2,
        "mediaType": TYPE + "index.v1+json",
        "manifests": manifests,
        "annotations": labels,
    }
    # The first is the OCI's name for a tag; by the second containerd and Docker name what they load.
    names = {
        "org.opencontainers.image.ref.name": options.name.rpartition(":")[2],
        "io.containerd.image.name": options.name,
    }
    described = layout.add("index.v1+json", every, annotations=names)
    index = {"schemaVersion": 2, "mediaType": TYPE + "index.v1+json", "manifests": [described]}
    layout.files["index.json"] = json.dumps(index, sort_keys=True, separators=(",", ":")).encode()
    layout.files["oci-layout"] = b'{"imageLayoutVersion":"1.0.0"}'
    with open(options.to + ".new", "wb") as file:
        file.write(tar([(name, 0o644, data) for name, data in layout.files.items()]))
    os.replace(options.to + ".new", options.to)
    print(options.to, described["digest"])


main()
