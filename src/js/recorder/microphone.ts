// The microphone: whether there is one, and opening it.

/** Whether this browser records on this page. */
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
