import type { Bytes } from "../core/encoding/bytes.ts";
import { addressProblem, type AddressRules } from "./outbound-address.ts";

// The only way out. Whatever is sent to an address that people entered goes through here.

/** Connecting, sending and the answer together. */
const SEND_MAX_MILLISECONDS = 15_000;
/** The rest of an answer is not read. */
export const ANSWER_MAX_BYTES = 65_536;
/** Cloudflare answers with these itself in the place of a host that it can't reach. */
const PLATFORM_ERRORS: Readonly<Record<number, string>> = {
  521: "the host refused the connection",
  522: "the host did not take the connection in time",
  523: "the host can't be reached: check its name",
  524: "the host did not answer in time",
  525: "no secure connection: check the host's certificate",
  526: "the host's certificate is not valid",
  530: "the host can't be reached: check its name",
};
/** A receiver may ask for a later retry, up to a day. */
const RETRY_AFTER_MAX_SECONDS = 86_400;

export interface OutboundRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Bytes;
}

export type OutboundAnswer =
  | {
      readonly ok: true;
      readonly status: number;
      readonly retryAfterSeconds: number | null;
      readonly milliseconds: number;
    }
  /** There was no answer, or none that counts. `error` is for the people who entered the address. */
  | { readonly ok: false; readonly error: string; readonly milliseconds: number };

/** Sends a POST. Of the answer only its status counts: its body is read, so that the connection ends well, and dropped. */
export type Out = (request: OutboundRequest) => Promise<OutboundAnswer>;

interface Guard extends AddressRules {
  readonly now: () => number;
  /** A test has another one. */
  readonly maxMilliseconds?: number;
}

export function guardedFetch({ now, maxMilliseconds = SEND_MAX_MILLISECONDS, ...rules }: Guard): Out {
  return async ({ url, headers, body }) => {
    const start = now();
    const after = () => Math.max(0, now() - start);
    const problem = addressProblem(url, rules);
    if (problem !== undefined) return { ok: false, error: problem, milliseconds: 0 };
    const signal = AbortSignal.timeout(maxMilliseconds);
    try {
      // A redirect could lead inside, and would repeat the message elsewhere.
      const answer = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal });
      await dropBody(answer, signal);
      const { status } = answer;
      const error = statusProblem(status);
      if (error !== undefined) return { ok: false, error, milliseconds: after() };
      return { ok: true, status, retryAfterSeconds: retryAfterOf(answer, now()), milliseconds: after() };
    } catch {
      const seconds = Math.round(maxMilliseconds / 1_000);
      const error = signal.aborted
        ? `no answer within ${seconds} s`
        : "no connection: check the host's name and certificate";
      return { ok: false, error, milliseconds: after() };
    }
  };
}

function statusProblem(status: number): string | undefined {
  const isRedirect = status >= 300 && status < 400;
  return isRedirect ? `the address redirects (${status}); enter the final address` : PLATFORM_ERRORS[status];
}

/** Reads up to a limit, so that a short answer does not break the connection, and ends the rest. */
async function dropBody({ body }: Response, signal: AbortSignal): Promise<void> {
  if (body === null) return;
  const reader = body.getReader();
  const end = () => void reader.cancel().catch(() => undefined);
  signal.addEventListener("abort", end);
  try {
    for (let read = 0; read <= ANSWER_MAX_BYTES;) {
      const { done, value } = await reader.read();
      if (done) return;
      read += value.byteLength;
    }
    end();
  } catch {
    // The status is known: a body that breaks off changes nothing.
  } finally {
    signal.removeEventListener("abort", end);
  }
}

function retryAfterOf({ headers }: Response, now: number): number | null {
  const text = headers.get("retry-after");
  if (text === null) return null;
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - now) / 1_000;
  return Number.isFinite(seconds) ? Math.min(RETRY_AFTER_MAX_SECONDS, Math.max(0, Math.ceil(seconds))) : null;
}
