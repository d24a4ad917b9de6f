import {
  isJsonObject,
  parseJsonText,
  type JsonLimits,
  type JsonValue,
} from "../../src/core/encoding/strict-json.ts";

// How a page talks to the server it came from, and to nobody else.

/** What went wrong, in words to show. `status` is 0 where no answer came. */
export interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly status: number;
}

export type Answer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problem: Problem };

/** Of this server only. */
export type Path = `/${string}`;

/** A payload of 64 KiB as a string inside JSON takes at most twice that; the rest is for long lists. */
const ANSWER_LIMITS: JsonLimits = { maxBytes: 1024 * 1024, maxDepth: 16, maxNodes: 50_000 };

/** What the server put into the page. Its fields are the server's word; what must hold is checked after. */
export function pageData(): unknown {
  return read(document.getElementById("data")?.textContent ?? "");
}

export function get<Value>(path: Path): Promise<Answer<Value>> {
  return ask(path, { method: "GET" });
}

export function post<Value>(path: Path, body: object): Promise<Answer<Value>> {
  const headers = { "content-type": "application/json" };
  return ask(path, { method: "POST", headers, body: JSON.stringify(body) });
}

/** Whether the same call may succeed later, unchanged. */
export function isPassing({ status }: Problem): boolean {
  return status === 0 || status === 429 || status >= 500;
}

async function ask<Value>(path: Path, request: RequestInit): Promise<Answer<Value>> {
  try {
    const response = await fetch(path, { ...request, cache: "no-store", redirect: "error" });
    const value = read(await response.text());
    if (response.ok && value !== undefined) return { ok: true, value: value as Value };
    return { ok: false, problem: problemOf(response.status, value) };
  } catch {
    return { ok: false, problem: { code: "no_answer", detail: "The server can't be reached.", status: 0 } };
  }
}

function read(text: string): JsonValue | undefined {
  const parsed = parseJsonText(text, ANSWER_LIMITS);
  return parsed.ok ? parsed.value : undefined;
}

function problemOf(status: number, value: JsonValue | undefined): Problem {
  const { code, detail, title } = isJsonObject(value) ? value : {};
  return {
    code: typeof code === "string" ? code : "unknown",
    detail: [detail, title].find((words) => typeof words === "string") ?? `The server answered ${status}.`,
    status,
  };
}
