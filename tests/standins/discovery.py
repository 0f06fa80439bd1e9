"""A request for a Google API comes in; what the API's discovery document says against it goes out.

The document is the one that ships with google-api-python-client, so a stand-in knows every method and name of the
real service without a network.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any, cast

Document = dict[str, Any]
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
}


@cache
def _text(api: str, version: str) -> str:
    folder = resources.files("googleapiclient") / "discovery_cache" / "documents"
    return (folder / f"{api}.{version}.json").read_text(encoding="utf-8")


def document(base_url: str, api: str = "youtube", version: str = "v3") -> Document:
    """The document with the service at `base_url`, for `googleapiclient.discovery.build_from_document`."""
    whole = cast(Document, json.loads(_text(api, version)))
    address = base_url.rstrip("/") + "/"
    whole |= {"rootUrl": address, "baseUrl": address, "mtlsRootUrl": address}
    return whole


def method(whole: Document, id: str) -> Document:
    """A method by its id without the API's name: `videos.insert`."""
    resource, name = id.split(".")
    return cast(Document, whole["resources"][resource]["methods"][name])


def faults_of_query(whole: Document, id: str, query: Mapping[str, str]) -> list[str]:
    """What is wrong with the query: names that the method does not know, required ones that are missing."""
    known = method(whole, id).get("parameters", {})
    allowed = known | whole["parameters"] | {"upload_id": {}}
    faults = [f"unknown parameter {name!r}" for name in query if name not in allowed]
    return faults + [
        f"missing parameter {name!r}" for name, each in known.items() if each.get("required") and name not in query
    ]


def faults_of_body(whole: Document, schema: str, body: object) -> list[str]:
    """What is wrong with a body: names, types and values of enumerations that the schema does not have."""
    return list(_faults(whole, {"$ref": schema}, body, schema))


def _faults(whole: Document, schema: Document, value: object, where: str) -> Iterator[str]:
    if "$ref" in schema:
        schema = whole["schemas"][schema["$ref"]]
    kind = schema.get("type", "any")
    if kind in _TYPES and (not isinstance(value, _TYPES[kind]) or (kind != "boolean" and isinstance(value, bool))):
        yield f"{where}: expected {kind}, got {value!r}"
    elif "enum" in schema and value not in schema["enum"]:
        yield f"{where}: {value!r} is none of {', '.join(schema['enum'])}"
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _faults(whole, schema["items"], each, f"{where}[{number}]")
    elif isinstance(value, dict):
        properties = schema.get("properties", {})
        for name, each in value.items():
            if name in properties:
                yield from _faults(whole, properties[name], each, f"{where}.{name}")
            elif "additionalProperties" in schema:
                yield from _faults(whole, schema["additionalProperties"], each, f"{where}.{name}")
            else:
                yield f"{where}: unknown name {name!r}"
