"""Calls a running server with the clients that people have, unchanged and with their defaults.

    pip install -r requirements.txt
    ltad serve ./model --port 8080 --grpc-port 8081
    python check_clients.py part.png --http 127.0.0.1:8080 --grpc 127.0.0.1:8081

Every client must give the same score. The program ends with code 1 when one does not, or fails.
"""
import argparse
import asyncio
import base64
import io
import subprocess
import sys
import traceback

import numpy as np

parser = argparse.ArgumentParser()
parser.add_argument("image")
parser.add_argument("--http", default="127.0.0.1:8080")
parser.add_argument("--grpc", default="127.0.0.1:8081")
parser.add_argument("--model", default="ltad")
parser.add_argument("--only", choices=["triton", "kserve"], help="these clients alone; both register the protocol's messages, so each gets a process")
args = parser.parse_args()
if args.only is None:
    codes = [subprocess.run([sys.executable, *sys.argv, "--only", clients]).returncode for clients in ("triton", "kserve")]
    sys.exit(max(codes))
sys.argv = sys.argv[:1]  # kserve reads it when it is imported
FILE = open(args.image, "rb").read()
scores, failures = {}, []


def check(name):
    def run(function):
        if args.only not in name:
            return
        try:
            result = asyncio.run(function()) if asyncio.iscoroutinefunction(function) else function()
            scores[name] = float(np.asarray(result).reshape(-1)[0])
            print(f"ok    {name}: score {scores[name]:.6g}")
        except Exception:
            failures.append(name)
            print(f"FAIL  {name}")
            traceback.print_exc()

    return run


def bytes_tensor(module, *files):
    tensor = module.InferInput("image", [len(files)], "BYTES")
    tensor.set_data_from_numpy(np.array(files, dtype=np.object_))
    return tensor


@check("tritonclient.http: everything but infer")
def _():
    import tritonclient.http as http

    client = http.InferenceServerClient(args.http)
    assert client.is_server_live() and client.is_server_ready() and client.is_model_ready(args.model)
    assert client.is_model_ready(args.model, "1")
    assert client.get_server_metadata()["name"] == "ltad-server"
    metadata = client.get_model_metadata(args.model, "1")
    assert metadata["inputs"][0] == {"name": "image", "datatype": "BYTES", "shape": [-1]}, metadata
    assert [m["state"] for m in client.get_model_repository_index() if m["name"] == args.model] == ["READY"]
    client.unload_model(args.model)
    assert not client.is_model_ready(args.model)
    client.load_model(args.model)
    assert client.is_model_ready(args.model)
    result = client.infer(args.model, [bytes_tensor(http, FILE)])
    stats = client.get_inference_statistics(args.model)["model_stats"][0]
    assert stats["inference_count"] >= 1 and stats["inference_stats"]["success"]["ns"] > 0, stats
    return result.as_numpy("score")


@check("tritonclient.http: infer, binary by default")
def _():
    import tritonclient.http as http

    client = http.InferenceServerClient(args.http)
    result = client.infer(args.model, [bytes_tensor(http, FILE)], request_id="7")
    assert result.get_response()["id"] == "7" and result.get_response()["model_version"] == "1"
    assert result.as_numpy("anomaly_map").ndim == 3 and result.as_numpy("class")[0].decode()
    return result.as_numpy("score")


@check("tritonclient.http: two images, outputs chosen, the overlay")
def _():
    import tritonclient.http as http
    from PIL import Image

    client = http.InferenceServerClient(args.http)
    outputs = [http.InferRequestedOutput(name) for name in ("score", "overlay")]
    result = client.infer(args.model, [bytes_tensor(http, FILE, FILE)], outputs=outputs)
    assert result.as_numpy("score").shape == (2,) and result.as_numpy("anomaly_map") is None
    assert Image.open(io.BytesIO(result.as_numpy("overlay")[1])).format == "PNG"
    return result.as_numpy("score")


for request in ("gzip", "deflate"):

    @check(f"tritonclient.http: {request} both ways")
    def _():
        import tritonclient.http as http

        client = http.InferenceServerClient(args.http)
        result = client.infer(
            args.model,
            [bytes_tensor(http, FILE)],
            request_compression_algorithm=request,
            response_compression_algorithm=request,
        )
        return result.as_numpy("score")


@check("tritonclient.http: JSON (binary_data=False), base64")
def _():
    import tritonclient.http as http

    tensor = http.InferInput("image", [1], "BYTES")
    tensor.set_data_from_numpy(np.array([base64.b64encode(FILE)], dtype=np.object_), binary_data=False)
    output = http.InferRequestedOutput("score", binary_data=False)
    return http.InferenceServerClient(args.http).infer(args.model, [tensor], outputs=[output]).as_numpy("score")


@check("tritonclient.http: pixels as UINT8 and as FP32")
def _():
    import tritonclient.http as http
    from PIL import Image

    client = http.InferenceServerClient(args.http)
    pixels = np.asarray(Image.open(args.image).convert("RGB"))
    found = []
    for array, datatype in ((pixels[None], "UINT8"), (pixels.astype(np.float32).transpose(2, 0, 1)[None] / 255, "FP32")):
        tensor = http.InferInput("image", list(array.shape), datatype)
        tensor.set_data_from_numpy(np.ascontiguousarray(array))
        found.append(client.infer(args.model, [tensor]).as_numpy("score")[0])
    assert abs(found[0] - found[1]) <= 1e-5 * abs(found[0]), found
    return client.infer(args.model, [bytes_tensor(http, FILE)]).as_numpy("score")


@check("tritonclient.http: an unknown class is refused in words")
def _():
    import tritonclient.http as http
    from tritonclient.utils import InferenceServerException

    client = http.InferenceServerClient(args.http)
    try:
        client.infer(args.model, [bytes_tensor(http, FILE)], parameters={"class": "no such class"})
    except InferenceServerException as error:
        assert "unknown class" in str(error), error
    else:
        raise AssertionError("it was taken")
    return client.infer(args.model, [bytes_tensor(http, FILE)]).as_numpy("score")


@check("tritonclient.http.aio")
async def _():
    import tritonclient.http.aio as http

    async with http.InferenceServerClient(args.http) as client:
        assert await client.is_server_ready() and await client.is_model_ready(args.model)
        results = await asyncio.gather(*(client.infer(args.model, [bytes_tensor(http, FILE)]) for _ in range(4)))
        return results[-1].as_numpy("score")


@check("tritonclient.grpc")
def _():
    import tritonclient.grpc as grpc

    client = grpc.InferenceServerClient(args.grpc)
    assert client.is_server_live() and client.is_server_ready() and client.is_model_ready(args.model, "1")
    assert client.get_server_metadata().name == "ltad-server"
    assert client.get_model_metadata(args.model).inputs[0].datatype == "BYTES"
    assert client.get_inference_statistics(args.model).model_stats[0].name == args.model
    assert client.get_model_repository_index().models[0].state == "READY"
    client.unload_model(args.model)
    assert not client.is_model_ready(args.model)
    client.load_model(args.model)
    outputs = [grpc.InferRequestedOutput("score"), grpc.InferRequestedOutput("class")]
    result = client.infer(args.model, [bytes_tensor(grpc, FILE)], outputs=outputs)
    assert result.as_numpy("class")[0].decode() and result.as_numpy("anomaly_map") is None
    return result.as_numpy("score")


@check("tritonclient.grpc.aio")
async def _():
    import tritonclient.grpc.aio as grpc

    async with grpc.InferenceServerClient(args.grpc) as client:
        return (await client.infer(args.model, [bytes_tensor(grpc, FILE)])).as_numpy("score")


def kserve_request(raw):
    from kserve import InferInput, InferRequest

    tensor = InferInput("image", [1], "BYTES", data=None if raw else [base64.b64encode(FILE).decode()])
    if raw:
        tensor.set_data_from_numpy(np.array([FILE], dtype=np.object_), binary_data=True)
    return InferRequest(model_name=args.model, infer_inputs=[tensor])


for raw in (True, False):

    @check(f"kserve.InferenceRESTClient, {'binary' if raw else 'JSON'}")
    async def _():
        from kserve import InferenceRESTClient, RESTConfig

        client = InferenceRESTClient(RESTConfig(protocol="v2"))
        url = f"http://{args.http}"
        assert await client.is_server_live(url) and await client.is_server_ready(url)
        assert await client.is_model_ready(url, model_name=args.model)
        result = await client.infer(url, kserve_request(raw), model_name=args.model)
        return [one for one in result.outputs if one.name == "score"][0].as_numpy()


@check("kserve.InferenceGRPCClient")
async def _():
    from kserve import InferenceGRPCClient

    client = InferenceGRPCClient(args.grpc)
    assert await client.is_server_live() and await client.is_server_ready() and await client.is_model_ready(args.model)
    result = await client.infer(kserve_request(True))
    return [one for one in result.outputs if one.name == "score"][0].as_numpy()


spread = max(scores.values()) - min(scores.values()) if scores else 0
print(f"{len(scores)} checks, {len(failures)} failed; the scores differ by {spread:.3g}")
sys.exit(1 if failures or spread > 1e-6 * abs(max(scores.values(), default=0)) else 0)
