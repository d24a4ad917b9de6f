import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { LogUnreachable, openLog } from "../../src/cli/log-source.ts";
import { createLog } from "../support/log/memory-log.ts";
import { serveTestLog, type Answer, type LogServer } from "../support/log/log-server.ts";
import { countersign } from "../support/product/cli-program.ts";
import { encodeTrustPolicy } from "../../src/core/tlog/trust-policy.ts";

// What the programs take for a log, and how long they wait for it.

vi.setConfig({ testTimeout: 30_000 });

const TILE = { level: 0, index: 0, width: 1 } as const;
const folder = mkdtempSync(join(tmpdir(), "countersign-log-"));
let server: LogServer;
beforeAll(async () => {
  const log = await createLog("log.example/countersign");
  log.append(new Uint8Array(65));
  writeFileSync(join(folder, "policy.txt"), encodeTrustPolicy(log.trust()));
  server = await serveTestLog(log);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

describe("the type of an answer", () => {
  const ofType = async (type: string) => {
    const note = await server.log.checkpoint();
    server.lie = (): Answer => ({ type, body: note });
    return openLog(server.url).checkpoint();
  };

  it.each(["", "text/plain", "Text/Plain; charset=utf-8", "application/octet-stream", "binary/octet-stream"])(
    "may be %j",
    async (type) => {
      expect(await ofType(type)).toBe(await server.log.checkpoint());
    },
  );

  it("that is another one is no answer of a log", async () => {
    await expect(ofType("text/html")).rejects.toThrow(LogUnreachable);
    await expect(ofType("text/html")).rejects.toThrow("answered with text/html, which is no file of a log");
    await expect(ofType("application/json; charset=utf-8")).rejects.toThrow("answered with application/json");
  });
});

describe("a server that sends byte by byte", () => {
  it("is given up after the time of one request, without another attempt", async () => {
    server.lie = () => "drip";
    const before = server.requests;
    const reading = openLog(server.url, { requestSeconds: 1 }).fetchTile(TILE);
    await expect(reading).rejects.toThrow("(no whole answer within 1 seconds)");
    expect(server.requests - before).toBe(1);
  });

  it("is given up after the time of the run, and then not asked again", async () => {
    server.lie = () => "drip";
    const log = openLog(server.url, { runSeconds: 1 });
    await expect(log.fetchTile(TILE)).rejects.toThrow("did not answer everything within 1 seconds");
    const before = server.requests;
    server.lie = undefined;
    await expect(log.checkpoint()).rejects.toThrow(LogUnreachable);
    expect(server.requests).toBe(before);
  });

  it.each([
    ["everything", () => "drip" as const],
    ["the tiles", (path: string) => (path === "checkpoint" ? undefined : ("drip" as const))],
  ])("ends a check of the monitor at its deadline, if it sends %s so", async (_name, lie) => {
    server.lie = lie;
    const args = ["monitor", "--log", server.url, "--policy", "policy.txt", "--state", "s", "--once"];
    const result = await countersign(folder, [...args, "--deadline", "1"]);
    expect([result.code, result.out, result.err]).toEqual([
      2,
      "",
      expect.stringContaining("did not answer everything within 1 seconds"),
    ]);
  });
});
