import { DEMO_REQUEST } from "../../src/core/pages/account.ts";

// The calls of the demo's backend and their answers, as a person reads them: keys and long values shortened.

/** Of the answers of the REST API, what the demo uses. */
export interface Confirmation {
  readonly id: string;
  readonly url: string;
  readonly status: "pending" | "approved" | "rejected" | "expired" | "cancelled";
  readonly mode: string;
  readonly code: string;
  readonly action: string;
  readonly username: string | null;
  readonly payloadHash: string;
  readonly expiresAt: string;
  readonly decidedAt: string | null;
  readonly consumedAt: string | null;
  readonly decisions: readonly {
    readonly approver: string;
    readonly decision: string;
    readonly reason: string;
    readonly assertion: Readonly<Record<string, unknown>>;
  }[];
  readonly log: { readonly index: number; readonly origin: string } | null;
}

const VALUE_MAX_CHARACTERS = 24;
const HEAD_CHARACTERS = 12;
const TAIL_CHARACTERS = 6;
/** The prefix of a test key, and a little of what follows. */
const KEY_HEAD_CHARACTERS = 12;

export function shortKey(apiKey: string): string {
  return `${apiKey.slice(0, KEY_HEAD_CHARACTERS)}…`;
}

export function createCall(origin: string, username: string, apiKey: string): string {
  const body = JSON.stringify({ username, ...DEMO_REQUEST }, null, 2);
  return [
    `curl ${origin}/api/confirmations \\`,
    `  -H "X-Api-Key: ${shortKey(apiKey)}" \\`,
    `  --json '${body}'`,
  ].join("\n");
}

export function waitCall(id: string): string {
  return `GET /api/confirmations/${shortText(id)}?wait=25`;
}

export function createdAnswer({ id, status, mode, code, payloadHash, expiresAt }: Confirmation): string {
  return jsonText({ id, status, mode, code, payloadHash, expiresAt });
}

/** Without the statement, which the demo shows in a later step. */
export function decidedAnswer(confirmation: Confirmation): string {
  const { id, status, mode, action, username, payloadHash, decidedAt, log } = confirmation;
  const decisions = confirmation.decisions.map(({ approver, decision, reason, assertion }) => ({
    approver,
    decision,
    reason,
    assertion,
  }));
  return jsonText({
    id,
    status,
    mode,
    action,
    username,
    payloadHash,
    decidedAt,
    decisions,
    log,
  });
}

/** With long values shortened. */
export function jsonText(value: object): string {
  return JSON.stringify(
    value,
    (_name, member: unknown) => (typeof member === "string" ? shortText(member) : member),
    2,
  );
}

function shortText(text: string): string {
  if (text.length <= VALUE_MAX_CHARACTERS) return text;
  return `${text.slice(0, HEAD_CHARACTERS)}…${text.slice(-TAIL_CHARACTERS)}`;
}
