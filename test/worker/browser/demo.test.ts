import { beforeAll, describe, expect, it } from "vitest";
import { backend, BrowserClient, type Answered } from "../../support/browser-client.ts";
import { statusAndCode } from "../support/decision-effect.ts";
import { fetchWorker, freshPlatform, ORIGIN } from "../support/worker-fixture.ts";

// The live demo: a visitor without an account decides on a request in an organisation that exists for a day.

beforeAll(async () => {
  await freshPlatform();
});

const PAYLOAD = { action: "demo", amount: "$0" };
const REQUEST = { username: "visitor", action: "Try Countersign", payload: PAYLOAD };

interface Visit {
  readonly client: BrowserClient;
  readonly begun: Answered["body"];
  readonly link: string;
  readonly api: ReturnType<typeof backend>;
}

async function begin(client?: BrowserClient): Promise<Visit> {
  const visitor = client ?? (await BrowserClient.create(fetchWorker, ORIGIN));
  const { body: begun } = await visitor.post("/demo/begin", {});
  const api = backend(fetchWorker, ORIGIN, begun.apiKey);
  return { client: visitor, begun, link: `${ORIGIN}/enrol#${begun.secret}`, api };
}

describe("a visitor", () => {
  it("gets an organisation, decides with a new passkey, and the backend uses the approval once", async () => {
    const started = Date.now();
    const { client, begun, link, api } = await begin();
    expect(begun).toMatchObject({
      tenant: "Demo",
      username: "visitor",
      owner: true,
      exclude: [],
      apiKey: expect.stringMatching(/^cs_test_/),
    });
    expect(Date.parse(begun.deletedAt) - started).toBeCloseTo(24 * 3_600_000, -4);
    expect(await client.finishEnrolment(link, begun)).toMatchObject({ status: 200, body: { active: true } });
    const asked = await api("POST", "/api/confirmations", REQUEST);
    expect(asked).toMatchObject({ status: 201, body: { status: "pending", mode: "test" } });
    const { id } = asked.body;
    const waiting = api("GET", `/api/confirmations/${id}?wait=25`);
    expect(await client.decide(id)).toMatchObject({ status: 200, body: { status: "approved" } });
    expect((await waiting).body).toMatchObject({ status: "approved" });
    expect((await api("GET", `/api/confirmations/${id}/receipt`)).status).toBe(200);
    const use = { payload: PAYLOAD };
    expect((await api("POST", `/api/confirmations/${id}/consume`, use)).status).toBe(200);
    const again = await api("POST", `/api/confirmations/${id}/consume`, use);
    expect(statusAndCode(again)).toEqual([409, "already_consumed"]);
  });
});
