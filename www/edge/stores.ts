// Which addresses are stores of the service.

import { refusal } from "./refusal.ts";
import type { Settings } from "./settings.ts";

/**
 * The object stores behind the service: results of tasks are fetched there and recordings left there. Whoever asks names
 * the address, so it is checked as a stranger's: without that, the edge function would fetch anything for anybody.
 */
export type Store = "result" | "upload";

/** The address in `?url=` when it may be asked, else the refusal. */
export function findStore(request: Request, store: Store, settings: Settings): { url: URL } | { refusal: Response } {
  const given = new URL(request.url).searchParams.getAll("url");
  const [text] = given;
  if (text === undefined || given.length > 1 || !URL.canParse(text)) {
    return { refusal: refusal(400, "InvalidURL", "One address is needed, as ?url=https://….") };
  }
  const url = new URL(text);
  // Judged as parsed, never as written: "https://dashscope-result-bj…@evil.example/" reads well and is evil.example.
  if (!isPermitted(url, store, settings)) {
    const words = `This site does not fetch from or send to ${url.protocol}//${url.host}: it is no ${store} host.`;
    return { refusal: refusal(403, "AccessDenied", words) };
  }
  url.hash = "";
  return { url };
}

function isPermitted(url: URL, store: Store, settings: Settings): boolean {
  if (url.username !== "" || url.password !== "") return false;
  // Forms are posted to the bucket itself.
  if (store === "upload" && (url.pathname !== "/" || url.search !== "")) return false;
  if (settings.isEmulator && url.origin === settings.upstream?.origin) return true;
  if (url.protocol !== "https:" || url.port !== "") return false;
  const patterns = store === "result" ? settings.resultHosts : settings.uploadHosts;
  return patterns.some((pattern) => asExpression(pattern).test(url.hostname));
}

function asExpression(pattern: string): RegExp {
  const parts = pattern.toLowerCase().split("*");
  return new RegExp(`^${parts.map((part) => part.replace(/[^a-z0-9-]/g, "\\$&")).join("[a-z0-9-]+")}$`);
}
