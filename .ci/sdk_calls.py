"""What the official databricks-sdk knows of the REST interface: paths, keys and types, found by watching it.

Every method of its services is called with a marked value for each parameter, on a client that takes down the request and
sends nothing. Where a mark comes out says what a parameter is: a part of the path, a key of the query, a key of the body or
the body itself. In the same way, an object of a dataclass with a mark in each field says under which key it is sent.
"""

import dataclasses
import enum
import importlib
import inspect
import pkgutil
import re
import typing
from types import SimpleNamespace

MARK = re.compile(r"(?:«|%C2%AB)(\w+)(?:»|%C2%BB)")


class Mark(str):
    """Stands for the value of a parameter or field, and says its name in whatever form it is sent."""

    value = property(str)

    def as_dict(self):
        return {self: None}

    def ToJsonString(self):
        return self


def mark(name: str, of):
    """A value of the outer shape of a type, with a mark inside."""
    word = Mark(f"«{name}»")
    origin = typing.get_origin(of)
    return [word] if origin is list else {word: word} if origin is dict else word


def marked(value) -> str | None:
    """The name in the first mark of a value."""
    if isinstance(value, (dict, list, tuple)):
        inner = [*value.keys(), *value.values()] if isinstance(value, dict) else value
        return next(filter(None, map(marked, inner)), None)
    found = MARK.search(value) if isinstance(value, str) else None
    return found and found[1]


@dataclasses.dataclass
class Field:
    """A key: its type, as written in Python, whether it has to be there, and whether it is deprecated."""

    of: object
    required: bool = False
    deprecated: bool = False


@dataclasses.dataclass
class Call:
    """A request that the interface knows. `body` is a type, fields by key, `bytes`, or None."""

    verb: str
    path: re.Pattern
    path_types: list
    query: dict
    body: object
    owner: str
    literal: int = 0


class Recorded(Exception):
    """What a method was about to send."""


class Client:
    """Takes the place of the SDK's client of the REST interface."""

    _cfg = SimpleNamespace(workspace_id=None, account_id="«account_id»", host="", is_account_client=False)
    account_id = "«account_id»"

    def do(self, method, path=None, **sent):
        raise Recorded(method, path, sent)


def plain(of):
    """A type without what says that a value may be missing."""
    if typing.get_origin(of) is typing.Union:
        rest = [part for part in typing.get_args(of) if part is not type(None)]
        return rest[0] if len(rest) == 1 else object
    return of


def said_to_be_deprecated(doc: str) -> bool:
    """Whether a text says so of the field itself, not of one of its values."""
    doc = " ".join(doc.split())
    return bool(re.match(r"\W*deprecated\b", doc, re.IGNORECASE) or re.search(r"[Tt]his (legacy )?field is deprecated", doc))


def source(of: type) -> str:
    """The text of a class. `inspect.getsource` would parse the whole module each time, which has up to 10,000 lines."""
    if of.__module__ not in _SOURCES:
        _SOURCES[of.__module__] = inspect.getsource(importlib.import_module(of.__module__))
    begins = _SOURCES[of.__module__].partition(f"\nclass {of.__name__}:\n")[2]
    return re.split(r"^\S", begins, maxsplit=1, flags=re.MULTILINE)[0]


def fields(of: type) -> dict:
    """The keys of a dataclass as it is sent."""
    if of in _FIELDS:
        return _FIELDS[of]
    module = importlib.import_module(of.__module__)
    hints = {name: plain(hint) for name, hint in typing.get_type_hints(of, vars(module), vars(module)).items()}
    docs = dict(re.findall(r'^    (\w+): [^\n]*\n    """(.*?)"""', source(of), re.MULTILINE | re.DOTALL))
    sample = object.__new__(of)
    for name, hint in hints.items():
        setattr(sample, name, mark(name, hint))
    keys = {marked(value): key for key, value in sample.as_dict().items()}
    found = {}
    for field in dataclasses.fields(of):
        required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        found[keys[field.name]] = Field(hints[field.name], required, said_to_be_deprecated(docs.get(field.name, "")))
    _FIELDS[of] = found
    return found


_FIELDS: dict = {}
_SOURCES: dict = {}


def pattern(path: str, types: dict):
    """A path as the SDK makes it, as a pattern with a group a parameter; types of these; how much of it is fixed."""
    regex, at, of = "", 0, []
    for found in MARK.finditer(path):
        # What comes out percent-encoded may have several segments: its slashes are kept.
        regex += re.escape(path[at : found.start()]) + ("(.+)" if found[0].startswith("%") else "([^/]+)")
        of.append(types.get(found[1], str))
        at = found.end()
    regex += re.escape(path[at:])
    return re.compile(regex), of, len(MARK.sub("", path))


def call_of(method, owner: str) -> Call | None:
    """The request that a method sends, or None if it sends none by itself."""
    module = importlib.import_module(method.__module__)
    hints = {name: plain(hint) for name, hint in typing.get_type_hints(method, dict(vars(module))).items()}
    parameters = [parameter for name, parameter in inspect.signature(method).parameters.items() if name != "self"]
    arguments = {parameter.name: mark(parameter.name, hints.get(parameter.name)) for parameter in parameters}
    service = SimpleNamespace(_api=Client())
    try:
        sent = method(service, **arguments)
        if inspect.isgenerator(sent):
            next(sent)
        return None
    except Recorded as recorded:
        verb, path, sent = recorded.args
    except (AttributeError, TypeError, ValueError, StopIteration):
        return None
    required = {parameter.name for parameter in parameters if parameter.default is inspect.Parameter.empty}
    docs = dict(re.findall(r"^ +:param (\w+):.*\n((?: {10}.*\n|\n)*)", method.__doc__ or "", re.MULTILINE))
    whole = {name for name in arguments if sent.get("body") == {Mark(f"«{name}»"): None}}

    def keys(of: dict) -> dict:
        names = {key: marked(value) for key, value in of.items()}
        return {
            key: Field(hints.get(name, object), name in required, said_to_be_deprecated(docs.get(name, "")))
            for key, name in names.items()
        }

    body = None
    if whole:
        body = hints[whole.pop()]
    elif "data" in sent or "files" in sent or isinstance(sent.get("body"), Mark):
        body = bytes
    elif sent.get("body") is not None:
        body = keys(sent["body"])
    regex, of, literal = pattern(path, hints)
    return Call(verb, regex, of, keys(sent.get("query") or {}), body, owner, literal)


def beside() -> list[Call]:
    """Requests that are no method of a service: signing in, and what the command line uses to upload."""
    text, flag = Field(str), Field(bool)
    form = {key: text for key in ("scope", "subject_token", "subject_token_type", "client_id", "client_secret")}
    return [
        Call("GET", re.compile(r"/\.well-known/databricks-config"), [], {}, None, "host metadata"),
        Call("GET", re.compile(r"/oidc/\.well-known/oauth-authorization-server"), [], {}, None, "discovery"),
        Call("POST", re.compile("/oidc/v1/token"), [], {}, {"grant_type": Field(str, True), **form}, "token"),
        Call("POST", re.compile("/api/2.0/workspace-files/import-file/(.+)"), [str], {"overwrite": flag}, bytes, "upload"),
    ]


def calls() -> list[Call]:
    """All requests that the installed SDK can send."""
    import databricks.sdk.service as services

    found = beside()
    for info in pkgutil.iter_modules(services.__path__):
        module = importlib.import_module(f"{services.__name__}.{info.name}")
        for name, service in inspect.getmembers(module, inspect.isclass):
            if not name.endswith("API") or service.__module__ != module.__name__:
                continue
            for method in vars(service).values():
                if inspect.isfunction(method) and not method.__name__.startswith("_"):
                    call = call_of(method, f"{info.name}.{name}.{method.__name__}")
                    if call is not None:
                        found.append(call)
    return found


def is_enum(of) -> bool:
    return inspect.isclass(of) and issubclass(of, enum.Enum)
