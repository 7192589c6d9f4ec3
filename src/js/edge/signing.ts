// HMAC-SHA-256 of Web Crypto: what is signed comes back unchanged, or not at all.

const ENCODER = new TextEncoder();

/** Keys by their secret: importing one costs more than signing. Few secrets, so none is ever forgotten. */
const keys = new Map<string, Promise<CryptoKey>>();

async function keyOf(secret: string): Promise<CryptoKey> {
  // Not shared while it is made: Workers forbid a request to wait for another's promise.
  const known = keys.get(secret);
  if (known) return known;
  const key = await crypto.subtle.importKey("raw", ENCODER.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
    "verify",
  ]);
  keys.set(secret, Promise.resolve(key));
  return key;
}

/** The signature of a text, in base64url. */
export async function sign(secret: string, text: string): Promise<string> {
  const signature = await crypto.subtle.sign("HMAC", await keyOf(secret), ENCODER.encode(text));
  const letters = btoa(String.fromCharCode(...new Uint8Array(signature)));
  return letters.replaceAll("+", "-").replaceAll("/", "_").replace("=", "");
}

/** Whether it is the signature of the text. Takes as long for a nearly right one as for any other. */
export async function isSigned(secret: string, text: string, signature: string): Promise<boolean> {
  const letters = atob(`${signature.replaceAll("-", "+").replaceAll("_", "/")}=`);
  const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
  return crypto.subtle.verify("HMAC", await keyOf(secret), bytes, ENCODER.encode(text));
}
