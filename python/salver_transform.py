"""Computes Feast's on-demand feature views for Salver.

One process imports Feast once and forks the processes that compute: one that is killed is replaced within milliseconds.
Each of them connects to the socket of the server that started it and answers one request at a time. Everything ends when
the standard input of the first process is closed.

A frame is two lengths of four bytes, most significant first, then JSON, then bytes that the JSON describes.
"""

import asyncio
import ctypes
import importlib.util
import inspect
import json
import os
import select
import signal
import socket
import struct
import sys
import time
from types import SimpleNamespace

# Nothing of this process is reported to anybody.
os.environ["FEAST_USAGE"] = "False"

LENGTHS = struct.Struct(">II")
LONGEST_TEXT = 1000
YOUNG_SECONDS = 2.0
LONGEST_DELAY_SECONDS = 5.0
PR_SET_PDEATHSIG = 1


def text_of(error):
    """What an exception says; its class where it says nothing."""
    said = str(error) or type(error).__name__
    if isinstance(error, KeyError):
        said = f"KeyError: {said}"
    return said[:LONGEST_TEXT]


class Channel:
    """Frames over a socket."""

    def __init__(self, address):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(address)
        self.file = self.socket.makefile("rb")

    def receive(self):
        """The next request, or None when the server is gone."""
        head = self.file.read(LENGTHS.size)
        if len(head) < LENGTHS.size:
            return None
        lengths = LENGTHS.unpack(head)
        parts = [self.file.read(length) for length in lengths]
        if [len(part) for part in parts] != list(lengths):
            return None
        return json.loads(parts[0]), parts[1]

    def send(self, header, payload=b""):
        text = json.dumps(header).encode()
        self.socket.sendall(LENGTHS.pack(len(text), len(payload)) + text + payload)


class FunctionFailed(Exception):
    """The function of a view raised, or returned what cannot be used."""


class Views:
    """On-demand views by the key that the server gave them."""

    def __init__(self):
        self.known = {}
        self.problems = {}

    def load(self, header, payload):
        from feast.on_demand_feature_view import OnDemandFeatureView
        from feast.protos.feast.core.OnDemandFeatureView_pb2 import OnDemandFeatureView as Message

        problems = {}
        at = 0
        for key, length in header["views"]:
            message = Message.FromString(payload[at : at + length])
            at += length
            try:
                view = OnDemandFeatureView.from_proto(message)
                if view.feature_transformation is None:
                    raise ValueError("the registry holds no function of it")
                self.known[key] = view
            except BaseException as error:
                problems[key] = text_of(error)
        kept = set(header["keep"])
        self.known = {key: view for key, view in self.known.items() if key in kept}
        self.problems = {key: text for key, text in self.problems.items() if key in kept}
        self.problems.update(problems)
        return problems


def load_artifacts(folder):
    """Runs `load_artifacts` of the repo's static_artifacts.py, as Feast's server does. Returns what went wrong."""
    path = os.path.join(folder, "static_artifacts.py")
    if not os.path.exists(path):
        return None
    try:
        spec = importlib.util.spec_from_file_location("static_artifacts", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        load = getattr(module, "load_artifacts", None)
        if load is None:
            return None
        result = load(SimpleNamespace(state=SimpleNamespace()))
        if inspect.iscoroutine(result):
            asyncio.run(result)
        return None
    except Exception as error:
        return f"static_artifacts.py: {text_of(error)}"


def typed_columns(header, payload):
    """Columns as they came out of the online store, under all names that they have."""
    from feast.protos.feast.types.Value_pb2 import RepeatedValue
    from feast.type_map import feast_value_type_to_python_type

    columns = {}
    at = 0
    for names, length in header["columns"]:
        values = RepeatedValue.FromString(payload[at : at + length]).val
        at += length
        column = [feast_value_type_to_python_type(value) for value in values]
        for name in names:
            columns[name] = column
    return columns


def request_columns(data):
    """Values of a request by way of Feast's typed values, which is how its server hands them on."""
    from feast.type_map import feast_value_type_to_python_type, python_values_to_proto_values
    from feast.value_type import ValueType

    columns = {}
    for name, values in data.items():
        if all(value is None for value in values):
            columns[name] = values
            continue
        try:
            messages = python_values_to_proto_values(values, ValueType.UNKNOWN)
        except Exception as error:
            raise FunctionFailed(f"the values of {name} cannot be used: {text_of(error)}") from error
        columns[name] = [feast_value_type_to_python_type(message) for message in messages]
    return columns


def arrow_of(columns):
    import pyarrow
    from feast.online_response import _convert_uuids_for_arrow

    return pyarrow.Table.from_pydict(_convert_uuids_for_arrow(dict(columns)))


def called(function, argument):
    try:
        return function(argument)
    except Exception as error:
        raise FunctionFailed(text_of(error)) from error


def returned_dict(result):
    if not isinstance(result, dict):
        raise FunctionFailed(f"its function must return a dict, not {type(result).__name__}")
    return result


def returned_frame(result):
    import pandas

    if not isinstance(result, pandas.DataFrame):
        raise FunctionFailed(f"its function must return a DataFrame, not {type(result).__name__}")
    return result


def as_list(values):
    """A column of a function in the mode python; one value is a column of one row, as in Feast."""
    if isinstance(values, list):
        return values
    if isinstance(values, tuple):
        return list(values)
    to_list = getattr(values, "tolist", None)
    listed = to_list() if callable(to_list) else values
    return listed if isinstance(listed, list) else [listed]


def read_python(view, columns, rows):
    function = view.feature_transformation.udf
    if not view.singleton:
        # The function gets a dict of its own: it may put its results into it.
        result = returned_dict(called(function, dict(columns)))
        merged = {**columns, **result}
        return {name: as_list(values) for name, values in merged.items()}
    names = [name for field in view.features for name in spellings(view, field.name)]
    results = []
    for row in range(rows):
        given = {name: values[row] for name, values in columns.items()}
        results.append({**given, **returned_dict(called(function, dict(given)))})
    return {name: [result.get(name) for result in results] for name in names if any(name in one for one in results)}


def read_arrow(view, columns):
    import pyarrow

    table = arrow_of(columns)
    if view.mode == "substrait":
        result = called(view.transform_arrow, table)
    else:
        frame = returned_frame(called(view.feature_transformation.udf, table.to_pandas()))
        try:
            result = pyarrow.Table.from_pandas(frame)
        except Exception as error:
            raise FunctionFailed(f"its result is no table: {text_of(error)}") from error
    return {name: result[name].to_numpy() for name in result.column_names}


def spellings(view, feature):
    return (feature, f"{view.projection.name_to_use()}__{feature}")


def write_frame(view, frame, join_keys):
    """The rows to store: what the function made, with the columns that it got."""
    import pandas

    function = view.feature_transformation.udf
    if view.mode == "pandas":
        result = returned_frame(called(function, frame.copy()))
        for name in frame.columns:
            result[name] = frame[name]
        return result
    if view.mode != "python":
        raise FunctionFailed(f"Unsupported OnDemandFeatureView mode: {view.mode} cannot be stored")
    if view.singleton:
        made = {}
        for _, row in frame.iterrows():
            for name, values in returned_dict(called(function, row.to_dict())).items():
                made.setdefault(name, []).extend(values if isinstance(values, list) else [values])
    else:
        made = returned_dict(called(function, frame.to_dict(orient="list")))
    try:
        result = pandas.DataFrame(made)
        if result.shape[0] == frame.shape[0]:
            for name in frame.columns:
                if name not in result:
                    result[name] = frame[name].to_list()
            return result
        keys = [key for key in join_keys if key in frame.columns]
        return pandas.merge(result, frame, how="left", on=keys)
    except Exception as error:
        raise FunctionFailed(f"its result is no table: {text_of(error)}") from error


def message_column(name, values, value_type):
    from feast.protos.feast.types.Value_pb2 import RepeatedValue
    from feast.type_map import python_values_to_proto_values

    try:
        return RepeatedValue(val=python_values_to_proto_values(values, value_type)).SerializeToString()
    except Exception as error:
        raise FunctionFailed(f"{name} is no {value_type.name}: {text_of(error)}") from error


def transform_read(view, header, payload):
    columns = {**typed_columns(header, payload), **request_columns(header["data"])}
    results = read_python(view, columns, header["rows"]) if view.mode == "python" else read_arrow(view, columns)
    made = []
    for field in view.features:
        if header["wanted"] is not None and field.name not in header["wanted"]:
            continue
        name = next((name for name in spellings(view, field.name) if name in results), None)
        if name is not None:
            made.append((field.name, message_column(field.name, results[name], field.dtype.to_value_type())))
    return made


def transform_write(view, header, payload):
    import pandas
    import pyarrow
    from feast.value_type import ValueType

    if header["df"] is None:
        frame = arrow_of({**typed_columns(header, payload), **request_columns(header["data"])}).to_pandas()
    else:
        frame = pandas.DataFrame(header["df"])
    result = write_frame(view, frame, list(header["keys"]))
    try:
        table = pyarrow.Table.from_pandas(result)
    except Exception as error:
        raise FunctionFailed(f"its result is no table: {text_of(error)}") from error
    wanted = [(name, ValueType(number)) for name, number in header["keys"].items()]
    wanted += [(field.name, field.dtype.to_value_type()) for field in view.features]
    return [
        (name, message_column(name, table[name].to_numpy(), value_type))
        for name, value_type in wanted
        if name in table.column_names
    ]


def answer(views, folder, header, payload):
    """The answer to one request: a header and bytes."""
    if header["op"] == "start":
        return {"problem": load_artifacts(folder)}, b""
    if header["op"] == "load":
        return {"problems": views.load(header, payload)}, b""
    view = views.known.get(header["view"])
    if view is None:
        return {"missing": views.problems.get(header["view"], "it is not loaded")}, b""
    transform = transform_write if header["purpose"] == "write" else transform_read
    made = transform(view, header, payload)
    return {"columns": [[name, len(column)] for name, column in made]}, b"".join(column for _, column in made)


def compute(address, folder):
    """A process that computes: until the server goes away."""
    channel = Channel(address)
    views = Views()
    channel.send({"pid": os.getpid()})
    while True:
        request = channel.receive()
        if request is None:
            return
        header, payload = request
        try:
            result, made = answer(views, folder, header, payload)
        except FunctionFailed as error:
            result, made = {"failed": str(error)}, b""
        except BaseException as error:
            result, made = {"broken": f"{type(error).__name__}: {text_of(error)}"}, b""
        channel.send({"id": header["id"], **result}, made)


def end_with_parent():
    """Where the system can: for a function that never ends when its server was killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def fork(address, folder, inherited):
    parent = os.getpid()
    pid = os.fork()
    if pid != 0:
        return pid
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        end_with_parent()
        for descriptor in inherited:
            os.close(descriptor)
        if os.getppid() == parent:
            compute(address, folder)
    except (BrokenPipeError, ConnectionError, FileNotFoundError):
        pass
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


class Processes:
    """Keeps a number of processes running, until the standard input is closed."""

    def __init__(self, address, folder, count):
        self.address = address
        self.folder = folder
        self.count = count
        self.started = {}
        self.young_ends = 0
        self.start_at = 0.0

    def run(self):
        woken, wake = os.pipe()
        for descriptor in (woken, wake):
            os.set_blocking(descriptor, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        while True:
            missing = self.count - len(self.started)
            now = time.monotonic()
            if missing > 0 and now >= self.start_at:
                for _ in range(missing):
                    self.started[fork(self.address, self.folder, (0, woken, wake))] = now
                missing = 0
            wait = None if missing == 0 else max(0.0, self.start_at - now)
            readable, _, _ = select.select([0, woken], [], [], wait)
            if woken in readable:
                os.read(woken, 4096)
            if 0 in readable and not os.read(0, 4096):
                return self.end()
            self.reap()

    def reap(self):
        while self.started:
            pid, _ = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            now = time.monotonic()
            age = now - self.started.pop(pid, now)
            self.young_ends = self.young_ends + 1 if age < YOUNG_SECONDS else 0
            delay = min(LONGEST_DELAY_SECONDS, 0.1 * 2 ** (self.young_ends - 1)) if self.young_ends > 1 else 0.0
            self.start_at = now + delay

    def end(self):
        for pid in self.started:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass


def main():
    address, folder, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    # Ctrl-C reaches the whole process group: the server decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.path.insert(0, folder)
    try:
        import feast.feature_store
        import feast.on_demand_feature_view
        import feast.online_response
        import feast.type_map
        import pandas
        import pyarrow
        from feast.transformation import pandas_transformation, python_transformation
        from feast.version import get_version
    except ImportError as error:
        sys.exit(f"{sys.executable} has no usable Feast: {error}")
    print(f"Feast {get_version()}, Python {sys.version.split()[0]}, pandas {pandas.__version__}", flush=True)
    Processes(address, folder, count).run()


if __name__ == "__main__":
    main()
