"""Calls the official dashscope SDK for the Node tests.

One JSON object per line on standard input: {"id": 1, "call": "Transcription.call", "arguments": {...}}. One per line on
standard output: {"id": 1, "value": ...} or {"id": 1, "raised": {"type": ..., "message": ...}}. The base address and the key
come from the environment (EMULATOR_URL, DASHSCOPE_API_KEY).
"""

import base64
import json
import os
import sys
import threading
import time
from contextlib import closing
from types import GeneratorType

import dashscope
from dashscope import Client, MultiModalConversation
from dashscope.audio.asr import Recognition, RecognitionCallback, Transcription, VocabularyService
from dashscope.audio.qwen_omni import MultiModality, OmniRealtimeCallback, OmniRealtimeConversation
from dashscope.audio.qwen_omni.omni_realtime import TranscriptionParams
from dashscope.audio.qwen_asr import QwenTranscription
from dashscope.utils.oss_utils import OssUtils
from dashscope.v2.transport.ws_connection import WsConnection

EMULATOR_URL = os.environ["EMULATOR_URL"]
dashscope.base_http_api_url = EMULATOR_URL + "/api/v1"
WEBSOCKET_URL = EMULATOR_URL.replace("http", "ws", 1) + "/api-ws/v1"
dashscope.base_websocket_api_url = WEBSOCKET_URL + "/inference"
PIECE_SECONDS = 0.1


def client():
    """The SDK's second generation."""
    return Client(base_url=EMULATOR_URL + "/api/v1", max_retries=0)


def vocabulary(action):
    """VocabularyService has instance methods, the others have class methods."""
    return lambda **arguments: getattr(VocabularyService(), action)(**arguments)


def in_real_time(path, take):
    """Hands over the samples of a 16 kHz WAV file as a microphone would."""
    with open(path, "rb") as file:
        pcm = file.read()[44:]
    size = int(32000 * PIECE_SECONDS)
    begun = time.monotonic()
    for number, at in enumerate(range(0, len(pcm), size)):
        time.sleep(max(0, begun + number * PIECE_SECONDS - time.monotonic()))
        take(pcm[at : at + size])


def recognize_live(file, **options):
    """Recognition with a callback, fed in real time."""
    told, begun = [], time.monotonic()

    class Callback(RecognitionCallback):
        def on_event(self, result):
            told.append({"at": time.monotonic() - begun, "sentence": result.get_sentence(), "usage": result.usage})

        def on_error(self, result):
            told.append({"error": result.message, "code": result.code})

        def on_complete(self):
            told.append({"complete": True})

    recognition = Recognition(callback=Callback(), **options)
    recognition.start()
    in_real_time(file, recognition.send_audio_frame)
    recognition.stop()
    return told


def recognize_file(file, **options):
    """Recognition of a whole file, without any pacing."""
    result = Recognition(callback=None, **options).call(file)
    return {"status": result.status_code, "code": result.code, "message": result.message, "output": result.output}


def converse(file, model, silence_ms, key=None):
    """A session of the other protocol, fed in real time."""
    told, begun, updated = [], time.monotonic(), threading.Event()

    class Callback(OmniRealtimeCallback):
        def on_event(self, message):
            told.append({"at": time.monotonic() - begun, **message})
            if message["type"] == "session.updated":
                updated.set()

    conversation = OmniRealtimeConversation(model=model, callback=Callback(), url=WEBSOCKET_URL + "/realtime", api_key=key)
    conversation.connect()
    conversation.update_session(
        output_modalities=[MultiModality.TEXT],
        enable_turn_detection=True,
        turn_detection_threshold=0.0,
        turn_detection_silence_duration_ms=silence_ms,
        transcription_params=TranscriptionParams(language="en", sample_rate=16000, input_audio_format="pcm"),
    )
    updated.wait(5)
    in_real_time(file, lambda piece: conversation.append_audio(base64.b64encode(piece).decode("ascii")))
    conversation.end_session()
    conversation.close()
    return told


def recognize_twice(file, **options):
    """The second generation of the SDK: two tasks on one connection."""
    asr = client().audio.asr
    told = []
    connection = WsConnection(url=WEBSOCKET_URL + "/inference", api_key=os.environ["DASHSCOPE_API_KEY"])
    with closing(connection):
        for _ in range(2):
            with asr.recognize(connection=connection, **options) as recognition:
                with open(file, "rb") as audio:
                    while piece := audio.read(12800):
                        recognition.send_audio_frame(piece)
                recognition.stop()
                told.append([result.get_sentence() for result in recognition.results()])
    return told


CALLS = {
    "MultiModalConversation.call": MultiModalConversation.call,
    "QwenTranscription.call": QwenTranscription.call,
    "QwenTranscription.async_call": QwenTranscription.async_call,
    "QwenTranscription.fetch": QwenTranscription.fetch,
    "Transcription.call": Transcription.call,
    "Transcription.async_call": Transcription.async_call,
    "Transcription.fetch": Transcription.fetch,
    "Transcription.list": Transcription.list,
    "Transcription.cancel": Transcription.cancel,
    "VocabularyService.create_vocabulary": vocabulary("create_vocabulary"),
    "VocabularyService.list_vocabularies": vocabulary("list_vocabularies"),
    "VocabularyService.query_vocabulary": vocabulary("query_vocabulary"),
    "VocabularyService.update_vocabulary": vocabulary("update_vocabulary"),
    "VocabularyService.delete_vocabulary": vocabulary("delete_vocabulary"),
    "OssUtils.upload": OssUtils.upload,
    "Recognition.start": recognize_live,
    "Recognition.call": recognize_file,
    "OmniRealtimeConversation": converse,
    "Client.audio.asr.recognize": recognize_twice,
    "Client.audio.asr.transcribe": lambda **arguments: client().audio.asr.transcribe(**arguments),
    "Client.audio.asr.jobs.create": lambda **arguments: client().audio.asr.jobs.create(**arguments),
}


def plain(value):
    """Anything the SDK returns, as JSON can carry it."""
    if isinstance(value, GeneratorType):
        return list(value)
    if hasattr(value, "model_dump"):
        return value.model_dump()
    return str(value)


def answer(request):
    """The reply to one line."""
    try:
        value = CALLS[request["call"]](**request["arguments"])
        if isinstance(value, GeneratorType):
            value = list(value)
        return {"id": request["id"], "value": value}
    except Exception as error:  # whatever the SDK raises is what the test wants to see
        return {"id": request["id"], "raised": {"type": type(error).__name__, "message": str(error)}}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line)), default=plain), flush=True)
