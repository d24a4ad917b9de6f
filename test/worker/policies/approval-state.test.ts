import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import type { Runtime } from "../../../src/app/runtime.ts";
import { sha256 } from "../../../src/core/encoding/hash.ts";
import { toHex, utf8 } from "../../../src/core/encoding/bytes.ts";
import type { ApprovalState } from "../../../src/core/pages/approval.ts";
import type { Policy } from "../../../src/core/policy/policy.ts";
import { confirmations } from "../../../src/store/schema.ts";
import type { BrowserClient } from "../../support/browser-client.ts";
import { personNamed, type Signer } from "../support/signed-decisions.ts";
import { freshPlatform, newCompany, runtimeOf, type Company } from "../support/worker-fixture.ts";
import { needOf, requestUnder, staged } from "./support/frozen-policies.ts";

// What the approval page tells each person while several must sign.

const ESCALATION_SECONDS = 600;
const MINUTES_MILLISECONDS = 60_000;

let runtime: Runtime;
let company: Company;
const clients = new Map<string, BrowserClient>();
const signers = new Map<string, Pick<Signer, "person">>();
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
  runtime = runtimeOf(company.store);
  for (const name of ["bo", "cy", "dan", "maria"]) clients.set(name, await company.enrolled(name));
  clients.set("alex", company.alex);
  for (const name of clients.keys()) signers.set(name, { person: await personNamed(company.store, name) });
}, 60_000);

const named = (...names: string[]) => names.flatMap((name) => signers.get(name) ?? []);

/** Two of finance, then one of security; alex may stand in for security later. */
function inStages(more: Partial<Policy> = {}): Policy {
  return staged(
    [[needOf(2, named("maria", "bo", "cy"), "finance")], [needOf(1, named("dan", "cy"), "security")]],
    {
      name: "high-value",
      escalations: [
        { afterSeconds: ESCALATION_SECONDS, stage: 2, needs: [needOf(1, named("alex"), "alex")] },
      ],
      ...more,
    },
  );
}

const ask = (policy: Policy) => requestUnder(runtime, company.store, policy);

async function stateOf(id: string, name: string, query = "wait=0"): Promise<ApprovalState> {
  const response = await clients.get(name)?.get(`/approve/${id}/state?${query}`);
  return (await response?.json()) as ApprovalState;
}

/** Each in this order: a name, with a minus if the person rejects. */
async function sign(id: string, ...names: string[]): Promise<void> {
  for (const name of names) {
    const vote = name.startsWith("-") ? "reject" : "approve";
    const signed = await clients.get(name.replace("-", ""))?.decide(id, { vote });
    expect([name, signed?.status]).toEqual([name, 200]);
  }
}

/** The request was made so long ago. */
async function age(id: string, minutes: number): Promise<void> {
  const row = await company.store.first(confirmations, eq(confirmations.id, id));
  const createdAt = (row?.createdAt ?? 0) - minutes * MINUTES_MILLISECONDS;
  await company.store.update(confirmations, { createdAt, dueAt: createdAt }, eq(confirmations.id, id));
}

const NOW = "may decide";
const LATER = "Stage 2: you are asked when these have signed: two of finance.";
const OVER = "Others have signed in it, so you are no longer asked.";
const SIGNED = "You have signed this request.";
const ESCALATED = "You are asked if the others do not sign in time.";
const IN_STAGE_2 = "Stage 2: you are asked when these have signed: two of finance.";

describe("the state of a request under a policy", { timeout: 60_000 }, () => {
  it.each<[after: string[], progress: string, missing: string, says: Record<string, string>]>([
    [
      [],
      "0 of 3 in stage 1",
      "two of finance (bo, cy or maria)",
      { maria: NOW, cy: NOW, dan: LATER, alex: IN_STAGE_2 },
    ],
    [
      ["maria"],
      "1 of 3 in stage 1",
      "one of finance (bo or cy)",
      { maria: SIGNED, bo: NOW, dan: LATER, alex: IN_STAGE_2 },
    ],
    [
      ["maria", "bo"],
      "2 of 3 in stage 2",
      "one of security (cy or dan)",
      { maria: SIGNED, cy: NOW, dan: NOW, alex: ESCALATED },
    ],
    [
      ["maria", "cy"],
      "2 of 3 in stage 2",
      "one of security (dan)",
      { bo: OVER, cy: SIGNED, dan: NOW, alex: ESCALATED },
    ],
  ])("after %j", async (after, progress, missing, says) => {
    const id = await ask(inStages());
    await sign(id, ...after);
    for (const [name, text] of Object.entries(says)) {
      const state = await stateOf(id, name);
      expect([name, state.why?.text ?? NOW, state.canDecide]).toEqual([name, text, text === NOW]);
      expect(sorted(state.progress)).toEqual([progress, missing]);
    }
  });

  /** The ids of people are random, and with them their order. */
  const sorted = (progress: ApprovalState["progress"]) => [
    `${progress?.have} of ${progress?.need} in stage ${progress?.stage}`,
    progress?.missing.replace(/\((.*)\)/, (_, names: string) => {
      const all = names.split(/, | or /).toSorted();
      return `(${all.slice(0, -1).join(", ")}${all.length > 1 ? " or " : ""}${all.at(-1)})`;
    }),
  ];

  it("tells when more people are asked, and asks them then", async () => {
    const id = await ask(inStages());
    await sign(id, "maria", "bo");
    const before = await stateOf(id, "alex");
    const createdAt = Date.parse((await clients.get("alex")?.approvalPage(id))?.data.statement.created);
    expect(Date.parse(before.progress?.moreAt ?? "") - createdAt).toBe(ESCALATION_SECONDS * 1_000);
    expect(before.why?.title).toBe("Not your turn yet");
    await age(id, 11);
    const after = await stateOf(id, "alex");
    expect([after.canDecide, after.progress?.moreAt]).toEqual([true, null]);
  });

  it("names everybody with seat, stage and reason", async () => {
    const id = await ask(inStages());
    await sign(id, "maria", "bo");
    await clients.get("dan")?.decide(id, { reason: "Checked by phone" });
    const { status, sealed, votes } = await stateOf(id, "maria");
    expect([status, sealed]).toEqual(["approved", true]);
    expect(votes.map(({ username, seat, stage, reason }) => [username, seat, stage, reason])).toEqual([
      ["maria", "finance", 1, ""],
      ["bo", "finance", 1, ""],
      ["dan", "security", 2, "Checked by phone"],
    ]);
  });

  it("goes on after a rejection if the policy can still be met", async () => {
    const id = await ask(inStages({ rejection: "impossible" }));
    await sign(id, "-maria");
    const { progress, votes, status } = await stateOf(id, "maria");
    expect([status, progress?.have, votes[0]?.seat]).toEqual(["pending", 0, ""]);
    expect(progress?.missing).toMatch(/^two of finance \(/);
  });

  it("does not ask the person who asked", async () => {
    const id = await ask(inStages({ excludeRequester: true }));
    const maria = signers.get("maria")?.person.id ?? "";
    await company.store.update(confirmations, { requesterPerson: maria }, eq(confirmations.id, id));
    const { why, progress } = await stateOf(id, "maria");
    expect(why?.text).toBe("You asked for this, so somebody else must decide.");
    expect(progress?.missing).not.toContain("maria");
  });

  it("is new as soon as somebody signs, and the same until then", async () => {
    const id = await ask(inStages());
    const { version } = await stateOf(id, "dan");
    const waiting = stateOf(id, "dan", `wait=20&version=${version}`);
    const started = Date.now();
    await sign(id, "maria");
    const fresh = await waiting;
    expect(fresh.version).not.toBe(version);
    expect(fresh.progress?.have).toBe(1);
    expect(Date.now() - started).toBeLessThan(15_000);
  });

  it("refuses a signature for a stage that is over", async () => {
    const id = await ask(inStages());
    const early = await clients.get("cy")?.sign(id);
    await sign(id, "maria", "bo");
    const late = await clients.get("cy")?.post(`/approve/${id}/decision`, early);
    expect([late?.status, late?.body.code]).toEqual([409, "stage_over"]);
    expect((await stateOf(id, "cy")).canDecide).toBe(true);
  });

  it("comes with the policy whose hash is signed, and the names of its people", async () => {
    const id = await ask(inStages());
    const { data } = (await clients.get("dan")?.approvalPage(id)) ?? {};
    expect(toHex(sha256(utf8(data.policy)))).toBe(data.statement.policyHash);
    expect(new Set(Object.values(data.usernames))).toEqual(new Set(["alex", "bo", "cy", "dan", "maria"]));
    const alone = await company.asked("dan");
    const page = await clients.get("dan")?.approvalPage(alone);
    expect([page?.data.policy, page?.data.statement.policyHash, page?.data.state.progress]).toEqual([
      null,
      null,
      null,
    ]);
  });
});
