import { reset } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BrowserClient } from "../../support/browser-client.ts";
import { rows } from "../support/database-rows.ts";
import { ceremonyIdOf, post, statusAndCode, statusOf, type SignedForm } from "../support/decision-effect.ts";
import { personNamed, insertActivePasskey } from "../support/signed-decisions.ts";
import { auditConfirmation } from "../support/stream-audit.ts";
import { freshPlatform, newCompany, type Company, runtimeOf } from "../support/worker-fixture.ts";
import type { Platform, Runtime } from "../../../src/app/runtime.ts";

// Something changes after the page was loaded and its vote was signed, and before the vote arrives. No vote counts
// that rests on a fact that no longer holds.

let platform: Platform;
let runtime: Runtime;
let company: Company;
let sam: BrowserClient;
let samId: string;
afterAll(() => reset());
beforeAll(async () => {
  platform = await freshPlatform();
  company = await newCompany(platform);
  runtime = runtimeOf(company.store);
  sam = await company.enrolled("sam");
  samId = (await personNamed(company.store, "sam")).id;
}, 30_000);

const setPasskey = (id: string, column: string, value: number | null) =>
  rows(`UPDATE credentials SET ${column} = ?1 WHERE id = ?2`, value, id);
/** Of sam, who has one. */
const setSession = (column: string, value: number | string) =>
  rows(
    `UPDATE sessions SET ${column} = ?1 WHERE credential_id IN
      (SELECT id FROM credentials WHERE person_id = ?2)`,
    value,
    samId,
  );
const setCeremony = (held: SignedForm, column: string, value: number | string) =>
  rows(`UPDATE ceremonies SET ${column} = ?1 WHERE id = ?2`, value, ceremonyIdOf(held));

/** The session belongs to another passkey of the same person, and that one is in this state. */
async function moveSession(column: string, value: number | null): Promise<void> {
  const passkey = await insertActivePasskey(runtime, company.store, await personNamed(company.store, "sam"));
  await setPasskey(passkey.credential.id, column, value);
  await setSession("credential_id", passkey.credential.id);
}

interface Since {
  readonly happens: (held: SignedForm, id: string) => Promise<unknown>;
  readonly answer: readonly [status: number, code: string];
  readonly status?: string;
}

const ownPasskey = () => sam.passkey.credential.id;
const CASES: Readonly<Record<string, Since>> = {
  "the session ended": {
    happens: () => setSession("revoked_at", 1),
    answer: [401, "session_required"],
  },
  "the session expired": {
    happens: () => setSession("expires_at", 1),
    answer: [401, "session_required"],
  },
  "the session belongs to somebody else": {
    happens: () => setSession("credential_id", company.alex.passkey.credential.id),
    answer: [404, "not_found"],
  },
  "the passkey of the session was revoked": {
    happens: () => moveSession("revoked_at", 1),
    answer: [401, "session_required"],
  },
  "the passkey of the session is no longer endorsed": {
    happens: () => moveSession("endorsed_seq", null),
    answer: [403, "passkey_waiting"],
  },
  "the passkey was revoked": {
    happens: async () => {
      await moveSession("endorsed_seq", 0);
      await setPasskey(ownPasskey(), "revoked_at", 1);
    },
    answer: [403, "unknown_credential"],
  },
  "the passkey is no longer endorsed": {
    happens: async () => {
      await moveSession("endorsed_seq", 0);
      await setPasskey(ownPasskey(), "endorsed_seq", null);
    },
    answer: [403, "unknown_credential"],
  },
  "the challenge expired": {
    happens: (held) => setCeremony(held, "expires_at", 1),
    answer: [409, "challenge_expired"],
  },
  "the challenge was used": {
    happens: (held) => setCeremony(held, "used_by", "s_other"),
    answer: [409, "challenge_consumed"],
  },
  "the person rejected on another page": {
    happens: (_held, id) => sam.decide(id, { vote: "reject" }),
    answer: [409, "already_decided"],
    status: "rejected",
  },
  "the requester cancelled": {
    happens: (_held, id) => company.api("POST", `/api/confirmations/${id}/cancel`),
    answer: [409, "already_decided"],
    status: "cancelled",
  },
};

describe("a signed vote does not count if, since its page was loaded,", () => {
  it.each(Object.entries(CASES))("%s", async (_name, { happens, answer, status = "pending" }) => {
    const id = await company.asked("sam");
    const held = await sam.sign(id);
    await happens(held, id);
    const counted = await rows("SELECT * FROM votes WHERE confirmation_id = ?1", id);
    expect(statusAndCode(await post(sam, id, held))).toEqual(answer);
    expect(await rows("SELECT * FROM votes WHERE confirmation_id = ?1", id)).toEqual(counted);
    expect((await statusOf(id))?.["status"]).toBe(status);
    await auditConfirmation(company.store, id);
    await setPasskey(ownPasskey(), "revoked_at", null);
    await setPasskey(ownPasskey(), "endorsed_seq", 0);
    await sam.signIn();
  });
});
