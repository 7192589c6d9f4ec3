// What `live` tells, as the parts of the AI SDK's stream.

import type { LiveEvent } from "../api.js";
import { result } from "./result.js";
import type { JsonObject, StreamPart } from "./specification.js";

/** What goes before and with the parts of a stream. */
export interface StreamFacts {
  modelId: string;
  /** When it began. */
  timestamp: Date;
  /** Every event is a part of its own, too. */
  includeRaw: boolean;
}

/** The parts that an event is. */
export function partsOf(event: LiveEvent, facts: StreamFacts): StreamPart[] {
  const parts = known(event, facts);
  return facts.includeRaw ? [{ type: "raw", rawValue: event }, ...parts] : parts;
}

function known(event: LiveEvent, { modelId, timestamp }: StreamFacts): StreamPart[] {
  switch (event.type) {
    case "partial": {
      const { beginMs, endMs } = event.segment;
      const duration = endMs > beginMs && { durationInSeconds: (endMs - beginMs) / 1000 };
      return [{ type: "transcript-partial", ...sentence(event), ...duration }];
    }
    case "final":
      return [{ type: "transcript-final", ...sentence(event), endSecond: event.segment.endMs / 1000 }];
    case "state":
      return event.state === "open" ? [{ type: "response-metadata", timestamp, modelId }] : [];
    case "done": {
      const { words, warnings, response, ...whole } = result(event.transcript, {}, { timestamp, modelId });
      return [{ type: "finish", ...whole }];
    }
    default:
      return [];
  }
}

function sentence({ segment }: Extract<LiveEvent, { type: "partial" | "final" }>) {
  const { id, text, beginMs } = segment;
  return {
    id: String(id),
    text: text.trim(),
    startSecond: beginMs / 1000,
    providerMetadata: { dashscope: segment as unknown as JsonObject },
  };
}
