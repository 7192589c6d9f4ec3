// Who may upload and read. Replace this by your own log-in; as it is, one token opens everything, and no token opens nothing.
import { Refusal } from "./answers.ts";
import type { Environment } from "./environment.ts";

/** @returns the name of the caller: recordings belong to whoever began them. Throws a `Refusal` for everybody else. */
export async function authorize(request: Request, env: Environment): Promise<string> {
  if (!env.UPLOAD_TOKEN) {
    const way = "Set the secret UPLOAD_TOKEN, or put your own check into src/authorize.ts.";
    throw new Refusal(403, "closed", `Nobody may use this Worker yet. ${way}`);
  }
  const [, token = ""] = /^Bearer (.+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
  if (!(await same(token, env.UPLOAD_TOKEN))) {
    throw new Refusal(401, "unauthorized", "Send the upload token as Authorization: Bearer.");
  }
  return "owner";
}

/** Takes as long for a token that is nearly right as for one that is all wrong. */
async function same(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([one, other].map((text) => digest(text)));
  return crypto.subtle.timingSafeEqual(a!, b!);
}

const digest = (text: string) => crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
