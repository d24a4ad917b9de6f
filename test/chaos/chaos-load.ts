import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { assertionHash, assertionShape } from "../../src/core/webauthn/assertion.ts";
import { toHex } from "../../src/core/encoding/bytes.ts";
import type { JsonObject } from "../../src/core/encoding/strict-json.ts";
import { expectOk } from "../../src/core/refusal.ts";
import { matchShape } from "../../src/core/encoding/shape.ts";
import { backend, type Answered, type BrowserClient } from "../support/browser-client.ts";
import type { Random } from "./random.ts";
import { usesOf, Violation, type Acknowledged, type AcknowledgedRequest } from "./acknowledged.ts";
import type { ReconnectingClient } from "./reconnecting-client.ts";

// What the clients do again and again: create, wait, decide, use. An interrupted call is repeated unchanged, and every
// answer is recorded. An answer that is neither a success nor the expected refusal ends the run.

const WAIT_SECONDS = 10;
/** Longer than any run, so that nothing expires. */
const EXPIRES_SECONDS = 24 * 3_600;
const REJECT_CHANCE = 0.12;
const CANCEL_CHANCE = 0.12;
/** Half of the cancels start together with the decision, and lose, since they take longer. The others start earlier. */
const HEAD_START_CHANCE = 0.5;
const HEAD_START_MILLISECONDS = 10;
const TWICE_CHANCE = 0.3;
/** The cancel was first, or the same signature was refused before because of it. */
const TOO_LATE: ReadonlySet<unknown> = new Set(["already_decided", "challenge_consumed"]);

export interface ClientGroup {
  /** The number of its tenant. */
  readonly tenant: number;
  readonly api: ReturnType<typeof backend>;
  readonly people: readonly { readonly username: string; readonly client: BrowserClient }[];
}

export interface Load {
  readonly calls: ReconnectingClient;
  readonly acknowledged: Acknowledged;
  readonly random: Random;
  stopped: boolean;
}

/** Runs one client until the load stops. */
export async function runClient(load: Load, group: ClientGroup): Promise<void> {
  while (!load.stopped) await oneRequest(load, group);
}

async function oneRequest(load: Load, group: ClientGroup): Promise<void> {
  const { random } = load;
  const payload = { service: "api", sha: randomUUID(), amount: Math.floor(random() * 1_000_000) };
  const approver = group.people[Math.floor(random() * group.people.length)] ?? group.people[0];
  if (approver === undefined) throw new RangeError("the tenant has no approver");
  const request = await create(load, group, approver.username, payload);
  const outcome = waitFor(load, group, request);
  // Awaited below. If another call fails first, this rejection must not end the process.
  outcome.catch(() => undefined);
  const fate = random();
  const decision = fate < REJECT_CHANCE ? "rejected" : "approved";
  const isCancelled = fate > 1 - CANCEL_CHANCE;
  const delay = isCancelled && random() < HEAD_START_CHANCE ? HEAD_START_MILLISECONDS : 0;
  const send = await sign(load, approver.client, request, decision);
  const decide = async () => {
    await setTimeout(delay);
    await send();
  };
  await Promise.all([
    ...(isCancelled ? [cancel(load, group, request)] : []),
    decide(),
    ...(random() < TWICE_CHANCE ? [decide()] : []),
  ]);
  const status = await outcome;
  await use(load, group, request, payload, status);
}

async function create(
  { calls, acknowledged }: Load,
  { tenant, api }: ClientGroup,
  username: string,
  payload: JsonObject,
): Promise<AcknowledgedRequest> {
  const body = { username, action: "Deploy to production", payload, expiresInSeconds: EXPIRES_SECONDS };
  const once = { "idempotency-key": randomUUID() };
  const created = await calls.call("create", () => api("POST", "/api/confirmations", body, once));
  if (created.status !== 201) throw unexpected("create", created);
  const { id, payloadHash } = created.body;
  return acknowledged.created({ tenant, id, approver: username, payloadHash });
}

async function waitFor(
  { calls, acknowledged }: Load,
  { api }: ClientGroup,
  request: AcknowledgedRequest,
): Promise<string> {
  for (;;) {
    const answer = await calls.call("wait", () =>
      api("GET", `/api/confirmations/${request.id}?wait=${WAIT_SECONDS}`),
    );
    recordRead(acknowledged, request, answer);
    if (answer.body.status !== "pending") return answer.body.status;
  }
}

/** Records what a requester reads. */
export function recordRead(acknowledged: Acknowledged, request: AcknowledgedRequest, answer: Answered): void {
  if (answer.status === 404) throw new Violation("lost", `${request.id} is missing`);
  if (answer.status !== 200) throw unexpected("read", answer);
  const { status, payloadHash, log, rawAssertion } = answer.body;
  if (payloadHash !== request.payloadHash) throw new Violation("lost", `${request.id} has another payload`);
  acknowledged.read(request, {
    status,
    index: status === "cancelled" ? null : (log?.index ?? null),
    assertionHash:
      rawAssertion === null ? null : hashOfAssertion({ id: rawAssertion.id, ...rawAssertion.response }),
  });
}

/** Signs once. The returned function sends this signature each time it is called. */
async function sign(
  { calls, acknowledged }: Load,
  client: BrowserClient,
  request: AcknowledgedRequest,
  outcome: "approved" | "rejected",
): Promise<() => Promise<void>> {
  const vote = outcome === "approved" ? "approve" : "reject";
  const signed = await calls.call("page", async () => ({
    status: 200,
    body: await client.sign(request.id, { vote }),
  }));
  return async () => {
    const answer = await calls.call("decide", () =>
      client.post(`/approve/${request.id}/decision`, signed.body),
    );
    if (answer.status === 200 && answer.body.status === outcome) {
      acknowledged.decided(request, outcome, hashOfAssertion(signed.body.assertion));
    } else if (answer.status === 409 && TOO_LATE.has(answer.body.code)) {
      acknowledged.decisionRefused(request);
    } else throw unexpected("decide", answer);
  };
}

async function cancel(
  { calls, acknowledged }: Load,
  { api }: ClientGroup,
  request: AcknowledgedRequest,
): Promise<void> {
  const answer = await calls.call("cancel", () => api("POST", `/api/confirmations/${request.id}/cancel`));
  if (answer.status === 200) acknowledged.cancelled(request, "acknowledged");
  else if (answer.status === 409 && answer.body.code === "already_decided")
    acknowledged.cancelled(request, "refused");
  else throw unexpected("cancel", answer);
}

async function use(
  { calls, acknowledged, random }: Load,
  { api }: ClientGroup,
  request: AcknowledgedRequest,
  payload: JsonObject,
  status: string,
): Promise<void> {
  const path = `/api/confirmations/${request.id}/consume`;
  const send = async (name: string) => {
    const once = { "idempotency-key": `${name}-${request.id}` };
    const answer = await calls.call("consume", () => api("POST", path, { payload }, once));
    const code: unknown = answer.body?.code;
    if (status !== "approved") {
      if (answer.status === 200)
        throw new Violation("contradiction", `${request.id} is ${status} and was used`);
      if (code !== "not_approved") throw unexpected("consume", answer);
    } else if (answer.status === 200) acknowledged.used(request, name, true);
    else if (code === "already_consumed") acknowledged.used(request, name, false);
    else throw unexpected("consume", answer);
  };
  // With the same name, repeated uses get the first answer. With two names, only one may succeed.
  const names = [
    "one",
    ...(random() < TWICE_CHANCE ? ["one"] : []),
    ...(random() < TWICE_CHANCE ? ["two"] : []),
  ];
  await Promise.all(names.map(send));
  if (status === "approved" && usesOf(request) !== 1) {
    throw new Violation("lost", `${request.id} was approved, and ${usesOf(request)} of its uses succeeded`);
  }
}

function hashOfAssertion(assertion: JsonObject): string {
  return toHex(assertionHash(expectOk(matchShape(assertionShape, assertion))));
}

function unexpected(what: string, { status, body }: Answered): Violation {
  return new Violation("contradiction", `a ${what} was answered ${status} ${JSON.stringify(body)}`);
}
