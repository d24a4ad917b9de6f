import { describe, expect, it } from "vitest";
import { SharedReads } from "../../../src/desk/waits/shared-reads.ts";

// Reads that end when the test says so.

function pausedReads() {
  const reads = new SharedReads<string>();
  const begun: { readonly key: string; readonly end: (value: string) => void; readonly fail: () => void }[] =
    [];
  const read = (key: string) =>
    reads.read(key, () => {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      begun.push({ key, end: resolve, fail: () => reject(new Error("no")) });
      return promise;
    });
  const keys = async () => {
    await scheduler.wait(1);
    return begun.map(({ key }) => key);
  };
  return { read, begun, keys };
}

describe("equal reads", () => {
  it("of the same moment are one", async () => {
    const { read, begun, keys } = pausedReads();
    const answers = Promise.all(Array.from({ length: 300 }, () => read("alex")));
    expect(await keys()).toEqual(["alex"]);
    begun[0]?.end("inbox");
    expect(new Set(await answers)).toEqual(new Set(["inbox"]));
  });

  it("that come while one runs share the next, which begins after it", async () => {
    const { read, begun, keys } = pausedReads();
    const first = read("alex");
    await keys();
    const later = [read("alex"), read("alex")];
    expect(await keys()).toEqual(["alex"]);
    begun[0]?.end("before");
    expect(await first).toBe("before");
    expect(await keys()).toEqual(["alex", "alex"]);
    begun[1]?.end("after");
    expect(await Promise.all(later)).toEqual(["after", "after"]);
  });

  it("go on after a read that failed", async () => {
    const { read, begun, keys } = pausedReads();
    const first = read("alex");
    await keys();
    const later = read("alex");
    begun[0]?.fail();
    await expect(first).rejects.toThrow("no");
    expect(await keys()).toEqual(["alex", "alex"]);
    begun[1]?.end("after");
    expect(await later).toBe("after");
  });

  it("of another key do not wait", async () => {
    const { read, keys } = pausedReads();
    void read("alex");
    void read("maria");
    expect(await keys()).toEqual(["alex", "maria"]);
  });

  it("that follow one another are read each time", async () => {
    const { read, begun, keys } = pausedReads();
    for (const value of ["one", "two"]) {
      const answer = read("alex");
      await keys();
      begun.at(-1)?.end(value);
      expect(await answer).toBe(value);
    }
  });
});
