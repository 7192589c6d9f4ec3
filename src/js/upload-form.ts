// Uploading with progress. `fetch` tells nothing while it sends; XMLHttpRequest, where there is one, does.

/** Sends a form by POST, and tells how much of it is gone. */
export type Upload = typeof send;

/** The function for a call, `undefined` where this runtime has none. */
export function uploadForm(): Upload | undefined {
  return typeof XMLHttpRequest === "function" ? send : undefined;
}

function send(
  url: string,
  headers: [string, string][],
  body: Blob,
  signal: AbortSignal,
  onProgress: (loaded: number, total: number) => void,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    for (const [name, value] of headers) request.setRequestHeader(name, value);
    request.responseType = "arraybuffer";
    request.upload.onprogress = ({ loaded, total }) => onProgress(loaded, total);
    request.onload = () => {
      const lines = request
        .getAllResponseHeaders()
        .trim()
        .split(/[\r\n]+/)
        .filter(Boolean);
      const pairs = lines.map((line): [string, string] => {
        const colon = line.indexOf(":");
        return [line.slice(0, colon), line.slice(colon + 1).trim()];
      });
      // 204 and its like must not have a body, not even an empty one.
      const empty = [101, 204, 205, 304].includes(request.status);
      const response = new Response(empty ? null : request.response, { status: request.status, headers: pairs });
      // Redirects are followed, and nothing can be done about it but to notice.
      const { responseURL: value } = request;
      if (value && value !== url) Object.defineProperties(response, { redirected: { value: true }, url: { value } });
      resolve(response);
    };
    request.onerror = () => reject(new TypeError("the upload failed"));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.onabort = () => reject(signal.reason);
    request.send(body);
  });
}
