import { type Result } from "../../core/refusal.ts";
import type { Callers, SignedIn } from "../callers.ts";
import type { Waiters } from "./waiters.ts";

// Pages that were left open wait here for what they show to change.

/** What a page shows, with a version that changes when anything of it does. */
export interface Versioned {
  readonly version: string;
}

/** The version that a page has, and how long its call waits for another one. */
export interface VersionWait {
  readonly version?: string | undefined;
  readonly seconds: number;
  /** No other call has this id. */
  readonly call: string;
}

/** What a call waits for: how it is read, and which of the waiters' methods waits. */
interface Watched<Value> {
  readonly read: (signedIn: SignedIn) => Promise<Result<Value>>;
  readonly until: Waiters["waitForConsole"];
}

/** The value once it differs from this version, or after so many seconds. */
export async function waitForVersion<Value extends Versioned>(
  callers: Callers,
  session: string,
  signedIn: SignedIn,
  { version, seconds, call }: VersionWait,
  { read, until }: Watched<Value>,
): Promise<Result<Value>> {
  if (seconds === 0) return read(signedIn);
  const caller = { by: "page", key: signedIn.session.id, call } as const;
  const isNew = (result: Result<Value>) => !result.ok || result.value.version !== version;
  let seen: Result<Value> | undefined;
  const mayDiffer = await until(seconds, caller, async () => {
    seen = await read(signedIn);
    return isNew(seen);
  });
  if (seen !== undefined && (!mayDiffer || isNew(seen))) return seen;
  const later = await callers.again(signedIn, session);
  return later.ok ? read(later.value) : later;
}
