import { evictDurableObject, reset, runInDurableObject } from "cloudflare:test";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { concat, toHex, type Bytes } from "../../../src/core/encoding/bytes.ts";
import { leafHash } from "../../../src/core/tlog/merkle.ts";
import { encodeEntry } from "../../../src/core/stream/record.ts";
import type { LabelledEntry } from "../../../src/log/append-group.ts";
import { LABEL_PREFIX_BYTES } from "../../../src/log/log-rows.ts";
import { audit, hexOf, log, sealed, textAt } from "../support/log-audit.ts";
import { copyNow, failure, withSettings } from "../support/log-storage.ts";

// The rows index only the prefix of each label, and two labels can have the same prefix.

beforeEach(() => reset());
afterAll(() => reset());

const record = encodeEntry({ kind: "public", record: { type: "release", v: 1 } });
const published: LabelledEntry = { label: toHex(leafHash(record)), entry: record };

/** An entry whose label has the same prefix as the public record's; the last byte tells these entries apart. */
function samePrefix(last: number, version = 0): LabelledEntry {
  const prefix = leafHash(record).slice(0, LABEL_PREFIX_BYTES);
  return under(concat(prefix, new Uint8Array(31 - LABEL_PREFIX_BYTES), Uint8Array.of(last)), version);
}

function under(label: Bytes, version: number): LabelledEntry {
  return {
    label: toHex(label),
    entry: encodeEntry({ kind: "sealed", label, commit: new Uint8Array(32).fill(version) }),
  };
}

describe("labels with the same prefix", () => {
  it("are different labels, in one call and in several, before and after a restart", async () => {
    expect(await log().append([samePrefix(0), samePrefix(1), published])).toEqual([0, 1, 2]);
    expect(await log().append([samePrefix(2)])).toEqual([3]);
    for (let start = 0; start < 2; start++) {
      expect(await log().append([samePrefix(2), published, samePrefix(0), samePrefix(1)])).toEqual([
        3, 2, 0, 1,
      ]);
      await evictDurableObject(log());
    }
    expect((await audit()).entries).toEqual(hexOf([samePrefix(0), samePrefix(1), published, samePrefix(2)]));
  });

  it.each([
    ["the first of them", samePrefix(0, 1)],
    ["the last of them", samePrefix(2, 1)],
    ["that of a public record", under(leafHash(record), 1)],
  ])("have one entry each: %s", async (_name, other) => {
    await log().append([samePrefix(0), samePrefix(1), published, samePrefix(2)]);
    const before = await log().checkpoint();
    expect(await failure(() => log().append([samePrefix(3), other]))).toContain(
      `has another entry under the label ${other.label}`,
    );
    expect(await log().checkpoint()).toBe(before);
    expect(await log().append([samePrefix(3), samePrefix(2)])).toEqual([4, 3]);
  });

  it("share one prefix in the rows", async () => {
    await log().append([samePrefix(0), sealed(1), published]);
    const [row] = await runInDurableObject(log(), (_instance, { storage }) =>
      storage.sql.exec("SELECT count(DISTINCT prefix) AS prefixes FROM entries").toArray(),
    );
    expect(row).toEqual({ prefixes: 2 });
  });
});

describe("a label that occurs twice in a restoration", () => {
  it.each([
    ["with its entry", sealed(1)],
    ["with another entry", sealed(1, 1)],
    ["among the new entries", sealed(3)],
  ])("%s is refused, and the whole call with it", async (_name, second) => {
    await log().append([sealed(0), sealed(1), sealed(2)]);
    await copyNow();
    const note = await textAt("checkpoint");
    await withSettings({ LOG_RESTORE: note }, async (instance) => {
      const rows = [sealed(3), second].map((each, place) => ({ index: 3 + place, ...each }));
      await expect(instance.restore(rows)).rejects.toThrow("occurs twice");
      expect(await instance.checkpoint()).toBe(note);
      expect(await instance.restore(rows.slice(0, 1))).toBe(4);
    });
    expect((await audit()).entries).toEqual(hexOf([0, 1, 2, 3].map((name) => sealed(name))));
  });
});
