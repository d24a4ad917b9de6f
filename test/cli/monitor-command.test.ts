import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { encodeCheckpoint } from "../../src/core/tlog/checkpoint.ts";
import { treeRoot } from "../../src/core/tlog/merkle.ts";
import { encodeNote } from "../../src/core/tlog/signed-note.ts";
import { encodeEntry } from "../../src/core/stream/record.ts";
import { encodeTrustPolicy } from "../../src/core/tlog/trust-policy.ts";
import { served } from "../support/evidence/export-file.ts";
import { createLog, TestLog } from "../support/log/memory-log.ts";
import { serveTestLog, type LogServer } from "../support/log/log-server.ts";
import { countersign, startCountersign, type Ran } from "../support/product/cli-program.ts";
import { flipped } from "../support/log/sample-tree.ts";
import { random } from "../support/evidence/sample-tenant.ts";

// A monitor against a log that turns dishonest between two looks, in every way that it could.

vi.setConfig({ testTimeout: 30_000 });

const folder = mkdtempSync(join(tmpdir(), "countersign-monitor-"));
const at = (name: string) => join(folder, name);
let log: TestLog;
let server: LogServer;
let state: string;
let count = 0;

const entry = (label = random(32)) => encodeEntry({ kind: "sealed", label, commit: random(32) });
const grow = (some: TestLog, by: number) => {
  for (let left = by; left > 0; left--) some.append(entry());
};
/** The first entries of the log in another log of the same key. */
const fork = (kept: number) => {
  const other = new TestLog(log.signer, log.witnesses);
  for (const one of log.entries.slice(0, kept)) other.append(one);
  return other;
};

beforeAll(async () => {
  log = await createLog("log.example/countersign", 3);
  grow(log, 300);
  writeFileSync(at("policy.txt"), encodeTrustPolicy(log.trust()));
  writeFileSync(at("witnessed.txt"), encodeTrustPolicy(log.trust(2)));
  server = await serveTestLog(log);
});
beforeEach(async () => {
  state = `state-${count++}.json`;
  server.log = fork(300);
});
afterEach(() => {
  server.lie = undefined;
  server.note = undefined;
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const words = (...more: readonly string[]) => [
  "monitor",
  "--log",
  server.url,
  "--policy",
  "policy.txt",
  "--state",
  state,
  ...more,
];
const once = async (...more: readonly string[]): Promise<Ran> =>
  countersign(folder, words("--once", ...more));
const remembered = () => readFileSync(at(state), "utf8");

async function expectAlarm(ran: Ran, name: string): Promise<void> {
  expect([ran.code, ran.err, ran.out]).toEqual([1, "", expect.stringMatching(`^ALARM ${name}: .*\\n$`)]);
  expect(JSON.parse(readFileSync(at(`${state}.alarm`), "utf8"))).toMatchObject({ alarm: name });
}

describe("countersign monitor", () => {
  it("reads a log whole, then what is new of it, and remembers", async () => {
    const first = await once();
    expect([first.code, first.err]).toEqual([0, ""]);
    expect(first.out).toMatch(/log\.example\/countersign: 300 entries, 300 new, consistent\n$/);
    expect(statSync(at(`${state}.labels`)).size).toBe(300 * 16);
    server.asked = 0;
    expect((await once()).out).toContain("300 entries, 0 new");
    // Nothing but the checkpoint is asked for, and what the root is made of.
    expect(server.asked).toBeLessThan(5);
    grow(server.log, 500);
    const third = await once("--json");
    expect([third.code, JSON.parse(third.out)]).toEqual([
      0,
      { ok: true, origin: "log.example/countersign", size: 800, new: 500 },
    ]);
    expect(statSync(at(`${state}.labels`)).size).toBe(800 * 16);
    expect(existsSync(at(`${state}.new`))).toBe(false);
  });

  it("begins with an empty log", async () => {
    server.log = fork(0);
    expect((await once()).out).toContain("0 entries, 0 new");
    server.log = fork(3);
    expect((await once()).out).toContain("3 entries, 3 new");
  });

  const attacks: [string, () => Promise<void> | void, string][] = [
    [
      "another root at the same size",
      () => {
        server.log = fork(299);
        grow(server.log, 1);
      },
      "split-view",
    ],
    [
      "a larger tree that does not hold the smaller one",
      () => {
        server.log = fork(200);
        grow(server.log, 400);
      },
      "split-view",
    ],
    ["a smaller tree", () => void (server.log = fork(299)), "shrunk"],
    ["an empty tree", () => void (server.log = fork(0)), "shrunk"],
    ["a label a second time", () => void server.log.append(entry(labelAt(7))), "duplicate-label"],
    [
      "a new label twice",
      () => {
        const label = random(32);
        server.log.append(entry(label));
        server.log.append(entry(label));
      },
      "duplicate-label",
    ],
    ["an entry of no kind", () => void server.log.append(Uint8Array.of(3, 1, 4)), "malformed-entry"],
    ["an entry cut short", () => void server.log.append(entry().slice(0, 64)), "malformed-entry"],
    [
      "a checkpoint with a signature bit turned",
      async () => {
        server.note = (await server.log.checkpoint()).replace(/.(?==\n)/, (last) =>
          last === "A" ? "B" : "A",
        );
      },
      "bad-signature",
    ],
    [
      "a checkpoint by another key",
      async () => void (server.note = await (await createLog(log.origin)).checkpoint()),
      "bad-signature",
    ],
    [
      "a page in the place of the checkpoint",
      () => void (server.note = "<html>Please sign in</html>"),
      "bad-signature",
    ],
    [
      "a forged tile",
      () => {
        grow(server.log, 300);
        server.lie = (path) =>
          path.startsWith("tile/0/") ? { body: flipped(served(server.log, path) ?? random(1)) } : undefined;
      },
      "tile-not-authentic",
    ],
    [
      "a forged entry",
      () => {
        grow(server.log, 300);
        server.lie = (path) =>
          path.startsWith("tile/entries/")
            ? { body: flipped(served(server.log, path) ?? random(1), 100) }
            : undefined;
      },
      "tile-not-authentic",
    ],
    [
      "entries that it does not give",
      () => {
        grow(server.log, 300);
        server.lie = (path) => (path.startsWith("tile/entries/") ? { status: 404, body: "" } : undefined);
      },
      "tile-not-authentic",
    ],
  ];
  it.each(attacks)("is woken by %s", async (_name, attack, alarm) => {
    expect((await once()).code).toBe(0);
    const before = remembered();
    await attack();
    await expectAlarm(await once(), alarm);
    // It stays awake: what it remembers is what it saw before.
    await expectAlarm(await once(), alarm);
    expect(remembered()).toBe(before);
    server.log = fork(300);
    grow(server.log, 20);
    server.lie = undefined;
    server.note = undefined;
    expect((await once()).out).toContain("320 entries, 20 new");
  });

  it("keeps both signed checkpoints as proof", async () => {
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

  it("is woken by a log that goes by another name", async () => {
    expect((await once()).code).toBe(0);
    const other = await createLog("elsewhere.example/log");
    grow(other, 400);
    const both = { ...log.trust(), logs: [...log.trust().logs, ...other.trust().logs] };
    writeFileSync(at("both.txt"), encodeTrustPolicy(both));
    server.log = other;
    const ran = await countersign(folder, [
      "monitor",
      "--log",
      server.url,
      "--policy",
      "both.txt",
      "--state",
      state,
      "--once",
    ]);
    await expectAlarm(ran, "other-log");
  });

  const labelAt = (index: number) => log.entries[index]?.slice(1, 33) ?? new Uint8Array(32);
});

describe("a checkpoint that is too old", () => {
  const witnessed = async (...times: readonly number[]) => {
    const { origin, leaves, signer, witnesses } = server.log;
    const text = encodeCheckpoint({ origin, size: leaves.length, root: treeRoot(leaves) });
    const cosigned = times.map((time, place) => witnesses[place]?.sign(text, time) ?? signer.sign(text));
    return encodeNote({ text, signatures: await Promise.all([signer.sign(text), ...cosigned]) });
  };
  const seconds = () => Math.floor(Date.now() / 1_000);
  const looked = async (...more: readonly string[]) =>
    countersign(folder, [
      "monitor",
      "--log",
      server.url,
      "--policy",
      "witnessed.txt",
      "--state",
      state,
      "--once",
      ...more,
    ]);

  it("is told by the witnesses, where they are asked for: two must have signed lately", async () => {
    server.note = await witnessed(seconds(), seconds() - 10, seconds() - 5_000);
    expect((await looked("--max-age", "60")).code).toBe(0);
    server.note = await witnessed(seconds(), seconds() - 5_000, seconds() - 9_000);
    await expectAlarm(await looked("--max-age", "60"), "stale");
    expect((await looked("--max-age", "6000")).code).toBe(0);
    expect((await looked()).code).toBe(0);
  });

  it("is none at all with too few witnesses", async () => {
    server.note = await witnessed(seconds());
    await expectAlarm(await looked(), "few-witnesses");
    expect(existsSync(at(state))).toBe(false);
  });

  it("is told by when the log last grew, where no witness is asked for", async () => {
    await once("--max-age", "60");
    const earlier = new Date(Date.now() - 90_000).toISOString();
    writeFileSync(at(state), remembered().replace(/"grownAt":"[^"]+"/, `"grownAt":"${earlier}"`));
    await expectAlarm(await once("--max-age", "60"), "stale");
    expect((await once("--max-age", "600")).code).toBe(0);
    grow(server.log, 1);
    expect((await once("--max-age", "60")).code).toBe(0);
  });
});

describe("what is remembered", () => {
  it("is read again where the labels are lost, damaged or cut, and held against the checkpoint", async () => {
    await once();
    const labels = at(`${state}.labels`);
    const whole = readFileSync(labels);
    const losses: [string, () => void][] = [
      ["lost", () => rmSync(labels)],
      ["cut", () => truncateSync(labels, 100)],
      ["damaged", () => writeFileSync(labels, flipped(whole, 999))],
      ["longer, after a crash", () => writeFileSync(labels, Buffer.concat([whole, Buffer.alloc(99)]))],
    ];
    for (const [name, lose] of losses) {
      lose();
      grow(server.log, 2);
      expect([name, (await once()).code]).toEqual([name, 0]);
      // The one that was damaged: bit 999 stands in its 16 bytes.
      server.log.append(server.log.entries[7] ?? entry());
      await expectAlarm(await once(), "duplicate-label");
      server.log = fork(300);
      rmSync(at(state));
      await once();
    }
  });

  it("is refused where it is no state", async () => {
    for (const content of ["", "{}", '{"v":1}', "x".repeat(2_000_000)]) {
      writeFileSync(at(state), content);
      const ran = await once();
      expect([ran.code, ran.out, ran.err]).toEqual([2, "", expect.stringContaining("no state of a monitor")]);
    }
  });
});

describe("trouble on the way is no alarm", () => {
  const troubles: [string, (path: string) => ReturnType<NonNullable<LogServer["lie"]>>][] = [
    ["the server fails", () => ({ status: 500, body: "oops" })],
    ["the line drops", () => "hang up"],
    ["no checkpoint is there", (path) => (path === "checkpoint" ? { status: 404, body: "" } : undefined)],
    ["tiles fail", (path) => (path.startsWith("tile/") ? { status: 503, body: "" } : undefined)],
  ];
  it.each(troubles)("%s: exit 2, and nothing is forgotten", async (_name, lie) => {
    await once();
    const before = remembered();
    grow(server.log, 300);
    server.lie = lie;
    const ran = await once();
    expect([ran.code, ran.out, ran.err]).toEqual([
      2,
      "",
      expect.stringMatching(/answered 50[03]|could not be fetched|no checkpoint/),
    ]);
    expect(remembered()).toBe(before);
    server.lie = undefined;
    expect((await once()).out).toContain("600 entries, 300 new");
  });

  it("is tried again at once: one failure in two is not even told", async () => {
    let turn = 0;
    server.lie = () => (turn++ % 2 === 0 ? { status: 502, body: "" } : undefined);
    const ran = await once();
    expect([ran.code, ran.err]).toEqual([0, ""]);
  });
});

describe("countersign monitor without --once", () => {
  it("goes on through trouble and growth, and ends with the alarm", async () => {
    const running = startCountersign(folder, words("--every", "1"));
    try {
      await vi.waitFor(() => expect(running.said()).toContain("300 entries, 300 new"), 15_000);
      server.lie = () => "hang up";
      await vi.waitFor(() => expect(running.said()).toContain("the log is not reached"), 15_000);
      server.lie = undefined;
      grow(server.log, 5);
      await vi.waitFor(() => expect(running.said()).toContain("305 entries, 5 new"), 15_000);
      server.log = fork(300);
      const ran = await running.ended;
      expect(ran.code).toBe(1);
      expect(ran.out).toMatch(/\nALARM shrunk: the log has become smaller \(305 entries before, 300 now\)/);
    } finally {
      running.child.kill();
    }
  });

  it("ends quietly when it is told to", async () => {
    const running = startCountersign(folder, words());
    await vi.waitFor(() => expect(running.said()).toContain("300 entries"), 15_000);
    running.child.kill("SIGTERM");
    expect((await running.ended).code).toBe(0);
  });

  const wrong: [string, readonly string[], string][] = [
    ["no log", ["monitor", "--policy", "policy.txt", "--state", "s"], "--log is needed"],
    ["no policy", ["monitor", "--log", "x", "--state", "s"], "--policy is needed"],
    ["no state", ["monitor", "--log", "x", "--policy", "policy.txt"], "--state is needed"],
    ["a word too many", ["monitor", "now", "--log", "x"], '"now" is no option'],
    [
      "no time",
      ["monitor", "--log", "x", "--state", "s", "--policy", "policy.txt", "--every", "0"],
      "--every takes",
    ],
    [
      "no age",
      ["monitor", "--log", "x", "--state", "s", "--policy", "policy.txt", "--max-age", "1h"],
      "--max-age takes",
    ],
  ];
  it.each(wrong)("says what is wrong with its words: %s", async (_name, given, said) => {
    const ran = await countersign(folder, given);
    expect([ran.code, ran.out, ran.err]).toEqual([2, "", expect.stringContaining(said)]);
  });
});
