import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { appendFileSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { encodeCheckpoint } from "../../src/core/tlog/checkpoint.ts";
import { treeRoot } from "../../src/core/tlog/merkle.ts";
import { encodeNote } from "../../src/core/tlog/signed-note.ts";
import { encodeEntry } from "../../src/core/stream/record.ts";
import { encodeTrustPolicy } from "../../src/core/tlog/trust-policy.ts";
import { publicFile } from "../support/evidence/export-file.ts";
import { createLog, TestLog } from "../support/log/memory-log.ts";
import { serveTestLog, type LogServer } from "../support/log/log-server.ts";
import { countersign, startCountersign, type CliResult } from "../support/product/cli-program.ts";
import { flipped } from "../support/log/sample-tree.ts";
import { randomBytes } from "../support/evidence/sample-tenant.ts";

// A monitor against a log that becomes dishonest between two checks, in every possible way.

vi.setConfig({ testTimeout: 30_000 });

const folder = mkdtempSync(join(tmpdir(), "countersign-monitor-"));
const at = (name: string) => join(folder, name);
let log: TestLog;
const servers: LogServer[] = [];

const entry = (label = randomBytes(32)) => encodeEntry({ kind: "sealed", label, commit: randomBytes(32) });
const grow = (some: TestLog, by: number) => {
  for (let left = by; left > 0; left--) some.append(entry());
};
/** The first entries of the log in another log of the same key. */
const fork = (count: number) => {
  const other = new TestLog(log.signer, log.witnesses);
  for (const one of log.entries.slice(0, count)) other.append(one);
  return other;
};

beforeAll(async () => {
  log = await createLog("log.example/countersign", 3);
  grow(log, 300);
  writeFileSync(at("policy.txt"), encodeTrustPolicy(log.trust()));
  writeFileSync(at("witnessed.txt"), encodeTrustPolicy(log.trust(2)));
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  rmSync(folder, { recursive: true });
});

/** One monitor and its own log, which starts with 300 entries. */
interface Watch {
  readonly server: LogServer;
  readonly state: string;
  readonly args: (policy: string, ...more: readonly string[]) => readonly string[];
  readonly once: (...more: readonly string[]) => Promise<CliResult>;
  readonly savedState: () => string;
}

async function newWatch(): Promise<Watch> {
  const server = await serveTestLog(fork(300));
  const state = `state-${servers.push(server)}.json`;
  const args: Watch["args"] = (policy, ...more) => [
    "monitor",
    "--log",
    server.url,
    "--policy",
    policy,
    "--state",
    state,
    ...more,
  ];
  return {
    server,
    state,
    args,
    once: (...more) => countersign(folder, args("policy.txt", "--once", ...more)),
    savedState: () => readFileSync(at(state), "utf8"),
  };
}

async function expectAlarm({ state }: Watch, result: CliResult, name: string): Promise<void> {
  expect([result.code, result.err, result.out]).toEqual([
    1,
    "",
    expect.stringMatching(`^ALARM ${name}: .*\\n$`),
  ]);
  expect(JSON.parse(readFileSync(at(`${state}.alarm`), "utf8"))).toMatchObject({ alarm: name });
}

describe.concurrent("countersign monitor", () => {
  it("reads the whole log once, then only its new entries", async () => {
    const { server, state, once } = await newWatch();
    const first = await once();
    expect([first.code, first.err]).toEqual([0, ""]);
    expect(first.out).toMatch(/log\.example\/countersign: 300 entries, 300 new, consistent\n$/);
    expect(statSync(at(`${state}.labels`)).size).toBe(300 * 16);
    server.requests = 0;
    expect((await once()).out).toContain("300 entries, 0 new");
    // The monitor fetches only the checkpoint and the tiles for its root.
    expect(server.requests).toBeLessThan(5);
    grow(server.log, 500);
    const third = await once("--json");
    expect([third.code, JSON.parse(third.out)]).toEqual([
      0,
      { ok: true, origin: "log.example/countersign", size: 800, new: 500 },
    ]);
    expect(statSync(at(`${state}.labels`)).size).toBe(800 * 16);
    expect(existsSync(at(`${state}.new`))).toBe(false);
  });

  it("starts with an empty log", async () => {
    const { server, once } = await newWatch();
    server.log = fork(0);
    expect((await once()).out).toContain("0 entries, 0 new");
    server.log = fork(3);
    expect((await once()).out).toContain("3 entries, 3 new");
  });

  const attacks: [string, (server: LogServer) => Promise<void> | void, string][] = [
    [
      "another root at the same size",
      (server) => {
        server.log = fork(299);
        grow(server.log, 1);
      },
      "split-view",
    ],
    [
      "a larger tree that does not extend the smaller one",
      (server) => {
        server.log = fork(200);
        grow(server.log, 400);
      },
      "split-view",
    ],
    ["a smaller tree", (server) => void (server.log = fork(299)), "shrunk"],
    ["an empty tree", (server) => void (server.log = fork(0)), "shrunk"],
    ["a label a second time", (server) => void server.log.append(entry(labelAt(7))), "duplicate-label"],
    [
      "a new label twice",
      (server) => {
        const label = randomBytes(32);
        server.log.append(entry(label));
        server.log.append(entry(label));
      },
      "duplicate-label",
    ],
    ["an entry of no kind", (server) => void server.log.append(Uint8Array.of(3, 1, 4)), "malformed-entry"],
    ["an entry cut short", (server) => void server.log.append(entry().slice(0, 64)), "malformed-entry"],
    [
      "a checkpoint with a signature bit turned",
      async (server) => {
        server.note = (await server.log.checkpoint()).replace(/.(?==\n)/, (last) =>
          last === "A" ? "B" : "A",
        );
      },
      "bad-signature",
    ],
    [
      "a checkpoint by another key",
      async (server) => void (server.note = await (await createLog(log.origin)).checkpoint()),
      "bad-signature",
    ],
    [
      "a forged tile",
      (server) => {
        grow(server.log, 300);
        server.lie = (path) =>
          path.startsWith("tile/0/")
            ? { body: flipped(publicFile(server.log, path) ?? randomBytes(1)) }
            : undefined;
      },
      "tile-not-authentic",
    ],
    [
      "a forged entry",
      (server) => {
        grow(server.log, 300);
        server.lie = (path) =>
          path.startsWith("tile/entries/")
            ? { body: flipped(publicFile(server.log, path) ?? randomBytes(1), 100) }
            : undefined;
      },
      "tile-not-authentic",
    ],
    [
      "entries that it does not give",
      (server) => {
        grow(server.log, 300);
        server.lie = (path) => (path.startsWith("tile/entries/") ? { status: 404, body: "" } : undefined);
      },
      "tile-not-authentic",
    ],
  ];
  it.each(attacks)("raises an alarm for %s", async (_name, attack, alarm) => {
    const watch = await newWatch();
    const { server, once, savedState } = watch;
    expect((await once()).code).toBe(0);
    const before = savedState();
    await attack(server);
    await expectAlarm(watch, await once(), alarm);
    // The alarm stays: the state is still the one from before.
    await expectAlarm(watch, await once(), alarm);
    expect(savedState()).toBe(before);
    server.log = fork(300);
    grow(server.log, 20);
    server.lie = undefined;
    server.note = undefined;
    expect((await once()).out).toContain("320 entries, 20 new");
  });

  it("saves both signed checkpoints as proof", async () => {
    const { server, once } = await newWatch();
    await once();
    const before = await server.log.checkpoint();
    server.log = fork(299);
    grow(server.log, 1);
    const { out } = await once("--json");
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      alarm: "split-view",
      before,
      now: await server.log.checkpoint(),
    });
  });

  it("raises an alarm for a log with another name", async () => {
    const watch = await newWatch();
    const { server, args, once } = watch;
    expect((await once()).code).toBe(0);
    const other = await createLog("elsewhere.example/log");
    grow(other, 400);
    const both = { ...log.trust(), logs: [...log.trust().logs, ...other.trust().logs] };
    writeFileSync(at("both.txt"), encodeTrustPolicy(both));
    server.log = other;
    const result = await countersign(folder, args("both.txt", "--once"));
    await expectAlarm(watch, result, "other-log");
  });

  const labelAt = (index: number) => log.entries[index]?.slice(1, 33) ?? new Uint8Array(32);
});

describe.concurrent("a checkpoint that is too old", () => {
  const witnessed = async (...times: readonly number[]) => {
    const { origin, leaves, signer, witnesses } = log;
    const text = encodeCheckpoint({ origin, size: leaves.length, root: treeRoot(leaves) });
    const cosigned = times.map((time, place) => witnesses[place]?.sign(text, time) ?? signer.sign(text));
    return encodeNote({ text, signatures: await Promise.all([signer.sign(text), ...cosigned]) });
  };
  const seconds = () => Math.floor(Date.now() / 1_000);
  const checkWitnessed = async ({ args }: Watch, ...more: readonly string[]) =>
    countersign(folder, args("witnessed.txt", "--once", ...more));

  it("raises an alarm if fewer than the required two witnesses signed recently", async () => {
    const watch = await newWatch();
    const { server } = watch;
    server.note = await witnessed(seconds(), seconds() - 10, seconds() - 5_000);
    expect((await checkWitnessed(watch, "--max-age", "60")).code).toBe(0);
    server.note = await witnessed(seconds(), seconds() - 5_000, seconds() - 9_000);
    await expectAlarm(watch, await checkWitnessed(watch, "--max-age", "60"), "stale");
    expect((await checkWitnessed(watch, "--max-age", "6000")).code).toBe(0);
    expect((await checkWitnessed(watch)).code).toBe(0);
  });

  it("is refused with too few witnesses", async () => {
    const watch = await newWatch();
    const { server, state } = watch;
    server.note = await witnessed(seconds());
    await expectAlarm(watch, await checkWitnessed(watch), "few-witnesses");
    expect(existsSync(at(state))).toBe(false);
  });

  it("raises an alarm if the log did not grow recently and the policy needs no witness", async () => {
    const watch = await newWatch();
    const { server, state, once, savedState } = watch;
    await once("--max-age", "60");
    const earlier = new Date(Date.now() - 90_000).toISOString();
    writeFileSync(at(state), savedState().replace(/"grownAt":"[^"]+"/, `"grownAt":"${earlier}"`));
    await expectAlarm(watch, await once("--max-age", "60"), "stale");
    expect((await once("--max-age", "600")).code).toBe(0);
    grow(server.log, 1);
    expect((await once("--max-age", "60")).code).toBe(0);
  });
});

describe.concurrent("the state", () => {
  const losses: [string, (labels: string) => void][] = [
    ["lost", (labels) => rmSync(labels)],
    ["cut", (labels) => truncateSync(labels, 100)],
    ["damaged", (labels) => writeFileSync(labels, flipped(readFileSync(labels), 999))],
    ["longer, after a crash", (labels) => appendFileSync(labels, Buffer.alloc(99))],
  ];
  it.each(losses)("is rebuilt from the log if the labels are %s", async (_name, lose) => {
    const watch = await newWatch();
    const { server, state, once } = watch;
    await once();
    lose(at(`${state}.labels`));
    grow(server.log, 2);
    expect((await once()).code).toBe(0);
    // The damaged label: bit 999 is in its 16 bytes.
    server.log.append(server.log.entries[7] ?? entry());
    await expectAlarm(watch, await once(), "duplicate-label");
  });

  it("is refused if it is invalid", async () => {
    const { state, once } = await newWatch();
    for (const content of ["", "{}", '{"v":1}', "x".repeat(2_000_000)]) {
      writeFileSync(at(state), content);
      const result = await once();
      expect([result.code, result.out, result.err]).toEqual([
        2,
        "",
        expect.stringContaining("not a monitor's state"),
      ]);
    }
  });
});

describe.concurrent("a network problem is no alarm", () => {
  const problems: [string, (path: string) => ReturnType<NonNullable<LogServer["lie"]>>][] = [
    ["the server fails", () => ({ status: 500, body: "oops" })],
    ["the connection breaks", () => "hang up"],
    ["the checkpoint is missing", (path) => (path === "checkpoint" ? { status: 404, body: "" } : undefined)],
    ["tiles fail", (path) => (path.startsWith("tile/") ? { status: 503, body: "" } : undefined)],
    ["a page in the place of every tile", (path) => (path === "checkpoint" ? undefined : { body: PAGE })],
    ["a page for everything", () => ({ body: PAGE })],
    ["a text that nobody signed", (path) => (path === "checkpoint" ? { body: "maintenance\n" } : undefined)],
  ];
  const PAGE = "<!DOCTYPE html>\n<title>Please sign in</title>";
  it.each(problems)("%s: exit code 2, and the state stays", async (_name, lie) => {
    const { server, once, savedState } = await newWatch();
    await once();
    const before = savedState();
    grow(server.log, 300);
    server.lie = lie;
    const result = await once();
    expect([result.code, result.out, result.err]).toEqual([
      2,
      "",
      expect.stringMatching(/answered with (?:status 50[03]|a page|something)|can't fetch|no checkpoint/),
    ]);
    expect(savedState()).toBe(before);
    server.lie = undefined;
    expect((await once()).out).toContain("600 entries, 300 new");
  });

  it("is retried at once: if every second request fails, it reports nothing", async () => {
    const { server, once } = await newWatch();
    let requests = 0;
    server.lie = () => (requests++ % 2 === 0 ? { status: 502, body: "" } : undefined);
    const result = await once();
    expect([result.code, result.err]).toEqual([0, ""]);
  });
});

describe.concurrent("countersign monitor without --once", () => {
  it("continues after network problems and growth, and ends with the alarm", async () => {
    const { server, args } = await newWatch();
    const running = startCountersign(folder, args("policy.txt", "--every", "1"));
    try {
      await vi.waitFor(() => expect(running.output()).toContain("300 entries, 300 new"), 15_000);
      server.lie = () => "hang up";
      await vi.waitFor(() => expect(running.output()).toContain("can't reach the log"), 15_000);
      server.lie = undefined;
      grow(server.log, 5);
      await vi.waitFor(() => expect(running.output()).toContain("305 entries, 5 new"), 15_000);
      server.log = fork(300);
      const result = await running.ended;
      expect(result.code).toBe(1);
      expect(result.out).toMatch(
        /\nALARM shrunk: the log has become smaller \(305 entries before, 300 now\)/,
      );
    } finally {
      running.child.kill();
    }
  });

  it("ends silently on a signal", async () => {
    const { args } = await newWatch();
    const running = startCountersign(folder, args("policy.txt"));
    await vi.waitFor(() => expect(running.output()).toContain("300 entries"), 15_000);
    running.child.kill("SIGTERM");
    expect((await running.ended).code).toBe(0);
  });

  const complete = ["monitor", "--log", "x", "--state", "s", "--policy", "policy.txt"];
  const wrong: [string, readonly string[], string][] = [
    ["no log", ["monitor", "--policy", "policy.txt", "--state", "s"], "--log is required"],
    ["no policy", ["monitor", "--log", "x", "--state", "s"], "--policy is required"],
    ["no state", ["monitor", "--log", "x", "--policy", "policy.txt"], "--state is required"],
    ["an extra argument", ["monitor", "now", "--log", "x"], '"now" is not an option'],
    ["no time", [...complete, "--every", "0"], "--every needs"],
    ["no age", [...complete, "--max-age", "1h"], "--max-age needs"],
  ];
  it.each(wrong)("says what is wrong with its arguments: %s", async (_name, args, message) => {
    const result = await countersign(folder, args);
    expect([result.code, result.out, result.err]).toEqual([2, "", expect.stringContaining(message)]);
  });
});
