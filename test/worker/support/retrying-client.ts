import { expect } from "vitest";
import { decide } from "../../../src/app/decision/decide.ts";
import { beginEnrolment, finishEnrolment } from "../../../src/app/account/enrol.ts";
import { secretHash } from "../../../src/app/account/secret-hash.ts";
import { principalOf, type Principal } from "../../../src/app/account/principal.ts";
import { beginDevice, finishDevice } from "../../../src/app/account/devices.ts";
import { beginSignIn, finishSignIn } from "../../../src/app/account/sign-in.ts";
import type { Runtime } from "../../../src/app/runtime.ts";
import { fromBase64url } from "../../../src/core/encoding/bytes.ts";
import { expectOk, type Result } from "../../../src/core/refusal.ts";
import { confirmations, outbox } from "../../../src/store/schema.ts";
import type { TenantStore } from "../../../src/store/tenant-store.ts";
import type { Authenticator } from "../../support/authenticator.ts";
import { idOf } from "./worker-fixture.ts";
import { personNamed, presign } from "./signed-decisions.ts";
import { auditConfirmation } from "./stream-audit.ts";

// A client in a runtime where writes fail. It retries with the same Idempotency-Key and the same assertion, and audits
// the tenant's rows before each retry.

const TRIES_MAX = 4;
const bytesOf = (text: string) => expectOk(fromBase64url(text));

/** What must hold at every moment, also right after a failure. */
export async function auditRows(store: TenantStore): Promise<void> {
  const rows = await store.select(outbox).orderBy(outbox.seq);
  expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_row, place) => place));
  // Sealed in order: after an unsealed row none is sealed.
  const sealed = rows.filter(({ index }) => index !== null).length;
  expect(rows.findIndex(({ index }) => index === null)).toBe(sealed === rows.length ? -1 : sealed);
  for (const { id } of await store.select(confirmations)) await auditConfirmation(store, id);
}

/** Only injected failures are expected. */
function expectFault(problem: unknown): void {
  expect(String((problem as Error).cause ?? problem)).toMatch(/failed|its answer is lost|not sealed yet/u);
}

function expectAnswer(answer: unknown, ...allowed: readonly unknown[]): void {
  expect(allowed).toContainEqual(answer);
}

export class RetryingClient {
  readonly #runtime: Runtime;
  readonly #store: TenantStore;
  faults = 0;

  constructor(runtime: Runtime, store: TenantStore) {
    this.#runtime = runtime;
    this.#store = store;
  }

  /** Retries until there is an answer. A refusal is an answer. */
  async retry<Value>(call: () => Promise<Value>): Promise<Value> {
    for (let tried = 0; tried < TRIES_MAX; tried++) {
      try {
        return await call();
      } catch (problem) {
        this.faults++;
        expectFault(problem);
        await auditRows(this.#store);
      }
    }
    throw new Error("the client gave up");
  }

  async signIn(passkey: Authenticator, userHandle: string): Promise<void> {
    const signed = await this.retry(async () => {
      const { challenge } = await beginSignIn(this.#runtime);
      const { assertion } = await passkey.assert(bytesOf(challenge));
      return finishSignIn(this.#runtime, this.#store, { challenge, assertion, userHandle }, "");
    });
    expectAnswer(signed.ok, true);
  }

  /** If the link is used already, the passkey is stored and signs in. */
  async enrol(secret: string, passkey: Authenticator): Promise<void> {
    const handle = (await personNamed(this.#store, "alex")).userHandle;
    const done = await this.retry(async () => {
      const invitation = await beginEnrolment(this.#runtime, this.#store, secretHash(secret));
      if (!invitation.ok) return invitation;
      const { challenge } = invitation.value;
      const response = await passkey.register(bytesOf(challenge));
      const { clientDataJSON, attestationObject } = response.response;
      const registration = { id: response.id, clientDataJSON, attestationObject, transports: [] };
      const form = { challenge, label: "Phone", registration };
      const by = { place: "", isSignedIn: false };
      return finishEnrolment(this.#runtime, this.#store, secretHash(secret), form, by);
    });
    if (!done.ok) expectAnswer(done.refusal.code, "enrolment_used", "credential_registered");
    await this.signIn(passkey, handle);
  }

  async addDevice(passkey: Authenticator, active: Authenticator): Promise<string> {
    const person = await personNamed(this.#store, "alex");
    const done = await this.retry(async (): Promise<Result<string>> => {
      const begin = expectOk(await beginDevice(this.#runtime, this.#store, person));
      const { challenge } = begin;
      const { assertion } = await active.assert(bytesOf(begin.proof.challenge));
      const proof = { challenge: begin.proof.challenge, assertion, userHandle: null };
      const response = await passkey.register(bytesOf(challenge));
      const { clientDataJSON, attestationObject } = response.response;
      const registration = { id: response.id, clientDataJSON, attestationObject, transports: [] };
      const form = {
        challenge,
        label: "Key",
        registration,
        proof,
      };
      return finishDevice(this.#runtime, this.#store, person, form, "");
    });
    if (done.ok) return idOf(done.value);
    // It is stored without a request to endorse it. Signing in with it creates the request.
    expectAnswer(done.refusal.code, "credential_registered");
    await this.signIn(passkey, person.userHandle);
    const asked = await this.#store.select(confirmations);
    return asked.find(({ type }) => type === "credential.endorsed")?.id ?? "";
  }

  async decide(id: string, passkey: Authenticator): Promise<void> {
    const [runtime, store] = [this.#runtime, this.#store];
    const person = await personNamed(store, "alex");
    const signer = { person, passkey };
    const { submitted } = await this.retry(() => presign(runtime, store, id, signer));
    const send = () => this.retry(() => decide(runtime, store, id, person, submitted, ""));
    const decided = await send();
    expectAnswer(decided, { ok: true, value: "decided" });
    // An identical repetition gets the first answer.
    expectAnswer(await send(), decided);
  }
}

export async function principalIn(store: TenantStore, apiKey: string): Promise<Principal> {
  return expectOk(await principalOf(store, secretHash(apiKey), Date.now()));
}
