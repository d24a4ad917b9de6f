import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { assertionHash, assertionShape } from "../../src/core/webauthn/assertion.ts";
import { toHex } from "../../src/core/encoding/bytes.ts";
import type { JsonObject } from "../../src/core/encoding/strict-json.ts";
import { expectOk } from "../../src/core/refusal.ts";
import { matchShape } from "../../src/core/encoding/shape.ts";
import { backend, type Answered, type BrowserClient } from "../support/browser-client.ts";
import type { Draw } from "./random.ts";
import { usesOf, Violation, type Entry, type Ledger } from "./acknowledged.ts";
import type { Line } from "./reconnecting-client.ts";

// What the clients do, over and over: ask, wait, decide, use. Whatever is cut is sent again as it was; whatever
// is answered is written down, and an answer that is neither a success nor the one sane refusal ends the run.

const WAIT_SECONDS = 10;
/** Longer than any run: nothing shall expire. */
const EXPIRES_SECONDS = 24 * 3_600;
const REJECT_CHANCE = 0.12;
const CANCEL_CHANCE = 0.12;
/** Half of the cancels race the decision, and lose, since they take more steps; the others begin before it. */
const HEAD_START_CHANCE = 0.5;
const HEAD_START_MILLISECONDS = 10;
const TWICE_CHANCE = 0.3;
/** A cancel was first; or the same signature was, and was refused because of it. */
const TOO_LATE: ReadonlySet<unknown> = new Set(["already_decided", "challenge_consumed"]);

export interface Workplace {
  /** Its number in the ledger. */
  readonly tenant: number;
  readonly api: ReturnType<typeof backend>;
  readonly people: readonly { readonly username: string; readonly client: BrowserClient }[];
}

export interface Load {
  readonly line: Line;
  readonly ledger: Ledger;
  readonly draw: Draw;
  stopped: boolean;
}

/** One client, until it is told to stop. */
export async function work(load: Load, place: Workplace): Promise<void> {
  while (!load.stopped) await oneRequest(load, place);
}

async function oneRequest(load: Load, place: Workplace): Promise<void> {
  const { draw } = load;
  const payload = { service: "api", sha: randomUUID(), amount: Math.floor(draw() * 1_000_000) };
  const approver = place.people[Math.floor(draw() * place.people.length)] ?? place.people[0];
  if (approver === undefined) throw new RangeError("nobody is there to decide");
  const entry = await create(load, place, approver.username, payload);
  const outcome = waitFor(load, place, entry);
  // It is awaited below; if something else fails before, its own failure must not end the program.
  outcome.catch(() => undefined);
  const fate = draw();
  const word = fate < REJECT_CHANCE ? "rejected" : "approved";
  const cancels = fate > 1 - CANCEL_CHANCE;
  const late = cancels && draw() < HEAD_START_CHANCE ? HEAD_START_MILLISECONDS : 0;
  const send = await sign(load, approver.client, entry, word);
  const decide = async () => {
    await setTimeout(late);
    await send();
  };
  await Promise.all([
    ...(cancels ? [cancel(load, place, entry)] : []),
    decide(),
    ...(draw() < TWICE_CHANCE ? [decide()] : []),
  ]);
  const status = await outcome;
  await use(load, place, entry, payload, status);
}

async function create(
  { line, ledger }: Load,
  { tenant, api }: Workplace,
  username: string,
  payload: JsonObject,
): Promise<Entry> {
  const body = { username, action: "Deploy to production", payload, expiresInSeconds: EXPIRES_SECONDS };
  const once = { "idempotency-key": randomUUID() };
  const created = await line.insist("create", () => api("POST", "/api/confirmations", body, once));
  if (created.status !== 201) throw insane("create", created);
  return ledger.created(tenant, created.body.id, created.body.payloadHash);
}

async function waitFor({ line, ledger }: Load, { api }: Workplace, entry: Entry): Promise<string> {
  for (;;) {
    const answer = await line.insist("wait", () =>
      api("GET", `/api/confirmations/${entry.id}?wait=${WAIT_SECONDS}`),
    );
    tell(ledger, entry, answer);
    if (answer.body.status !== "pending") return answer.body.status;
  }
}

/** Writes down what a requester is told. */
export function tell(ledger: Ledger, entry: Entry, answer: Answered): void {
  if (answer.status === 404) throw new Violation("lost", `${entry.id} is not there`);
  if (answer.status !== 200) throw insane("read", answer);
  const { status, payloadHash, log, rawAssertion } = answer.body;
  if (payloadHash !== entry.payloadHash) throw new Violation("lost", `${entry.id} has another payload`);
  ledger.told(entry, {
    status,
    index: status === "cancelled" ? null : (log?.index ?? null),
    assertionHash:
      rawAssertion === null ? null : hashOfAssertion({ id: rawAssertion.id, ...rawAssertion.response }),
  });
}

/** Signs once; what comes back sends this very signature, as often as it is called. */
async function sign(
  { line, ledger }: Load,
  client: BrowserClient,
  entry: Entry,
  word: "approved" | "rejected",
): Promise<() => Promise<void>> {
  const decision = word === "approved" ? "approve" : "reject";
  const signed = await line.insist("page", async () => ({
    status: 200,
    body: await client.sign(entry.id, { decision }),
  }));
  return async () => {
    const answer = await line.insist("decide", () =>
      client.post(`/approve/${entry.id}/decision`, signed.body),
    );
    if (answer.status === 200 && answer.body.status === word) {
      ledger.decided(entry, word, hashOfAssertion(signed.body.assertion));
    } else if (answer.status === 409 && TOO_LATE.has(answer.body.code)) {
      ledger.decisionRefused(entry);
    } else throw insane("decide", answer);
  };
}

async function cancel({ line, ledger }: Load, { api }: Workplace, entry: Entry): Promise<void> {
  const answer = await line.insist("cancel", () => api("POST", `/api/confirmations/${entry.id}/cancel`));
  if (answer.status === 200) ledger.cancelled(entry, "acknowledged");
  else if (answer.status === 409 && answer.body.code === "already_decided")
    ledger.cancelled(entry, "refused");
  else throw insane("cancel", answer);
}

async function use(
  { line, ledger, draw }: Load,
  { api }: Workplace,
  entry: Entry,
  payload: JsonObject,
  status: string,
): Promise<void> {
  const path = `/api/confirmations/${entry.id}/consume`;
  const send = async (name: string) => {
    const once = { "idempotency-key": `${name}-${entry.id}` };
    const answer = await line.insist("consume", () => api("POST", path, { payload }, once));
    const code: unknown = answer.body?.code;
    if (status !== "approved") {
      if (answer.status === 200)
        throw new Violation("contradiction", `${entry.id} is ${status} and was used`);
      if (code !== "not_approved") throw insane("consume", answer);
    } else if (answer.status === 200) ledger.used(entry, name, true);
    else if (code === "already_consumed") ledger.used(entry, name, false);
    else throw insane("consume", answer);
  };
  // Under one name any number of answers is the first; under two names only one may win.
  const names = ["one", ...(draw() < TWICE_CHANCE ? ["one"] : []), ...(draw() < TWICE_CHANCE ? ["two"] : [])];
  await Promise.all(names.map(send));
  if (status === "approved" && usesOf(entry) !== 1) {
    throw new Violation("lost", `${entry.id} was approved, and ${usesOf(entry)} of its uses succeeded`);
  }
}

function hashOfAssertion(assertion: JsonObject): string {
  return toHex(assertionHash(expectOk(matchShape(assertionShape, assertion))));
}

function insane(what: string, { status, body }: Answered): Violation {
  return new Violation("contradiction", `a ${what} was answered ${status} ${JSON.stringify(body)}`);
}
