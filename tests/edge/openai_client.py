"""The openai package for Python, told an address and a key: what it understands of the answers, as JSON."""

import json
import sys

import openai

base_url, api_key, path = sys.argv[1:]
transcriptions = openai.OpenAI(base_url=base_url, api_key=api_key, max_retries=0).audio.transcriptions


def ask(**more):
    with open(path, "rb") as file:
        return transcriptions.create(**{"model": "whisper-1", "file": file, **more})


told = {format: ask(response_format=format) for format in ("text", "srt", "vtt")}
told["json"] = ask().text
verbose = ask(response_format="verbose_json", timestamp_granularities=["word", "segment"])
told["words"] = [word.word for word in verbose.words]
assert verbose.segments[0].end > verbose.segments[0].start
events = list(ask(model="gpt-4o-transcribe", stream=True))
told["deltas"] = [event.delta for event in events if event.type == "transcript.text.delta"]
told["done"] = events[-1].text
try:
    ask(model="gpt-4o")
except openai.NotFoundError as error:
    told["error"] = f"{type(error).__name__} {error.param}"
print(json.dumps(told))
