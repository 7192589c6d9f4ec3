// The package with its wasm is loaded apart from the page, once, and on first need at the latest.

type Package = typeof import("dashscope-asr");

let loading: Promise<Package> | undefined;

export function loadPackage(): Promise<Package> {
  loading ??= import("dashscope-asr").catch((error: unknown) => {
    // A failed download must not be remembered: "Try again" has to be able to succeed.
    loading = undefined;
    throw error;
  });
  return loading;
}

type MicrophonePackage = typeof import("dashscope-asr/microphone");

/** Small, so a failure is not worth remembering either. */
export function loadMicrophone(): Promise<MicrophonePackage> {
  return import("dashscope-asr/microphone");
}

/** Fetches it while nobody waits for it. */
export function warmUpPackage(): void {
  const start = (): void => {
    void Promise.all([loadPackage(), loadMicrophone()]).catch(() => {});
  };
  if (typeof requestIdleCallback === "function") requestIdleCallback(start, { timeout: 2000 });
  else setTimeout(start, 300);
}
