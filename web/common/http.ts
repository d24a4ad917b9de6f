import {
  isJsonObject,
  parseJsonText,
  type JsonLimits,
  type JsonValue,
} from "../../src/core/encoding/strict-json.ts";
import { asSentence } from "./sentence.ts";

// A page calls only the server that it came from.

/** An error, with a text to show. `status` is 0 if no response arrived. */
export interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly status: number;
}

export type Answer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problem: Problem };

/** A path of this server: a page can't name another one. */
export type Path = `/${string}`;

/** A payload of 64 KiB as a string inside JSON takes at most twice that; the rest is room for long lists. */
const ANSWER_LIMITS: JsonLimits = { maxBytes: 1024 * 1024, maxDepth: 16, maxNodes: 50_000 };

/** Instead of a page that has no data. */
export const NO_DATA = "The server sent this page without its content. Reload it.";

/** The data that the server put into the page. Nothing in it is checked here. */
export function pageData(): unknown {
  return parse(document.getElementById("data")?.textContent ?? "");
}

/** Besides those of every call, such as an API key. */
type Headers = Readonly<Record<string, string>>;

export function get<Value>(path: Path, headers: Headers = {}): Promise<Answer<Value>> {
  return request(path, { method: "GET", headers });
}

export function post<Value>(path: Path, body: object, more: Headers = {}): Promise<Answer<Value>> {
  const headers = { "content-type": "application/json", ...more };
  return request(path, { method: "POST", headers, body: JSON.stringify(body) });
}

/** The text at this path. */
export function getText(path: Path, headers: Headers = {}): Promise<Answer<string>> {
  return send(path, { method: "GET", headers });
}

/** Instead of following an address that `sameOriginUrl` refused. */
export const OTHER_SITE = "The server sent an address of another site. Nothing was opened.";

/** An address that the server sent, but only if it is on this site. */
export function sameOriginUrl(address: string): string | undefined {
  const url = URL.parse(address, location.href);
  return url?.origin === location.origin ? url.href : undefined;
}

/** Whether the same call may succeed later. */
export function isTemporary({ status }: Problem): boolean {
  return status === 0 || status === 429 || status >= 500;
}

/** Whether the server has accepted this form: it answers with the page to go on to, which is not loaded. */
export async function postForm(path: Path, fields: Readonly<Record<string, string>>): Promise<boolean> {
  const body = new URLSearchParams(fields);
  const { type } = await call(path, { method: "POST", body, redirect: "manual" });
  return type === "opaqueredirect";
}

async function request<Value>(path: Path, init: RequestInit): Promise<Answer<Value>> {
  const answer = await send(path, init);
  if (!answer.ok) return answer;
  const value = parse(answer.value);
  return value === undefined
    ? { ok: false, problem: problemOf(200, undefined) }
    : { ok: true, value: value as Value };
}

async function send(path: Path, init: RequestInit): Promise<Answer<string>> {
  try {
    const response = await call(path, { ...init, redirect: "error" });
    const text = await response.text();
    return response.ok
      ? { ok: true, value: text }
      : { ok: false, problem: problemOf(response.status, parse(text)) };
  } catch {
    return {
      ok: false,
      problem: { code: "no_answer", detail: "This device can't reach the server.", status: 0 },
    };
  }
}

function call(path: Path, init: RequestInit): Promise<Response> {
  return fetch(path, { ...init, cache: "no-store" });
}

function parse(text: string): JsonValue | undefined {
  const parsed = parseJsonText(text, ANSWER_LIMITS);
  return parsed.ok ? parsed.value : undefined;
}

function problemOf(status: number, value: JsonValue | undefined): Problem {
  const { code, detail, title } = isJsonObject(value) ? value : {};
  return {
    code: typeof code === "string" ? code : "unknown",
    detail:
      [detail, title].filter((text) => typeof text === "string").map(asSentence)[0] ??
      `The server answered with status ${status}.`,
    status,
  };
}
