// The Web Speech API over ours, as pages use it.
import { isAsrError, Transcriber } from "dashscope-asr";
import {
  DashScopeSpeechRecognition,
  type DashScopeSpeechRecognitionEvent,
  type SpeechRecognitionErrorName,
  type SpeechRecognitionSettings,
} from "dashscope-asr/speech-recognition";

const settings: SpeechRecognitionSettings = {
  live: { model: "fun-asr-realtime", heartbeat: true },
  microphone: { deviceId: "default", noiseSuppression: true },
};
const Recognition = DashScopeSpeechRecognition.with(new Transcriber({ baseURL: "/dashscope" }), settings);

export function listen(track: MediaStreamTrack): string[] {
  const recognition = new Recognition();
  const heard: string[] = [];
  recognition.continuous = true;
  recognition.lang = "en-US";
  recognition.onresult = ({ results, resultIndex }: DashScopeSpeechRecognitionEvent) => {
    const result: SpeechRecognitionResult | undefined = results[resultIndex];
    if (result?.isFinal) heard.push(result[0]?.transcript ?? "");
  };
  recognition.onerror = ({ error, message, cause }) => {
    const name: SpeechRecognitionErrorName = error;
    heard.push(name, message, isAsrError(cause) ? (cause.partialText ?? "") : "");
  };
  recognition.addEventListener("end", () => heard.push(recognition.lang));
  recognition.start(track);
  return heard;
}

// @ts-expect-error a class of libraries takes no parameters
new Recognition(new Transcriber());
// @ts-expect-error a client is needed
new DashScopeSpeechRecognition();
// @ts-expect-error the microphone's rate is the recognition's
DashScopeSpeechRecognition.with(new Transcriber(), { microphone: { sampleRate: 8000 } });
