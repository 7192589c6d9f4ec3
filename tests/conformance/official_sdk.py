"""Calls the official dashscope SDK for the Node tests.

One JSON object per line on standard input: {"id": 1, "call": "Transcription.call", "arguments": {...}}. One per line on
standard output: {"id": 1, "value": ...} or {"id": 1, "raised": {"type": ..., "message": ...}}. The base address and the key
come from the environment (EMULATOR_URL, DASHSCOPE_API_KEY).
"""

import json
import os
import sys
from types import GeneratorType

import dashscope
from dashscope import Client, MultiModalConversation
from dashscope.audio.asr import Transcription, VocabularyService
from dashscope.audio.qwen_asr import QwenTranscription
from dashscope.utils.oss_utils import OssUtils

EMULATOR_URL = os.environ["EMULATOR_URL"]
dashscope.base_http_api_url = EMULATOR_URL + "/api/v1"


def client():
    """The SDK's second generation."""
    return Client(base_url=EMULATOR_URL + "/api/v1", max_retries=0)


def vocabulary(action):
    """VocabularyService has instance methods, the others have class methods."""
    return lambda **arguments: getattr(VocabularyService(), action)(**arguments)


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
