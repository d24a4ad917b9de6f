import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { ERAS, headersOf, message, send, type Era } from "../support/mcp-messages.ts";
import { browserFixture } from "../support/browser/browser-fixture.ts";
import { BrowserClient, type Fetch } from "../support/browser-client.ts";

// Agents whose connection breaks off while they wait, against the product as it runs: the approval that
// comes when nobody is there is found by the repeated call, and by that one alone.

const TOOL = "request_human_approval";
const AGENTS = 10;
const AWAY_MAX_MILLISECONDS = 3_000;

const { url, enrolUrl, api, apiKey } = browserFixture("agent-requests");
const over: Fetch = (address, init) => fetch(address, init);
let alex: BrowserClient;
beforeAll(async () => {
  alex = await BrowserClient.create(over, url);
  await alex.enrol(enrolUrl);
});

const given = (action: string, seconds: number) => ({
  action,
  payload: { action },
  approver_username: "alex",
  wait_seconds: seconds,
});

/** Asks, and waits over a connection of its own. */
function waiting(era: Era, action: string): Socket {
  const { hostname, port, host } = new URL(url);
  const body = JSON.stringify(message(era, TOOL, given(action, 40)));
  const headers = { host, "x-api-key": apiKey, "content-length": `${body.length}`, ...headersOf(era, TOOL) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on("error", () => undefined).resume();
  socket.write(`POST /mcp HTTP/1.1\r\n${lines.join("")}\r\n${body}`);
  return socket;
}

async function idOf(action: string): Promise<string> {
  for (let tried = 0; tried < 100; tried++) {
    const { body } = await api("GET", "/api/confirmations?limit=100&status=pending");
    const found = body.data.find((one: { action: string }) => one.action === action);
    if (found !== undefined) return found.id;
    await sleep(50);
  }
  throw new Error(`nobody asked for ${action}`);
}

async function askAgain(era: Era, action: string, seconds = 0) {
  const posted = await send(apiKey, message(era, TOOL, given(action, seconds)), headersOf(era, TOOL), {
    fetch: over,
    url: `${url}/mcp`,
  });
  return posted.answer.result.structuredContent;
}

describe.each(ERAS)("an agent of the %s era", (era) => {
  it("that vanishes while it waits finds what was approved meanwhile, once", async () => {
    const lost: unknown[] = [];
    await Promise.all(
      Array.from({ length: AGENTS }, async (_none, place) => {
        const action = `Deploy ${era} ${place}`;
        const socket = waiting(era, action);
        const id = await idOf(action);
        const away = Math.round((place / (AGENTS - 1)) * AWAY_MAX_MILLISECONDS);
        socket.destroy();
        await sleep(away);
        await alex.decide(id);
        await sleep(200);
        const found = await askAgain(era, action);
        if (found.confirmation_id !== id || found.approved !== true) lost.push({ action, away, found });
        expect((await askAgain(era, action)).confirmation_id).not.toBe(id);
      }),
    );
    expect(lost).toEqual([]);
  });

  it("that vanishes and asks again at once is told by its second call, and by no third", async () => {
    await Promise.all(
      Array.from({ length: AGENTS }, async (_none, place) => {
        const action = `Pay ${era} ${place}`;
        const socket = waiting(era, action);
        const id = await idOf(action);
        socket.destroy();
        const second = askAgain(era, action, 20);
        await sleep(100 + 50 * place);
        await alex.decide(id);
        expect(await second).toMatchObject({ confirmation_id: id, approved: true });
        await sleep(100);
        expect((await askAgain(era, action)).confirmation_id).not.toBe(id);
      }),
    );
  });
});
