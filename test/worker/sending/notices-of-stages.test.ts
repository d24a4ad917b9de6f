import { reset } from "cloudflare:test";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { claimJobs } from "../../../src/app/sending/claim-jobs.ts";
import type { Platform, Runtime } from "../../../src/app/runtime.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import type { TenantStore } from "../../../src/store/tenant-store.ts";
import { needOf, requestUnder, staged } from "../policies/support/frozen-policies.ts";
import { insertRow, rows } from "../support/database-rows.ts";
import {
  insertActivePasskey,
  personNamed,
  presign,
  submit,
  type Signer,
} from "../support/signed-decisions.ts";
import { freshPlatform, newCompany, runtimeOf } from "../support/worker-fixture.ts";

// Maria and alex are asked, and one of them is enough. Then bo is. Only maria has a channel, so what is sent is for her.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Later than the clock of the tenant's Desk, which therefore sends nothing of this. */
const START = Date.now() + 24 * HOUR;

let runtime: Runtime;
let store: TenantStore;
const signers = {} as Record<"alex" | "maria" | "bo", Signer>;
let now = START;
let sent: string[] = [];

beforeAll(async () => {
  const platform = await freshPlatform();
  const company = await newCompany(platform);
  ({ store } = company);
  runtime = { ...runtimeOf(store, platform), send: capturing(platform), now: () => now };
  for (const username of ["maria", "bo"])
    await insertRow(store.tenantId, "people", {
      id: `p_${username}`,
      username,
      role: "approver",
      user_handle: username,
      created_at: 0,
    });
  for (const name of ["alex", "maria", "bo"] as const) {
    const person = await personNamed(store, name);
    const passkey =
      name === "alex" ? company.alex.passkey : await insertActivePasskey(runtime, store, person);
    signers[name] = { person, passkey };
  }
  await insertRow(store.tenantId, "channels", {
    id: "n_maria",
    person_id: "p_maria",
    kind: "chat",
    name: "",
    address: "https://maria.example/",
    created_at: 0,
    verified_at: 0,
    use: "always",
  });
}, 60_000);
afterAll(() => reset());
beforeEach(async () => {
  now += 24 * HOUR;
  sent = [];
  for (const table of ["notices", "notice_settings"]) await rows(`DELETE FROM ${table}`);
});

/** Keeps the first line of each message. */
function capturing({ send }: Platform): Platform["send"] {
  const answer = { ok: true, status: 200, retryAfterSeconds: null, milliseconds: 1 } as const;
  return {
    ...send,
    post: async ({ body }) => {
      const { text } = JSON.parse(String(body)) as { readonly text: string };
      sent.push(text.split("\n")[0] ?? "");
      return answer;
    },
  };
}

async function asked(action: string): Promise<string> {
  const { alex, maria, bo } = signers;
  const policy = staged([[needOf(1, [alex, maria])], [needOf(1, [bo])]]);
  return requestUnder(runtime, store, policy, { action, expiresInMilliseconds: 4 * HOUR });
}

async function sign(id: string, name: keyof typeof signers): Promise<void> {
  expectOk(await submit(runtime, store, await presign(runtime, store, id, signers[name])));
}

/** Sends what is due until this time, each at its time. */
async function sendUntil(end: number): Promise<void> {
  for (let next: number | undefined = now; next !== undefined && next <= end;) {
    now = Math.max(next, now);
    const { jobs, nextAt } = await claimJobs(runtime, store, [], 6);
    for (const { run } of jobs) await run();
    next = jobs.length > 0 ? now : nextAt;
  }
  now = end;
}

const stateOf = async (kind: string) => {
  const found = await rows("SELECT state FROM notices WHERE kind = ?1", kind);
  return found.map(({ state }) => state);
};

describe("a person whose stage is over", () => {
  it("is not reminded of the request", async () => {
    const id = await asked("Deploy");
    await sendUntil(now);
    await sign(id, "alex");
    await sendUntil(now + 3 * HOUR);
    expect(sent).toEqual(["Please decide: Deploy"]);
    expect(await stateOf("reminder")).toEqual(["skipped"]);
  });

  it("is reminded while the stage is open", async () => {
    await asked("Deploy");
    await sendUntil(now + 3 * HOUR);
    expect(sent).toEqual(["Please decide: Deploy", "Still waits for a decision: Deploy"]);
  });

  it("does not hear of it in a digest either, when a pause ends", async () => {
    const settings = { person_id: "p_maria", time_zone: "UTC", paused_until: now + HOUR };
    await insertRow(store.tenantId, "notice_settings", settings);
    // More than are sent one by one.
    const over: string[] = [];
    for (let count = 0; count < 7; count++) over.push(await asked(`Over ${count}`));
    await asked("Still open");
    await sendUntil(now);
    for (const id of over) await sign(id, "alex");
    await sendUntil(now + HOUR);
    expect(sent).toEqual(["1 request waits for you"]);
  });

  it("is asked again when the stage is open again", async () => {
    const id = await asked("Deploy");
    await sendUntil(now);
    await sign(id, "alex");
    await rows("UPDATE audience SET over_at = NULL WHERE confirmation_id = ?1", id);
    await sendUntil(now + 3 * HOUR);
    expect(sent).toEqual(["Please decide: Deploy", "Still waits for a decision: Deploy"]);
  });
});
