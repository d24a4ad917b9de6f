import { createExecutionContext, reset } from "cloudflare:test";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { accept, refuse } from "../../../src/core/refusal.ts";
import { app } from "../../../src/http/app.ts";
import { VerificationCache } from "../../../src/http/public/verification-cache.ts";
import { verifications } from "../../../src/http/public/verification-handler.ts";
import { restCalls } from "../support/rest-calls.ts";
import { bindings, freshPlatform, newCompany, ORIGIN } from "../support/worker-fixture.ts";

// Public verification: readers without a key cost nothing but the first of ten seconds, and no memory without bounds.

let approved: string[];
let pending: string;
beforeAll(async () => {
  const company = await newCompany(await freshPlatform());
  const ask = restCalls(company);
  approved = [await ask.approved(), await ask.approved(), await ask.approved()];
  pending = await company.asked();
});
afterAll(() => reset());
beforeEach(() => verifications.clear());
afterEach(() => vi.restoreAllMocks());

/** The bindings, with the number of calls to the databases and to the log. */
function counted() {
  const calls = { database: 0, log: 0 };
  const counting = <Target extends object>(target: Target, kind: keyof typeof calls): Target =>
    new Proxy(target, {
      get(object, name) {
        const value: unknown = Reflect.get(object, name);
        if (typeof value !== "function") return value;
        return (...input: unknown[]): unknown => {
          if (name !== "prepare") calls[kind]++;
          const result: unknown = Reflect.apply(value, object, input);
          return name === "prepare" || name === "bind" ? counting(result as object, kind) : result;
        };
      },
    });
  const LOG = { getByName: (name: string) => counting(bindings.LOG.getByName(name), "log") };
  const env = {
    ...bindings,
    DB: counting(bindings.DB, "database"),
    DB_1: counting(bindings.DB_1, "database"),
    LOG: LOG as unknown as typeof bindings.LOG,
  };
  const read = async (id: string, headers: Record<string, string> = {}) =>
    app.fetch(
      new Request(`${ORIGIN}/public/log/entries/${id}/verification`, { headers }),
      env,
      createExecutionContext(),
    );
  return { calls, read };
}
const firstOf = ([first = ""]: readonly string[]) => first;
/** The clock of the Worker, moved by so many seconds. */
function later(seconds: number): void {
  const now = Date.now();
  vi.spyOn(Date, "now").mockReturnValue(now + seconds * 1_000);
}

describe("public verification", () => {
  it("costs one proof for 100 readers", async () => {
    const { calls, read } = counted();
    const texts = new Set([await (await read(firstOf(approved))).text()]);
    const once = { ...calls };
    expect(once.log).toBe(1);
    expect(once.database).toBeGreaterThan(0);
    for (let reader = 0; reader < 99; reader++) {
      const answer = await read(firstOf(approved), { "x-reader": `${reader}`, cookie: `session=${reader}` });
      expect(answer.status).toBe(200);
      texts.add(await answer.text());
    }
    expect(calls).toEqual(once);
    expect(texts.size).toBe(1);
  });

  it("is made again after ten seconds, and is cached by no reader beyond that", async () => {
    const { calls, read } = counted();
    later(0);
    expect((await read(firstOf(approved))).headers.get("cache-control")).toBe("public, max-age=10");
    later(7.5);
    expect((await read(firstOf(approved))).headers.get("cache-control")).toBe("public, max-age=2");
    later(2.49);
    expect((await read(firstOf(approved))).headers.get("cache-control")).toBe("public, max-age=0");
    expect(calls.log).toBe(1);
    later(0.01);
    expect((await read(firstOf(approved))).headers.get("cache-control")).toBe("public, max-age=10");
    expect(calls.log).toBe(2);
  });

  it.each([
    ["the tag", (tag: string) => tag, 304],
    ["the tag as a proxy sends it, among others", (tag: string) => `"x", W/${tag}`, 304],
    ["another tag", () => '"x"', 200],
  ])("sends its text only to readers that lack it: %s", async (_what, tagOf, status) => {
    const { read } = counted();
    const first = await read(firstOf(approved));
    const tag = tagOf(first.headers.get("etag") ?? "");
    const second = await read(firstOf(approved), { "if-none-match": tag });
    expect(second.status).toBe(status);
    expect((await second.text()).length > 0).toBe(status === 200);
    for (const name of ["etag", "access-control-allow-origin", "content-type"])
      expect(second.headers.get(name)).toBe(first.headers.get(name));
  });

  it("keeps nothing of what is absent or pending", async () => {
    const { read } = counted();
    for (let count = 0; count < 50; count++) expect((await read(`c_absent${count}`)).status).toBe(404);
    expect((await read(pending)).status).toBe(404);
    expect(verifications.size).toEqual({ answers: 0, characters: 0 });
    await read(firstOf(approved));
    expect(verifications.size.answers).toBe(1);
  });

  it("does not mix up approvals", async () => {
    const { read } = counted();
    for (const id of [...approved, ...approved])
      expect(await (await read(id)).json()).toMatchObject({ confirmation: id });
  });
});

describe("what is remembered", () => {
  const text = (characters: number) => async () => accept("x".repeat(characters));
  const filled = async (cache: VerificationCache, answers: readonly [id: string, characters: number][]) => {
    for (const [id, characters] of answers) await cache.get(id, () => 1_000, text(characters));
  };

  it.each<[string, [string, number][], { answers: number; characters: number }]>([
    [
      "few answers",
      [
        ["a", 10],
        ["b", 20],
      ],
      { answers: 2, characters: 30 },
    ],
    [
      "the same answer again",
      [
        ["a", 10],
        ["a", 10],
      ],
      { answers: 1, characters: 10 },
    ],
    [
      "too many answers",
      [
        ["a", 1],
        ["b", 2],
        ["c", 3],
        ["d", 4],
      ],
      { answers: 3, characters: 9 },
    ],
    [
      "too many characters",
      [
        ["a", 60],
        ["b", 30],
        ["c", 50],
      ],
      { answers: 2, characters: 80 },
    ],
    [
      "an answer that is too long",
      [
        ["a", 10],
        ["b", 101],
      ],
      { answers: 1, characters: 10 },
    ],
    [
      "an answer of the greatest length",
      [
        ["a", 10],
        ["b", 100],
      ],
      { answers: 1, characters: 100 },
    ],
  ])("is bounded: %s", async (_what, answers, expected) => {
    const cache = new VerificationCache(3, 100);
    await filled(cache, answers);
    expect(cache.size).toEqual(expected);
  });

  it("is not what was refused", async () => {
    const cache = new VerificationCache();
    const refused = refuse("not_found", "");
    expect(
      await cache.get(
        "a",
        () => 0,
        async () => refused,
      ),
    ).toEqual(refused);
    expect(await cache.get("a", () => 0, text(1))).toMatchObject({ value: { text: "x" } });
  });

  it("is the first answer if several were made at once", async () => {
    const cache = new VerificationCache();
    const made = ["first", "second"].map(async (name) =>
      cache.get(
        "a",
        () => 0,
        async () => accept(name),
      ),
    );
    for (const answer of await Promise.all(made)) expect(answer).toMatchObject({ value: { text: "first" } });
  });

  it("is as old as the beginning of its reading, however long that took", async () => {
    const cache = new VerificationCache();
    let now = 0;
    const slow = async () => {
      now += 9_000;
      return accept("slow");
    };
    expect(await cache.get("a", () => now, slow)).toMatchObject({ value: { at: 0 } });
    now = 9_999;
    expect(await cache.get("a", () => now, text(1))).toMatchObject({ value: { text: "slow" } });
    now = 10_000;
    expect(await cache.get("a", () => now, text(1))).toMatchObject({ value: { text: "x" } });
  });

  it("is not used after the clock was set back", async () => {
    const cache = new VerificationCache();
    await cache.get("a", () => 100_000, text(1));
    expect(await cache.get("a", () => 99_999, text(2))).toMatchObject({ value: { text: "xx" } });
    expect(cache.size).toEqual({ answers: 1, characters: 2 });
  });
});
