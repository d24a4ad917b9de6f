import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { browserFixture } from "../support/browser/browser-fixture.ts";
import { backend, BrowserClient, type Fetch } from "../support/browser-client.ts";

// Lost connections, against the running product: a write is complete or absent, and the same request again
// gets the same answer.

const { url, enrolUrl, api, apiKey, ask, read } = browserFixture("lost-connection");
const over: Fetch = (address, init) => fetch(address, init);
let alex: BrowserClient;
beforeAll(async () => {
  alex = await BrowserClient.create(over, url);
  await alex.enrol(enrolUrl);
});

/** Sends the first `share` of the request and closes the connection, without reading a response. */
async function hangUp(request: string, share: number, afterMilliseconds = 0): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve).once("error", reject);
  });
  socket.on("error", () => undefined);
  socket.write(request.slice(0, Math.ceil(request.length * share)));
  await sleep(afterMilliseconds);
  socket.destroy();
}

function requestOf(method: string, path: string, headers: Record<string, string>, body?: object): string {
  const text = body === undefined ? "" : JSON.stringify(body);
  const lines = Object.entries({
    host: new URL(url).host,
    ...(body === undefined
      ? {}
      : { "content-type": "application/json", "content-length": String(text.length) }),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${text}`;
}

const SHARES = [0.1, 0.5, 0.9, 0.99];
/** Some requests are finished by then, and some are not. */
const MOMENTS_MILLISECONDS = [0, 1, 3, 10, 30];

describe("a lost connection", () => {
  const question = { username: "alex", action: "Deploy", payload: { sha: "abc123" } };

  it("in the middle of a request changes nothing", async () => {
    const before = await api("GET", "/api/confirmations");
    const headers = { "x-api-key": apiKey };
    for (const share of SHARES)
      await hangUp(requestOf("POST", "/api/confirmations", headers, question), share, 5);
    expect((await api("GET", "/api/confirmations")).body).toEqual(before.body);
  });

  it("before the answer to a new request: the same request again creates no second one", async () => {
    for (const [place, moment] of MOMENTS_MILLISECONDS.entries()) {
      const action = `Deploy ${place}`;
      const headers = { "x-api-key": apiKey, "idempotency-key": `hang-up-${place}` };
      await hangUp(requestOf("POST", "/api/confirmations", headers, { ...question, action }), 1, moment);
      const again = await backend(over, url, apiKey)(
        "POST",
        "/api/confirmations",
        { ...question, action },
        headers,
      );
      await sleep(50);
      const { body } = await api("GET", "/api/confirmations?limit=100");
      const matches = body.data.filter((one: { action: string }) => one.action === action);
      expect([again.status, matches.map(({ id }: { id: string }) => id)]).toEqual([201, [again.body.id]]);
    }
  });

  it("during a wait ends neither the request nor another wait", async () => {
    const { id } = await ask();
    const headers = { "x-api-key": apiKey };
    const waits = Array.from({ length: 50 }, () =>
      hangUp(requestOf("GET", `/api/confirmations/${id}?wait=25`, headers), 1, 100),
    );
    const patient = api("GET", `/api/confirmations/${id}?wait=25`);
    await Promise.all(waits);
    expect((await alex.decide(id)).body.status).toBe("approved");
    expect((await patient).body.status).toBe("approved");
  });

  it("before the answer to a vote: sent again, it stays one vote", async () => {
    for (const moment of MOMENTS_MILLISECONDS) {
      const { id } = await ask();
      const held = await alex.sign(id, { reason: "once" });
      const headers = { origin: url, "sec-fetch-site": "same-origin", cookie: alex.cookie };
      await hangUp(requestOf("POST", `/approve/${id}/decision`, headers, held), 1, moment);
      const again = await alex.post(`/approve/${id}/decision`, held);
      expect([again.status, again.body.status, again.body.votes.length]).toEqual([200, "approved", 1]);
      expect((await read(id)).decisions).toHaveLength(1);
    }
  });

  it("before the answer to a use: sent again with its key, it stays one use", async () => {
    for (const [place, moment] of MOMENTS_MILLISECONDS.entries()) {
      const { id } = await ask({ payload: { sha: "abc123" } });
      await alex.decide(id);
      const headers = { "x-api-key": apiKey, "idempotency-key": `use-${place}` };
      const body = { payload: { sha: "abc123" } };
      await hangUp(requestOf("POST", `/api/confirmations/${id}/consume`, headers, body), 1, moment);
      const again = await api("POST", `/api/confirmations/${id}/consume`, body, headers);
      const other = await api("POST", `/api/confirmations/${id}/consume`, body);
      expect([again.status, other.status, other.body.code]).toEqual([200, 409, "already_consumed"]);
    }
  });
});
