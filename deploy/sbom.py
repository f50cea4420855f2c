#!/usr/bin/env python3
"""Makes one bill of materials of what cargo-cyclonedx says for each target, and of the licences of Helm's parts. Called by
sbom.sh, which says what is in the folder that is named first.

What the machine has left in it goes: folders, the order of things, the time. The number of the document is made from what it says.
"""

import datetime, json, os, re, sys, uuid
from urllib.parse import quote

work, targets, *helm = sys.argv[1:]
targets = targets.split()
parts, needs, where, linked = {}, {}, {}, set()

# By which words a licence is known.
LICENSES = {
    "Apache-2.0": "Apache License,? Version 2.0",
    "BSD-2-Clause": "Redistribution and use in source and binary forms(?!.*(Neither the name|[Tt]he names? of))",
    "BSD-3-Clause": "Redistribution and use in source and binary forms.*(Neither the name|[Tt]he names? of)",
    "ISC": "Permission to use, copy, modify, and(/or)? distribute this software for any purpose",
    "MIT": "Permission is hereby granted, free of charge, to any person obtaining a copy",
    "MPL-2.0": "Mozilla Public License,? [Vv]ersion 2.0",
}


def purl(kind, name, version):
    return f"pkg:{kind}/{name}@{quote(version, safe='')}"


def read(name):
    with open(name) as file:
        return json.load(file)


def tree(name):
    """The package URLs of what `cargo tree` names."""
    with open(name) as file:
        return {purl("cargo", *line.replace(" v", " ").split()[:2]) for line in file}


# What the parts need, named by package URLs without qualifiers. A crate that Cargo's tree does not have comes from a feature that
# only the tests' own dependencies ask for.
for target in targets:
    bom, used = read(f"{work}/{target}.json"), tree(f"{work}/{target}.normal")
    top = bom["metadata"]["component"]
    del top["components"]
    names = {part["bom-ref"]: re.split("[?#]", part["purl"])[0] for part in [top, *bom["components"]]}
    for part in [top, *bom["components"]]:
        part["bom-ref"] = part["purl"] = name = names[part["bom-ref"]]
        if name in used:
            parts.setdefault(name, part)
            where.setdefault(name, []).append(target)
    for entry in bom["dependencies"]:
        if names[entry["ref"]] in used:
            listed = needs.setdefault(names[entry["ref"]], set())
            listed.update(names[other] for other in entry.get("dependsOn", []) if names[other] in used)
    program = top["purl"]
    linked |= tree(f"{work}/{target}.normal,no-proc-macro")
for name in where:
    # A macro runs in the compiler.
    parts[name]["scope"] = "required" if name in linked else "excluded"
    if len(where[name]) < len(targets):
        parts[name]["properties"] = [{"name": "cdx:rustc:sbom:target:triple", "value": target} for target in where[name]]


def modules(file):
    """Takes the Go modules whose licences the file has; returns the name of the program's own, which needs the others."""
    with open(file) as opened:
        _, *sections = re.split("^======== (.*) ========$", opened.read(), flags=re.MULTILINE)
    listed = []
    for title, text in zip(sections[::2], sections[1::2]):
        module, version = title.split()
        text = " ".join(text.split())
        known = [name for name, words in LICENSES.items() if re.search(words, text)]
        if not known:
            sys.exit(f"sbom: the licence of {title} is none that deploy/sbom.py knows")
        name = purl("golang", module.lower(), version)
        listed.append(name)
        parts[name] = {
            "type": "library",
            "bom-ref": name,
            "name": module,
            "version": version,
            "scope": "required",
            "licenses": [{"expression": " AND ".join(known)}],
            "purl": name,
        }
        needs[name] = set()
    library, helm, *others = listed
    parts[helm]["type"] = "application"
    needs[helm] = {library, *others}
    return helm


version = parts[program]["version"]
if helm:
    licenses, certifi = helm
    helm = modules(licenses)
    certificates = purl("pypi", "certifi", certifi)
    parts[certificates] = {
        "type": "data",
        "bom-ref": certificates,
        "name": "certifi",
        "version": certifi,
        "description": "Mozilla's root certificates",
        "scope": "required",
        "licenses": [{"license": {"id": "MPL-2.0"}}],
        "purl": certificates,
    }
    top = f"pkg:oci/istio-alb-argocd?tag={version}"
    parts[top] = {
        "type": "container",
        "bom-ref": top,
        "name": "istio-alb-argocd",
        "version": version,
        "licenses": parts[program]["licenses"],
        "purl": top,
    }
    needs |= {top: {program, helm, certificates}, certificates: set()}
else:
    top = program
    parts[top].pop("scope")

date = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
bom = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.5",
    "version": 1,
    "metadata": {
        "timestamp": date,
        "tools": read(f"{work}/{targets[0]}.json")["metadata"]["tools"],
        "component": parts.pop(top),
        "properties": [{"name": "cdx:rustc:sbom:target:triple", "value": target} for target in targets],
    },
    "components": [parts[name] for name in sorted(parts)],
    "dependencies": [{"ref": name, "dependsOn": sorted(needs[name])} for name in sorted(needs)],
}
bom["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, top + json.dumps(bom, sort_keys=True))}"
json.dump(bom, sys.stdout, indent=1, sort_keys=True, ensure_ascii=False)
print()
