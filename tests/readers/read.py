# Reads streams with PyYAML, a reader of YAML 1.1 in Python; by Ansible and many a tool of pipelines it is what reads manifests.
#
#   PYTHONPATH=CACHE/pyyaml-VERSION python3 read.py < INPUT
#
# INPUT is JSON, {NAME: STREAM, …}. Prints JSON, {"PyYAML": {NAME: …}}: the documents of each stream, less those that hold nothing, or
# {"error": …}. A date, and what else JSON does not have, comes as Python writes it.
import json, sys
import yaml

def other(value):
    return sorted(map(repr, value)) if isinstance(value, set) else repr(value)

def read(stream):
    try:
        found = [document for document in yaml.safe_load_all(stream) if document is not None]
        json.dumps(found, default=other, allow_nan=False)
        return found
    except (yaml.YAMLError, TypeError, ValueError, RecursionError) as error:
        return {"error": str(error)}

streams = json.load(sys.stdin)
json.dump({"PyYAML": {name: read(stream) for name, stream in streams.items()}}, sys.stdout, default=other)
