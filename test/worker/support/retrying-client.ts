import { expect } from "vitest";
import { takeCeremony } from "../../../src/app/decision/remembered-ceremonies.ts";
import { beginCeremony } from "../../../src/app/decision/ceremony.ts";
import { decide, decideWithRememberedCeremony } from "../../../src/app/decision/decide.ts";
import { beginEnrolment, finishEnrolment, secretHash } from "../../../src/app/account/enrol.ts";
import { principalOf, type Principal } from "../../../src/app/account/principal.ts";
import { loadConfirmation } from "../../../src/app/confirmation/load.ts";
import { beginDevice, finishDevice } from "../../../src/app/account/devices.ts";
import { openSession } from "../../../src/app/account/session.ts";
import { beginSignIn, finishSignIn } from "../../../src/app/account/sign-in.ts";
import { newId, type Runtime } from "../../../src/app/runtime.ts";
import { fromBase64url } from "../../../src/core/encoding/bytes.ts";
import { accept, expectOk, type Result } from "../../../src/core/refusal.ts";
import { confirmations, outbox } from "../../../src/store/schema.ts";
import type { TenantStore } from "../../../src/store/tenant-store.ts";
import type { Authenticator } from "../../support/authenticator.ts";
import { idOf } from "./worker-fixture.ts";
import { personNamed, signWith } from "./signed-decisions.ts";
import { auditConfirmation } from "./stream-audit.ts";

// A client in a runtime where things fail: tries again, with the same name and the same assertion, and audits
// the tenant's rows each time before it does.

const TRIES_MAX = 4;
const bytesOf = (text: string) => expectOk(fromBase64url(text));

/** At every moment, also right after a fault. */
export async function auditRows(store: TenantStore): Promise<void> {
  const rows = await store.select(outbox).orderBy(outbox.seq);
  expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_row, place) => place));
  // Sealed in order: behind one that waits, none is sealed.
  const sealed = rows.filter(({ index }) => index !== null).length;
  expect(rows.findIndex(({ index }) => index === null)).toBe(sealed === rows.length ? -1 : sealed);
  for (const { id } of await store.select(confirmations)) await auditConfirmation(store, id);
}

/** What was injected, and nothing else. */
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

  /** Again, until there is an answer; a refusal is an answer. */
  async insist<Value>(call: () => Promise<Value>): Promise<Value> {
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
    const signed = await this.insist(async () => {
      const { challenge } = await beginSignIn(this.#runtime);
      const { assertion } = await passkey.assert(bytesOf(challenge));
      return finishSignIn(this.#runtime, { challenge, assertion, userHandle });
    });
    expectAnswer(signed.ok, true);
  }

  /** A link that is used already has done its work: the passkey signs in. */
  async enrol(secret: string, passkey: Authenticator): Promise<void> {
    const handle = (await personNamed(this.#store, "alex")).userHandle;
    const done = await this.insist(async () => {
      const begun = await beginEnrolment(this.#runtime, secret);
      if (!begun.ok) return begun;
      const { challenge } = begun.value;
      const response = await passkey.register(bytesOf(challenge));
      const { clientDataJSON, attestationObject } = response.response;
      const registration = { id: response.id, clientDataJSON, attestationObject, transports: [] };
      return finishEnrolment(this.#runtime, { secret, challenge, label: "Phone", registration });
    });
    if (!done.ok) expectAnswer(done.refusal.code, "enrolment_used", "credential_registered");
    await this.signIn(passkey, handle);
  }

  async addDevice(passkey: Authenticator): Promise<string> {
    const person = await personNamed(this.#store, "alex");
    const done = await this.insist(async (): Promise<Result<string>> => {
      const { challenge } = await beginDevice(this.#runtime, this.#store, person);
      const response = await passkey.register(bytesOf(challenge));
      const { clientDataJSON, attestationObject } = response.response;
      const registration = { id: response.id, clientDataJSON, attestationObject, transports: [] };
      return finishDevice(this.#runtime, this.#store, person, { challenge, label: "Key", registration });
    });
    if (done.ok) return idOf(done.value);
    // It is stored, and nobody was asked to endorse it: signing in with it asks.
    expectAnswer(done.refusal.code, "credential_registered");
    await this.signIn(passkey, person.userHandle);
    const asked = await this.#store.select(confirmations);
    return asked.find(({ type }) => type === "credential.endorsed")?.id ?? "";
  }

  /** As the door does it: by what the page began with, if that is known, or else looked at whole. */
  async decide(id: string, passkey: Authenticator): Promise<void> {
    const [runtime, store] = [this.#runtime, this.#store];
    const person = await personNamed(store, "alex");
    const session = secretHash(
      await this.insist(() => openSession(runtime, { store, passkey: passkey.credential })),
    );
    const given = await this.insist(async () => {
      const loaded = await loadConfirmation(store, id);
      const begun = await beginCeremony(runtime, store, id, person, loaded && { session, loaded });
      return signWith(runtime, store, id, { person, passkey }, expectOk(begun).ceremonyId, "approve");
    });
    const present = () =>
      this.insist(async (): Promise<Result<"decided">> => {
        const begun = takeCeremony(session, id);
        const stepId = newId(runtime, "s");
        const by = begun && (await decideWithRememberedCeremony(runtime, begun, given, stepId));
        return by ? accept("decided") : decide(runtime, store, id, person, given, stepId);
      });
    const decided = await present();
    expectAnswer(decided, { ok: true, value: "decided" });
    // An identical repetition, whenever it comes, is answered like the first.
    expectAnswer(await present(), decided);
  }
}

export async function principalIn(runtime: Runtime, apiKey: string): Promise<Principal> {
  return expectOk(await principalOf(runtime, apiKey));
}
