#!/usr/bin/env python3
"""records.py FILE...: are they records by the schema that is shipped?

Files that do not say that they are records are passed over. Exit code 1 when one breaks the schema.
Nothing is checked where python3-jsonschema is missing.
"""
import json
import pathlib
import sys

texts = {path: open(path, encoding="utf-8", errors="replace").read() for path in sys.argv[1:]}
texts = {path: text for path, text in texts.items() if '"format": "quadrat-result-1"' in text}
if not texts:
    sys.exit()
try:
    import jsonschema
except ImportError:
    sys.exit()

schema = pathlib.Path(__file__).resolve().parent.parent / "src/record/quadrat-result-1.schema.json"
schema = json.loads(schema.read_text())
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
failed = False
for path, text in texts.items():
    for error in validator.iter_errors(json.loads(text)):
        print(f"{path}: {'/'.join(map(str, error.absolute_path))}: {error.message}", file=sys.stderr)
        failed = True
sys.exit(failed)
