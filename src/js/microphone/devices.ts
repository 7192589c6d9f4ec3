// Which microphones there are, and whether they may be used.

/** A microphone that can be opened. */
export interface MicrophoneDevice {
  /** For `openMicrophone({ deviceId })`; good for this site, until its data is cleared. */
  readonly deviceId: string;
  /** The name that the system has for it. */
  readonly label: string;
}

/** What is known of the leave to use a microphone: `"unknown"` where the browser does not tell. */
export type MicrophonePermissionState = "granted" | "prompt" | "denied" | "unknown";

/** Whether microphones may be used, now and later. */
export interface MicrophonePermission {
  /** `"prompt"`: the person will be asked. */
  readonly state: MicrophonePermissionState;
  /** Is told when it changes. */
  onchange: ((state: MicrophonePermissionState) => void) | null;
}

/** The microphones. Browsers name none before leave was given: then the list is empty. */
export async function listMicrophones(): Promise<MicrophoneDevice[]> {
  const devices = await globalThis.navigator?.mediaDevices?.enumerateDevices?.().catch(() => []);
  return (devices ?? [])
    .filter(({ kind, deviceId, label }) => kind === "audioinput" && deviceId !== "" && label !== "")
    .map(({ deviceId, label }) => ({ deviceId, label }));
}

/** Tells of the microphones whenever one comes or goes, until the function that is returned is called. */
export function watchMicrophones(listener: (devices: MicrophoneDevice[]) => void): () => void {
  const media = globalThis.navigator?.mediaDevices;
  const tell = () => void listMicrophones().then(listener);
  media?.addEventListener?.("devicechange", tell);
  return () => media?.removeEventListener?.("devicechange", tell);
}

/** Whether the person has given leave, without asking them. */
export async function microphonePermission(): Promise<MicrophonePermission> {
  const name = "microphone" as PermissionName;
  const status = await Promise.resolve(globalThis.navigator?.permissions?.query({ name })).catch(() => undefined);
  const permission = {
    get state(): MicrophonePermissionState {
      return status?.state ?? "unknown";
    },
    onchange: null as MicrophonePermission["onchange"],
  };
  status?.addEventListener("change", () => permission.onchange?.(permission.state));
  return permission;
}
