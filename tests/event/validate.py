"""Validates JSON lines against a JSON Schema: validate.py SCHEMA < lines.

Prints one line per violation and exits 1 if there is any.
"""
import json
import sys

try:
    import jsonschema
except ImportError:
    sys.exit("python3-jsonschema is missing; install it: apt-get install python3-jsonschema")

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)

violations = 0
for number, line in enumerate(sys.stdin.buffer, start=1):
    for error in validator.iter_errors(json.loads(line.decode("utf-8"))):
        violations += 1
        print(f"line {number}: {error.json_path}: {error.message}")
sys.exit(1 if violations else 0)
