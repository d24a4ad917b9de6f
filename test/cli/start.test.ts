import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { readStartOptions } from "../../src/local/start-options.ts";
import { databaseProblem, prepareFolder, StateUnusable } from "../../src/local/state-check.ts";
import { readSettings, writeSettings, type Settings } from "../../src/local/state-folder.ts";
import { freePort } from "../support/product/product.ts";

// `npm start` with a state folder that can't be used: one line that says why and what to do.

vi.setConfig({ testTimeout: 60_000 });

const folder = mkdtempSync(join(tmpdir(), "countersign-start-"));
const at = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

async function start(state: string) {
  const args = ["src/local/start.ts", "--port", String(await freePort()), "--state", state];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill());
  let [out, err] = ["", ""];
  child.stdout.on("data", (text: Buffer) => (out += text.toString()));
  child.stderr.on("data", (text: Buffer) => (err += text.toString()));
  const [code] = await once(child, "close");
  return { code: code as unknown, out, err };
}

/** The device /dev/full refuses every write, as a full disk does. */
function fullFolder(name: string): string {
  mkdirSync(at(name));
  symlinkSync("/dev/full", at(`${name}/write-check`));
  return at(name);
}

describe("npm start", () => {
  it.skipIf(!existsSync("/dev/full"))("says that the disk is full", async () => {
    const state = fullFolder("full");
    const { code, out, err } = await start(state);
    expect([code, out, err]).toEqual([
      1,
      "",
      `The state folder ${state} can't be written: the disk is full; free some space.\n`,
    ]);
  });
});

describe("the option --send-to", () => {
  const toReceiver = ["--send-to", "http://127.0.0.1:9000"];

  it("allows receivers on this machine, each by its origin", () => {
    expect(readStartOptions([])).toMatchObject({ sendTo: [] });
    expect(readStartOptions([...toReceiver, "--send-to", "http://localhost:9001/hook"])).toMatchObject({
      sendTo: ["http://127.0.0.1:9000", "http://localhost:9001"],
    });
  });

  it.each([
    ["no address", ["--send-to", "9000"], "needs an address of this machine"],
    ["another machine", ["--send-to", "http://192.168.0.2:9000"], "needs an address of this machine"],
    ["a tunnel", [...toReceiver, "--origin", "https://a.example.com"], "works only without --origin"],
  ])("refuses %s", (_what, args, message) => {
    expect(readStartOptions(args)).toContain(message);
  });
});

describe("the check of the state folder", () => {
  it("creates it, and leaves nothing in it", () => {
    prepareFolder(at("new/state"), false);
    expect(readdirSync(at("new/state"))).toEqual([]);
  });

  it("keeps what is in it, unless everything is to be deleted", () => {
    mkdirSync(at("kept"));
    writeFileSync(at("kept/settings.json"), "{}");
    prepareFolder(at("kept"), false);
    expect(readdirSync(at("kept"))).toEqual(["settings.json"]);
    prepareFolder(at("kept"), true);
    expect(readdirSync(at("kept"))).toEqual([]);
  });

  it("refuses a file, and a folder below a file", () => {
    writeFileSync(at("file"), "");
    expect(() => prepareFolder(at("file"), false)).toThrow("it is a file; choose another folder");
    expect(() => prepareFolder(at("file/state"), false)).toThrow("a part of its path is a file; choose");
  });

  it("refuses settings that are damaged, and keeps them", () => {
    mkdirSync(at("damaged"));
    writeFileSync(at("damaged/settings.json"), "");
    const read = () => readSettings(at("damaged"), "http://localhost:8787");
    expect(read).toThrow(StateUnusable);
    expect(read).toThrow(/settings\.json can't be read\. It holds the log's key, so restore it/);
    expect(readdirSync(at("damaged"))).toEqual(["settings.json"]);
  });

  it("stores settings whole or not at all", () => {
    const first = readSettings(at("settings"), "http://localhost:8787");
    expect(readSettings(at("settings"), "http://localhost:8787")).toEqual(first);
    expect(readdirSync(at("settings"))).toEqual(["settings.json"]);
  });

  it("gives a folder of an older version what it lacks, and keeps its log's key", () => {
    const {
      sendSeed: _seed,
      vapidPrivateKey: _key,
      ...old
    } = readSettings(at("older"), "http://localhost:8787");
    writeSettings(at("older"), old as Settings);
    const now = readSettings(at("older"), "http://localhost:8787");
    expect([now.logSeed, now.sendSeed.length, now.vapidPrivateKey.length]).toEqual([old.logSeed, 64, 43]);
  });

  it.each([
    ["D1_ERROR: database or disk is full: SQLITE_FULL", "the disk is full"],
    ["D1_ERROR: attempt to write a readonly database: SQLITE_READONLY", "the disk is read-only"],
    ["D1_ERROR: unable to open database file: SQLITE_CANTOPEN", "you may not write there"],
  ])("reads the words of the database: %s", (words, reason) => {
    expect(databaseProblem("/state", new Error(words))?.message).toContain(`can't be written: ${reason}`);
  });

  it("leaves every other problem as it is", () => {
    for (const problem of [new Error("no such table: people"), new TypeError("undefined"), "text", undefined])
      expect(databaseProblem("/state", problem)).toBeUndefined();
  });
});
