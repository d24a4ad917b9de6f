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
const servers: LogServer[] = [];

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
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  rmSync(folder, { recursive: true });
});

/** One monitor and one log, which had 300 entries. */
interface Watch {
  readonly server: LogServer;
  readonly state: string;
  readonly words: (policy: string, ...more: readonly string[]) => readonly string[];
  readonly once: (...more: readonly string[]) => Promise<Ran>;
  readonly remembered: () => string;
}

async function newWatch(): Promise<Watch> {
  const server = await serveTestLog(fork(300));
  const state = `state-${servers.push(server)}.json`;
  const words: Watch["words"] = (policy, ...more) => [
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
    words,
    once: (...more) => countersign(folder, words("policy.txt", "--once", ...more)),
    remembered: () => readFileSync(at(state), "utf8"),
  };
}

async function expectAlarm({ state }: Watch, ran: Ran, name: string): Promise<void> {
  expect([ran.code, ran.err, ran.out]).toEqual([1, "", expect.stringMatching(`^ALARM ${name}: .*\\n$`)]);
  expect(JSON.parse(readFileSync(at(`${state}.alarm`), "utf8"))).toMatchObject({ alarm: name });
}

describe.concurrent("countersign monitor", () => {
  it("reads a log whole, then what is new of it, and remembers", async () => {
    const { server, state, once } = await newWatch();
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
      "a larger tree that does not hold the smaller one",
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
        const label = random(32);
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
      "a page in the place of the checkpoint",
      (server) => void (server.note = "<html>Please sign in</html>"),
      "bad-signature",
    ],
    [
      "a forged tile",
      (server) => {
        grow(server.log, 300);
        server.lie = (path) =>
          path.startsWith("tile/0/") ? { body: flipped(served(server.log, path) ?? random(1)) } : undefined;
      },
      "tile-not-authentic",
    ],
    [
      "a forged entry",
      (server) => {
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
      (server) => {
        grow(server.log, 300);
        server.lie = (path) => (path.startsWith("tile/entries/") ? { status: 404, body: "" } : undefined);
      },
      "tile-not-authentic",
    ],
  ];
  it.each(attacks)("is woken by %s", async (_name, attack, alarm) => {
    const watch = await newWatch();
    const { server, once, remembered } = watch;
    expect((await once()).code).toBe(0);
    const before = remembered();
    await attack(server);
    await expectAlarm(watch, await once(), alarm);
    // It stays awake: what it remembers is what it saw before.
    await expectAlarm(watch, await once(), alarm);
    expect(remembered()).toBe(before);
    server.log = fork(300);
    grow(server.log, 20);
    server.lie = undefined;
    server.note = undefined;
    expect((await once()).out).toContain("320 entries, 20 new");
  });

  it("keeps both signed checkpoints as proof", async () => {
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

  it("is woken by a log that goes by another name", async () => {
    const watch = await newWatch();
    const { server, words, once } = watch;
    expect((await once()).code).toBe(0);
    const other = await createLog("elsewhere.example/log");
    grow(other, 400);
    const both = { ...log.trust(), logs: [...log.trust().logs, ...other.trust().logs] };
    writeFileSync(at("both.txt"), encodeTrustPolicy(both));
    server.log = other;
    const ran = await countersign(folder, words("both.txt", "--once"));
    await expectAlarm(watch, ran, "other-log");
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
  const looked = async ({ words }: Watch, ...more: readonly string[]) =>
    countersign(folder, words("witnessed.txt", "--once", ...more));

  it("is told by the witnesses, where they are asked for: two must have signed lately", async () => {
    const watch = await newWatch();
    const { server } = watch;
    server.note = await witnessed(seconds(), seconds() - 10, seconds() - 5_000);
    expect((await looked(watch, "--max-age", "60")).code).toBe(0);
    server.note = await witnessed(seconds(), seconds() - 5_000, seconds() - 9_000);
    await expectAlarm(watch, await looked(watch, "--max-age", "60"), "stale");
    expect((await looked(watch, "--max-age", "6000")).code).toBe(0);
    expect((await looked(watch)).code).toBe(0);
  });

  it("is none at all with too few witnesses", async () => {
    const watch = await newWatch();
    const { server, state } = watch;
    server.note = await witnessed(seconds());
    await expectAlarm(watch, await looked(watch), "few-witnesses");
    expect(existsSync(at(state))).toBe(false);
  });

  it("is told by when the log last grew, where no witness is asked for", async () => {
    const watch = await newWatch();
    const { server, state, once, remembered } = watch;
    await once("--max-age", "60");
    const earlier = new Date(Date.now() - 90_000).toISOString();
    writeFileSync(at(state), remembered().replace(/"grownAt":"[^"]+"/, `"grownAt":"${earlier}"`));
    await expectAlarm(watch, await once("--max-age", "60"), "stale");
    expect((await once("--max-age", "600")).code).toBe(0);
    grow(server.log, 1);
    expect((await once("--max-age", "60")).code).toBe(0);
  });
});

describe.concurrent("what is remembered", () => {
  const losses: [string, (labels: string) => void][] = [
    ["lost", (labels) => rmSync(labels)],
    ["cut", (labels) => truncateSync(labels, 100)],
    ["damaged", (labels) => writeFileSync(labels, flipped(readFileSync(labels), 999))],
    ["longer, after a crash", (labels) => appendFileSync(labels, Buffer.alloc(99))],
  ];
  it.each(losses)(
    "is read again where the labels are %s, and held against the checkpoint",
    async (_name, lose) => {
      const watch = await newWatch();
      const { server, state, once } = watch;
      await once();
      lose(at(`${state}.labels`));
      grow(server.log, 2);
      expect((await once()).code).toBe(0);
      // The one that was damaged: bit 999 stands in its 16 bytes.
      server.log.append(server.log.entries[7] ?? entry());
      await expectAlarm(watch, await once(), "duplicate-label");
    },
  );

  it("is refused where it is no state", async () => {
    const { state, once } = await newWatch();
    for (const content of ["", "{}", '{"v":1}', "x".repeat(2_000_000)]) {
      writeFileSync(at(state), content);
      const ran = await once();
      expect([ran.code, ran.out, ran.err]).toEqual([2, "", expect.stringContaining("no state of a monitor")]);
    }
  });
});

describe.concurrent("trouble on the way is no alarm", () => {
  const troubles: [string, (path: string) => ReturnType<NonNullable<LogServer["lie"]>>][] = [
    ["the server fails", () => ({ status: 500, body: "oops" })],
    ["the line drops", () => "hang up"],
    ["no checkpoint is there", (path) => (path === "checkpoint" ? { status: 404, body: "" } : undefined)],
    ["tiles fail", (path) => (path.startsWith("tile/") ? { status: 503, body: "" } : undefined)],
  ];
  it.each(troubles)("%s: exit 2, and nothing is forgotten", async (_name, lie) => {
    const { server, once, remembered } = await newWatch();
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
    const { server, once } = await newWatch();
    let turn = 0;
    server.lie = () => (turn++ % 2 === 0 ? { status: 502, body: "" } : undefined);
    const ran = await once();
    expect([ran.code, ran.err]).toEqual([0, ""]);
  });
});

describe.concurrent("countersign monitor without --once", () => {
  it("goes on through trouble and growth, and ends with the alarm", async () => {
    const { server, words } = await newWatch();
    const running = startCountersign(folder, words("policy.txt", "--every", "1"));
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
    const { words } = await newWatch();
    const running = startCountersign(folder, words("policy.txt"));
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
