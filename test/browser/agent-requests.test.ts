import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { ERAS, headersOf, message, send, type Era } from "../support/mcp-messages.ts";
import { browserFixture } from "../support/browser/browser-fixture.ts";
import { BrowserClient, type Fetch } from "../support/browser-client.ts";

// Agents that lose their connection while they wait, against the running product: the repeated call gets an
// approval that was made in the meantime, and only that call gets it.

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

const argumentsOf = (action: string, seconds: number) => ({
  action,
  payload: { action },
  approver_username: "alex",
  wait_seconds: seconds,
});

/** Asks and waits on its own connection. */
function waiting(era: Era, action: string): Socket {
  const { hostname, port, host } = new URL(url);
  const body = JSON.stringify(message(era, TOOL, argumentsOf(action, 40)));
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
    const item = body.data.find((one: { action: string }) => one.action === action);
    if (item !== undefined) return item.id;
    await sleep(50);
  }
  throw new Error(`no request for ${action}`);
}

async function askAgain(era: Era, action: string, seconds = 0) {
  const posted = await send(apiKey, message(era, TOOL, argumentsOf(action, seconds)), headersOf(era, TOOL), {
    fetch: over,
    url: `${url}/mcp`,
  });
  return posted.answer.result.structuredContent;
}

describe.each(ERAS)("an agent of the %s era", (era) => {
  it("that disconnects while it waits gets the later approval once", async () => {
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
        const result = await askAgain(era, action);
        if (result.confirmation_id !== id || result.approved !== true) lost.push({ action, away, result });
        expect((await askAgain(era, action)).confirmation_id).not.toBe(id);
      }),
    );
    expect(lost).toEqual([]);
  });

  it("that disconnects and asks again at once gets the approval from its second call only", async () => {
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
