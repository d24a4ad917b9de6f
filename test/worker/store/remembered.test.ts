import { describe, expect, it } from "vitest";
import { MEMORY_SECONDS, Remembered } from "../../../src/store/memory/remembered.ts";

// Values by key, with the time of their reading.

let now = 1_000_000;
const seconds = (count: number) => (now += count * 1_000);
const texts = (bounds = {}) =>
  new Remembered<string>(() => now, { valuesMax: 3, charactersOf: (text) => text.length, ...bounds });
const reading = () => {
  const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
  return { promise, resolve, reject };
};

describe("a value", () => {
  it.each([
    ["at once", 0, "value"],
    ["just before its time is over", MEMORY_SECONDS - 0.001, "value"],
    ["when its time is over", MEMORY_SECONDS, undefined],
    ["not after the clock was set back", -1, undefined],
  ])("is remembered %s", async (_when, later, expected) => {
    const memory = texts();
    await memory.load("key", Promise.resolve("value"));
    seconds(later);
    expect(memory.get("key")).toBe(expected);
  });

  it("is as old as the beginning of its reading", async () => {
    const memory = texts();
    const slow = reading();
    const loaded = memory.load("key", slow.promise);
    seconds(MEMORY_SECONDS - 1);
    slow.resolve("value");
    await loaded;
    expect(memory.get("key")).toBe("value");
    seconds(1);
    expect(memory.get("key")).toBeUndefined();
  });

  it("that does not exist is not remembered, and neither is an error", async () => {
    const memory = texts();
    expect(await memory.load("absent", Promise.resolve(undefined))).toBeUndefined();
    await expect(memory.load("failed", Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect([memory.get("absent"), memory.loading("absent"), memory.loading("failed")]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("two readings at once", () => {
  it("share one value", async () => {
    const memory = texts();
    const slow = reading();
    const first = memory.load("key", slow.promise);
    const shared = memory.loading("key");
    slow.resolve("value");
    expect([await first, await shared]).toEqual(["value", "value"]);
    expect(memory.loading("key")).toBeUndefined();
  });

  it("do not share one that began too long ago", () => {
    const memory = texts();
    void memory.load("key", reading().promise);
    seconds(MEMORY_SECONDS);
    expect(memory.loading("key")).toBeUndefined();
  });
});

describe("a reading that a write overlaps", () => {
  it.each([
    ["the write begins", ["begin"]],
    ["the write begins and ends", ["begin", "end"]],
  ] as const)("is neither remembered nor shared, if during it %s", async (_name, moments) => {
    const memory = texts();
    const slow = reading();
    const loaded = memory.load("key", slow.promise);
    const write = memory.beginWrite(new Set(["key"]));
    if (moments.length > 1) memory.endWrite(write);
    expect(memory.loading("key")).toBeUndefined();
    slow.resolve("before the write");
    expect(await loaded).toBe("before the write");
    expect(memory.get("key")).toBeUndefined();
  });

  it.each(["key", "all"] as const)("is not remembered if it began during a write of %s", async (keys) => {
    const memory = texts();
    const write = memory.beginWrite(keys === "all" ? keys : new Set([keys]));
    const slow = reading();
    const loaded = memory.load("key", slow.promise);
    expect(memory.loading("key")).toBeUndefined();
    memory.endWrite(write);
    slow.resolve("before the write");
    await loaded;
    expect(memory.get("key")).toBeUndefined();
  });

  it("is remembered if the write has another key", async () => {
    const memory = texts();
    const slow = reading();
    const loaded = memory.load("key", slow.promise);
    memory.endWrite(memory.beginWrite(new Set(["other"])));
    slow.resolve("value");
    await loaded;
    expect(memory.get("key")).toBe("value");
  });
});

describe("what a write returned", () => {
  it("is remembered, as old as the beginning of the write", () => {
    const memory = texts();
    const write = memory.beginWrite(new Set(["key"]));
    seconds(MEMORY_SECONDS - 1);
    memory.endWrite(write);
    memory.keep(write, "key", "written");
    expect(memory.get("key")).toBe("written");
    seconds(1);
    expect(memory.get("key")).toBeUndefined();
  });

  it.each([
    ["began before it and ended first", true, true],
    ["began before it and ended last", true, false],
    ["began after it and ended first", false, true],
    ["began after it and ended last", false, false],
  ])("is not remembered if another write of the key %s", (_name, isFirst, endsFirst) => {
    const memory = texts();
    const early = isFirst ? memory.beginWrite(new Set(["key"])) : undefined;
    const write = memory.beginWrite(new Set(["key"]));
    const other = early ?? memory.beginWrite("all");
    if (endsFirst) memory.endWrite(other);
    memory.endWrite(write);
    memory.keep(write, "key", "written");
    expect(memory.get("key")).toBeUndefined();
    if (!endsFirst) memory.endWrite(other);
    memory.keep(other, "key", "also written");
    expect(memory.get("key")).toBeUndefined();
  });

  it("is not remembered if everything was dropped meanwhile", () => {
    const memory = texts();
    const write = memory.beginWrite(new Set(["key"]));
    memory.clear();
    memory.endWrite(write);
    memory.keep(write, "key", "written");
    expect(memory.get("key")).toBeUndefined();
  });
});

describe("the bounds", () => {
  const load = async (memory: Remembered<string>, keys: readonly string[], text = "x") => {
    for (const key of keys) await memory.load(key, Promise.resolve(text));
  };
  const known = (memory: Remembered<string>, keys: readonly string[]) =>
    keys.filter((key) => memory.get(key) !== undefined);

  it("drop the value that was not used for the longest time", async () => {
    const memory = texts();
    await load(memory, ["a", "b", "c"]);
    expect(memory.get("a")).toBe("x");
    await load(memory, ["d"]);
    expect(known(memory, ["a", "b", "c", "d"])).toEqual(["a", "c", "d"]);
  });

  it("count characters, also after a value was replaced or dropped", async () => {
    const memory = texts({ charactersMax: 10 });
    for (let round = 0; round < 5; round++) {
      await load(memory, ["a", "b"], "12345");
      memory.endWrite(memory.beginWrite(new Set(["a"])));
      await load(memory, ["a"], "12345");
      expect(known(memory, ["a", "b"])).toEqual(["a", "b"]);
      memory.clear();
    }
    await load(memory, ["a", "b", "c"], "12345");
    expect(known(memory, ["a", "b", "c"])).toEqual(["b", "c"]);
  });

  it("drop even the newest value if it alone is too large", async () => {
    const memory = texts({ charactersMax: 10 });
    await load(memory, ["large"], "more than ten");
    await load(memory, ["a"]);
    expect(known(memory, ["large", "a"])).toEqual(["a"]);
  });
});

describe("what a write says of a value that was remembered", () => {
  const written = (change: (memory: Remembered<string>) => void) => async () => {
    const memory = texts();
    await memory.load("key", Promise.resolve("old"));
    seconds(4);
    const write = memory.beginWrite(new Set(["key", "other"]));
    change(memory);
    memory.endWrite(write);
    memory.update(write, "key", (value) => `${value} and new`);
    memory.update(write, "key", (value) => `${value} and newer`);
    memory.update(write, "other", (value) => `${value} and new`);
    return memory;
  };

  it("is remembered with it, and as old as it was", async () => {
    const memory = await written(() => undefined)();
    expect([memory.get("key"), memory.get("other")]).toEqual(["old and new and newer", undefined]);
    seconds(MEMORY_SECONDS - 4);
    expect(memory.get("key")).toBeUndefined();
  });

  it("is dropped if what was remembered lacks what the write changed", async () => {
    const memory = texts();
    await memory.load("key", Promise.resolve("old"));
    const write = memory.beginWrite(new Set(["key"]));
    memory.endWrite(write);
    memory.update(write, "key", () => undefined);
    expect(memory.get("key")).toBeUndefined();
  });

  it("is there for those who read during the write, and ends with it", async () => {
    const memory = texts();
    await memory.load("key", Promise.resolve("old"));
    const write = memory.beginWrite(new Set(["key"]));
    memory.update(write, "key", (value) => `${value} and new`);
    expect(memory.get("key")).toBe("old and new");
    memory.endWrite(write);
    expect(memory.get("key")).toBeUndefined();
  });

  it("is not there during the write if another write of the key overlaps", async () => {
    const memory = texts();
    await memory.load("key", Promise.resolve("old"));
    const write = memory.beginWrite(new Set(["key"]));
    memory.beginWrite(new Set(["key"]));
    memory.update(write, "key", (value) => `${value} and new`);
    expect(memory.get("key")).toBeUndefined();
  });

  it.each<[string, (memory: Remembered<string>) => void]>([
    ["another write of the key overlaps", (memory) => memory.beginWrite(new Set(["key"]))],
    ["everything was dropped meanwhile", (memory) => memory.clear()],
  ])("is not remembered if %s", async (_name, change) => {
    expect((await written(change)()).get("key")).toBeUndefined();
  });
});
