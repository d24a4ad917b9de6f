import type { Genesis } from "../../src/core/stream/record.ts";
import { isJsonObject, parseJsonText, type JsonObject } from "../../src/core/encoding/strict-json.ts";

// How far the demo is, for a second tab and for a page that is opened later. What the server knows is not kept here.

export interface DemoState {
  readonly username: string;
  readonly apiKey: string;
  /** When the server deletes everything of the demo organisation. */
  readonly deletedAt: string;
  /** Of the enrolment link, until its passkey is registered. */
  readonly secret: string | null;
  readonly rpId: string;
  /** With the passkey, it gives the organisation's id. */
  readonly genesis: Omit<Genesis, "credentialId" | "publicKey"> | null;
  /** Null before it is created, and if this page never learned of it. */
  readonly passkey: { readonly credentialId: string; readonly publicKey: string } | null;
  /** The request's id. */
  readonly request: string | null;
}

const KEY = "demo";
const GENESIS_MEMBERS = ["rp", "logOrigin", "streamKeyHash", "salt"] as const;

/** Only in this page, if the browser stores nothing for it. */
let inMemory: DemoState | undefined;

export function readState(now: number): DemoState | undefined {
  let text: string | null;
  try {
    text = localStorage.getItem(KEY);
  } catch {
    return inMemory;
  }
  return text === null ? inMemory : parseState(text, now);
}

export function storeState(state: DemoState): void {
  inMemory = state;
  try {
    localStorage.setItem(KEY, JSON.stringify(state));
  } catch {
    // The demo goes on in this page.
  }
}

export function forgetState(): void {
  inMemory = undefined;
  try {
    localStorage.removeItem(KEY);
  } catch {
    // Nothing is stored either.
  }
}

/** Calls `changed` after another tab has stored or forgotten a state. */
export function watchState(changed: () => void): void {
  addEventListener("storage", ({ key }) => {
    if (key !== KEY && key !== null) return;
    inMemory = undefined;
    changed();
  });
}

/** Undefined if it is of another version of this page, or if its organisation is deleted by now. */
export function parseState(text: string, now: number): DemoState | undefined {
  const parsed = parseJsonText(text);
  if (!parsed.ok || !isJsonObject(parsed.value)) return undefined;
  const state = parsed.value;
  const { deletedAt, secret, genesis, passkey, request } = state;
  const isWhole =
    hasTexts(state, "username", "apiKey", "deletedAt", "rpId") &&
    [secret, request].every((value) => value === null || typeof value === "string") &&
    (genesis === null || hasTexts(genesis, ...GENESIS_MEMBERS)) &&
    (passkey === null || hasTexts(passkey, "credentialId", "publicKey"));
  if (!isWhole || typeof deletedAt !== "string") return undefined;
  return Date.parse(deletedAt) > now ? (state as unknown as DemoState) : undefined;
}

function hasTexts(value: JsonObject[string] | undefined, ...names: readonly string[]): boolean {
  return isJsonObject(value) && names.every((name) => typeof value[name] === "string");
}
