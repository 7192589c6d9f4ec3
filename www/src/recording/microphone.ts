// The microphone: whether there is one, and opening it.

export interface Microphone {
  readonly id: string;
  readonly label: string;
}

export function canRecord(): boolean {
  // `mediaDevices` is missing on pages that are neither https nor localhost.
  return typeof MediaRecorder !== "undefined" && navigator.mediaDevices?.getUserMedia !== undefined;
}

/** Asks for leave where that has not been given. An unknown or vanished device falls back to the default one. */
export function openMicrophone(deviceId: string): Promise<MediaStream> {
  const audio: MediaTrackConstraints = {
    channelCount: { ideal: 1 },
    echoCancellation: true,
    noiseSuppression: true,
    autoGainControl: true,
  };
  if (deviceId) audio.deviceId = { ideal: deviceId };
  return navigator.mediaDevices.getUserMedia({ audio });
}

/** Browsers give neither ids nor labels before leave to record was given: then the list is empty. */
export async function listMicrophones(): Promise<Microphone[]> {
  if (!navigator.mediaDevices?.enumerateDevices) return [];
  const devices = await navigator.mediaDevices.enumerateDevices().catch(() => []);
  return devices
    .filter((device) => device.kind === "audioinput" && device.deviceId !== "" && device.label !== "")
    .map((device) => ({ id: device.deviceId, label: device.label }));
}

export function whenMicrophonesChange(listener: () => void): void {
  navigator.mediaDevices?.addEventListener?.("devicechange", listener);
}
