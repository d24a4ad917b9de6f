import { runInDurableObject } from "cloudflare:test";
import { secretHash } from "../../../../src/app/account/secret-hash.ts";
import type { SubmittedVote } from "../../../../src/app/decision/signed-step.ts";
import {
  canonicalPayload,
  type CanonicalPayload,
} from "../../../../src/core/confirmation/canonical-payload.ts";
import { challengeOf } from "../../../../src/core/confirmation/challenge.ts";
import { statementNonce, type Statement } from "../../../../src/core/confirmation/statement.ts";
import { fromHex } from "../../../../src/core/encoding/bytes.ts";
import { accept, expectOk, type Result } from "../../../../src/core/refusal.ts";
import { Desk } from "../../../../src/desk/desk.ts";
import { DESK_LIMITS, type DeskLimits } from "../../../../src/desk/desk-limits.ts";
import type { Rates } from "../../../../src/desk/rate-limits.ts";
import type { Env } from "../../../../src/env.ts";
import type { Authenticator } from "../../../support/authenticator.ts";
import type { BrowserClient } from "../../../support/browser-client.ts";
import { faultyDatabase } from "../../support/failing-writes.ts";
import { bindings, freshPlatform, newCompany } from "../../support/worker-fixture.ts";

// Two Desks of one tenant at once, as while the platform replaces one that does not know it yet. Each has its memory, and
// a database that fails when a test plans it.

const many = Object.entries(DESK_LIMITS.rates).map(([name, limit]) => [name, { ...limit, quota: 1e9 }]);

/** Random calls are more than a caller may make. */
class PatientDesk extends Desk {
  static override readonly limits: DeskLimits = { ...DESK_LIMITS, rates: Object.fromEntries(many) as Rates };
}

export type Fault = "fails" | "loses its answer";

class Failure extends Error {
  readonly desk: number;

  constructor(fault: Fault, desk: number) {
    super(`the database ${fault}`);
    this.desk = desk;
  }
}

/** The Desk whose database failed as planned; undefined for another problem. */
export function failedDesk(problem: unknown): number | undefined {
  if (problem instanceof Failure) return problem.desk;
  return problem instanceof Error && problem.cause !== undefined ? failedDesk(problem.cause) : undefined;
}

export const NAMES = ["alex", "sam"] as const;
export type Name = (typeof NAMES)[number];

export interface Tenant {
  readonly ref: string;
  /** The hash of an API key. */
  readonly key: string;
  readonly signers: Readonly<Record<Name, Signer>>;
  readonly payload: CanonicalPayload;
}

/** A tenant with its owner alex and the approver sam. */
export async function newTenant(): Promise<Tenant> {
  const company = await newCompany(await freshPlatform());
  const sam = await company.enrolled("sam");
  return {
    ref: company.store.tenantId,
    key: secretHash(company.apiKey),
    signers: { alex: signerOf(company.alex), sam: signerOf(sam) },
    payload: expectOk(canonicalPayload({ service: "api" })),
  };
}

/** A person with the session of this browser. */
function signerOf({ cookie, passkey }: BrowserClient): Signer {
  return { session: secretHash(cookie.slice(cookie.indexOf("=") + 1)), passkey };
}

export interface Signer {
  /** The hash of its session's secret. */
  readonly session: string;
  readonly passkey: Authenticator;
}

export class DeskPair {
  readonly #ref: string;
  readonly #desks: Desk[] = [];
  /** The call of the database that fails, counted from now, by Desk. */
  readonly #plans: ({ calls: number; readonly fault: Fault } | undefined)[] = [];

  private constructor(ref: string) {
    this.#ref = ref;
  }

  static async open(ref: string): Promise<DeskPair> {
    const pair = new DeskPair(ref);
    for (const index of [0, 1]) {
      const intercept = <Value>(_name: string, real: () => Promise<Value>) => pair.#answer(index, real);
      const env: Env = { ...bindings, DB: faultyDatabase(bindings.DB, { intercept }, () => true) };
      await pair.#inObject(async (state) => void pair.#desks.push(new PatientDesk(state, env)));
    }
    return pair;
  }

  /** The database answers a few more calls of this Desk, and then fails once. */
  plan(desk: number, calls: number, fault: Fault): void {
    this.#plans[desk] = { calls, fault };
  }

  stopFailing(): void {
    this.#plans.length = 0;
  }

  async #answer<Value>(desk: number, real: () => Promise<Value>): Promise<Value> {
    const plan = this.#plans[desk];
    if (plan === undefined || plan.calls-- > 0) return real();
    this.#plans[desk] = undefined;
    if (plan.fault === "loses its answer") await real();
    throw new Failure(plan.fault, desk);
  }

  /** Calls one of the Desks. */
  async at<Value>(
    index: number,
    call: (desk: Desk) => Promise<{ readonly result: Result<Value> }>,
  ): Promise<Result<Value>> {
    const desk = this.#desks[index];
    if (desk === undefined) throw new RangeError(`there is no Desk ${index}`);
    return this.#inObject(async () => (await call(desk)).result);
  }

  async #inObject<Value>(run: (state: DurableObjectState) => Promise<Value>): Promise<Value> {
    const stub = bindings.DESK.getByName(this.#ref);
    return runInDurableObject(stub, (_desk, state) => run(state));
  }

  /** Returns the new request's id. */
  async ask(desk: number, { key, payload }: Tenant, username: Name): Promise<Result<string>> {
    const action = `Deploy ${crypto.randomUUID()}`;
    const times = { expiresInSeconds: 86_400, executeWithinSeconds: null };
    const input = { username, action, payload, metadata: null, policy: null, ...times };
    const asked = await this.at(desk, (one) =>
      one.ask(key, input, { protocol: "rest", idempotencyKey: null }),
    );
    return asked.ok ? accept(asked.value.view.row.id) : asked;
  }

  /** Returns the status. */
  async read(desk: number, { key }: Tenant, id: string): Promise<Result<string>> {
    const loaded = await this.at(desk, (one) => one.read(key, id));
    return loaded.ok ? accept(loaded.value.status) : loaded;
  }

  async cancel(desk: number, { key }: Tenant, id: string): Promise<Result<unknown>> {
    return this.at(desk, (one) => one.cancel(key, id));
  }

  async consume(desk: number, { key, payload }: Tenant, id: string): Promise<Result<unknown>> {
    return this.at(desk, (one) => one.consume(key, id, payload, null));
  }

  async decide(desk: number, { session }: Signer, id: string, vote: SubmittedVote): Promise<Result<unknown>> {
    return this.at(desk, (one) => one.decide(session, id, vote, ""));
  }

  /** One Desk issues the challenge, and perhaps another one gets the vote. */
  async sign(
    desk: number,
    { session, passkey }: Signer,
    id: string,
    vote: Statement["vote"] = "approve",
  ): Promise<Result<SubmittedVote>> {
    const page = await this.at(desk, (one) => one.approvalPage(session, id));
    if (!page.ok) return page;
    const ceremony = await this.at(desk, (one) => one.beginCeremony(session, id));
    if (!ceremony.ok) return ceremony;
    const { ceremonyId, salt, issued, stage } = ceremony.value;
    const statement: Statement = { ...page.value.statement, vote, reason: "", stage, issued, salt };
    const hash = expectOk(fromHex(page.value.payloadHash));
    const { assertion } = await passkey.assert(challengeOf(statementNonce(statement), hash));
    return accept({ ceremonyId, vote, reason: "", assertion, userHandle: null });
  }
}
