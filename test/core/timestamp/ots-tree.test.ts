import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  concat,
  equalBytes,
  fromHex,
  owned,
  toHex,
  utf8,
  type Bytes,
} from "../../../src/core/encoding/bytes.ts";
import {
  attestationsOf,
  encodeTimestampFile,
  encodeTimestampTree,
  mergeTimestamp,
  parseTimestampFile,
  parseTimestampTree,
  TIMESTAMP_MAX_BYTES,
  TIMESTAMP_MAX_DEPTH_MESSAGES,
  TIMESTAMP_MAX_OPERATIONS,
  type TimestampFile,
  type TimestampTree,
} from "../../../src/core/timestamp/ots.ts";
import {
  ATTESTATION_MAX_BYTES,
  CALENDAR_URI_MAX_BYTES,
  compareAttestations,
  type Attestation,
} from "../../../src/core/timestamp/ots-attestation.ts";
import {
  compareOperations,
  MESSAGE_MAX_BYTES,
  type Operation,
} from "../../../src/core/timestamp/ots-operation.ts";
import { accept, expectOk, type Result } from "../../../src/core/refusal.ts";

function detailOf(result: Result<unknown>): string {
  return result.ok ? "accepted" : `${result.refusal.code}: ${result.refusal.detail}`;
}

const digest = new Uint8Array(32).fill(0x11);
const alice: Attestation = { kind: "pending", uri: "https://a.test" };
const bob: Attestation = { kind: "pending", uri: "https://b.test" };
const block: Attestation = { kind: "bitcoin", height: 900_000 };
const sha256: Operation = { kind: "sha256" };
const reverse: Operation = { kind: "reverse" };

function append(operand: Uint8Array): Operation {
  return { kind: "append", operand: owned(operand) };
}
function leaf(...attestations: readonly Attestation[]): TimestampTree {
  return { attestations, branches: [] };
}
function step(operation: Operation, tree: TimestampTree): TimestampTree {
  return { attestations: [], branches: [{ operation, tree }] };
}
function steps(count: number, operation: Operation, end: TimestampTree): TimestampTree {
  let tree = end;
  for (let done = 0; done < count; done++) tree = step(operation, tree);
  return tree;
}
function unknown(bytes: number, mark = 0): Attestation {
  return { kind: "unknown", tag: new Uint8Array(8).fill(mark), payload: new Uint8Array(bytes) };
}

describe("limits", () => {
  const pending = (bytes: number): TimestampTree => leaf({ kind: "pending", uri: "a".repeat(bytes) });
  const appended = (bytes: number): TimestampTree => step(append(new Uint8Array(bytes)), leaf(alice));
  const twiceAppended = (bytes: number): TimestampTree =>
    step(append(new Uint8Array(2_048 - digest.length)), appended(bytes));
  const hexlified = (bytes: number): TimestampTree =>
    step(append(new Uint8Array(bytes - digest.length)), step({ kind: "hexlify" }, leaf(alice)));
  const fan = (count: number): TimestampTree => ({
    attestations: [],
    branches: Array.from({ length: count }, (_, index) => ({
      operation: append(Uint8Array.of(index >> 8, index & 255)),
      tree: leaf({ kind: "unknown", tag: new Uint8Array(8), payload: utf8("") }),
    })),
  });
  const sized = (bytes: number): TimestampTree => {
    const nine = (first: number): TimestampTree =>
      leaf(...Array.from({ length: 9 }, (_, index) => unknown(index === 0 ? first : 7_200, index)));
    return nine(7_200 + bytes - encodeTimestampFile({ digest, tree: nine(7_200) }).length);
  };

  const rows: readonly [what: string, within: TimestampTree, beyond: TimestampTree, detail: RegExp][] = [
    [
      `${TIMESTAMP_MAX_DEPTH_MESSAGES} messages deep`,
      steps(255, reverse, leaf(alice)),
      steps(256, reverse, leaf(alice)),
      /too deep/,
    ],
    [`${TIMESTAMP_MAX_OPERATIONS} operations`, fan(4_096), fan(4_097), /too many operations/],
    [
      `${ATTESTATION_MAX_BYTES} bytes of attestation`,
      leaf(unknown(8_192)),
      leaf(unknown(8_193)),
      /at most 8192/,
    ],
    [`${CALENDAR_URI_MAX_BYTES} bytes of address`, pending(1_000), pending(1_001), /at most 1000/],
    [`${MESSAGE_MAX_BYTES} bytes of message`, appended(4_064), appended(4_065), /forbidden length/],
    ["a message of two operations", twiceAppended(2_048), twiceAppended(2_049), /forbidden length/],
    ["a message that hexlify doubles", hexlified(2_048), hexlified(2_049), /forbidden length/],
    [`${TIMESTAMP_MAX_BYTES} bytes`, sized(65_536), sized(65_537), /65537 bytes; at most 65536/],
  ];
  it.each(rows)("%s and no more", (_, within, beyond, detail) => {
    expect(detailOf(parseTimestampFile(encodeTimestampFile({ digest, tree: within })))).toBe("accepted");
    const refused = detailOf(parseTimestampFile(encodeTimestampFile({ digest, tree: beyond })));
    expect(refused).toMatch(/^timestamp_malformed: /);
    expect(refused).toMatch(detail);
  });

  it("of an operand", () => {
    const [within, beyond] = [MESSAGE_MAX_BYTES, MESSAGE_MAX_BYTES + 1].map((bytes) =>
      encodeTimestampTree(appended(bytes)),
    );
    expect(detailOf(parseTimestampTree(within ?? digest, utf8("")))).toBe("accepted");
    expect(detailOf(parseTimestampTree(beyond ?? digest, utf8("")))).toMatch(/at most 4096/);
  });

  it.each(["reverse", "hexlify"] as const)("%s needs a message", (kind) => {
    const bytes = encodeTimestampTree(step({ kind }, leaf(alice)));
    expect(detailOf(parseTimestampTree(bytes, utf8("a")))).toBe("accepted");
    expect(detailOf(parseTimestampTree(bytes, utf8("")))).toMatch(/forbidden length/);
  });

  it("the first message has the same limit", () => {
    const bytes = encodeTimestampTree(step(sha256, leaf(alice)));
    expect(detailOf(parseTimestampTree(bytes, new Uint8Array(4_096)))).toBe("accepted");
    expect(detailOf(parseTimestampTree(bytes, new Uint8Array(4_097)))).toMatch(/forbidden length/);
  });
});

describe("merging", () => {
  const nonce = Uint8Array.of(7);
  const file: TimestampFile = { digest, tree: step(append(nonce), leaf(alice)) };
  const pending = concat(digest, nonce);
  const upgrade = step(sha256, leaf(block));
  const merged = (target: TimestampFile, message: Bytes, tree: TimestampTree): TimestampFile =>
    expectOk(mergeTimestamp(target, message, tree));

  it("adds an upgrade to its pending attestation", () => {
    expect(merged(file, pending, upgrade)).toEqual({
      digest,
      tree: step(append(nonce), {
        attestations: [alice],
        branches: [{ operation: sha256, tree: leaf(block) }],
      }),
    });
  });

  it("adds another calendar's attestation, in either order", () => {
    const second = { digest, tree: step(append(nonce), leaf(bob)) };
    const both = { digest, tree: step(append(nonce), leaf(alice, bob)) };
    expect(merged(file, pending, leaf(bob))).toEqual(both);
    expect(merged(second, pending, leaf(alice))).toEqual(both);
    expect(merged(file, digest, second.tree)).toEqual(both);
  });

  it("joins branches with the same operation", () => {
    const both = merged(file, pending, step(sha256, leaf(bob)));
    expect(merged(both, pending, upgrade)).toEqual(merged(file, pending, step(sha256, leaf(block, bob))));
  });

  it("changes nothing when repeated", () => {
    const once = merged(file, pending, upgrade);
    expect(merged(once, pending, upgrade)).toEqual(once);
    expect(merged(file, digest, file.tree)).toEqual(file);
  });

  it("finds the message in the second branch, and leaves the first alone", () => {
    const branches = [
      { operation: append(Uint8Array.of(1)), tree: leaf(bob) },
      { operation: append(nonce), tree: leaf(alice) },
    ];
    const forked: TimestampFile = { digest, tree: { attestations: [], branches } };
    const paths = attestationsOf(merged(forked, pending, leaf(block))).map(({ attestation, message }) => [
      attestation,
      toHex(message.subarray(32)),
    ]);
    expect(paths).toEqual([
      [bob, "01"],
      [block, "07"],
      [alice, "07"],
    ]);
  });

  it("refuses a message that the timestamp does not lead to", () => {
    expect(detailOf(mergeTimestamp(file, pending, upgrade))).toBe("accepted");
    expect(detailOf(mergeTimestamp(file, concat(pending, nonce), upgrade))).toMatch(/^timestamp_mismatch: /);
    expect(detailOf(mergeTimestamp(file, utf8(""), upgrade))).toMatch(/^timestamp_mismatch: /);
  });

  it("refuses a result that exceeds the limits", () => {
    const long = { digest, tree: steps(200, reverse, leaf(alice)) };
    expect(detailOf(mergeTimestamp(long, digest, steps(255, reverse, leaf(bob))))).toBe("accepted");
    expect(
      detailOf(mergeTimestamp({ digest, tree: steps(201, sha256, leaf(alice)) }, digest, leaf(bob))),
    ).toBe("accepted");
    const [end] = attestationsOf({ digest, tree: steps(201, sha256, leaf(alice)) });
    const tall = { digest, tree: steps(201, sha256, leaf(alice)) };
    expect(detailOf(mergeTimestamp(tall, end?.message ?? digest, steps(54, sha256, leaf(bob))))).toBe(
      "accepted",
    );
    expect(detailOf(mergeTimestamp(tall, end?.message ?? digest, steps(55, sha256, leaf(bob))))).toMatch(
      /^timestamp_malformed: too deep/,
    );
  });
});

const smallBytes = fc.uint8Array({ minLength: 1, maxLength: 6 }).map(owned);
const anyAttestation: fc.Arbitrary<Attestation> = fc.oneof(
  fc
    .webUrl({ validSchemes: ["https"] })
    .filter((uri) => /^[A-Za-z0-9\-._/:]*$/.test(uri))
    .map((uri) => ({ kind: "pending" as const, uri })),
  fc.maxSafeNat().map((height) => ({ kind: "bitcoin" as const, height })),
  fc
    .record({ tag: fc.uint8Array({ minLength: 8, maxLength: 8 }).map(owned), payload: smallBytes })
    .map((fields) => ({ kind: "unknown" as const, ...fields })),
);
const anyOperation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ kind: fc.constantFrom("append" as const, "prepend" as const), operand: smallBytes }),
  fc.record({
    kind: fc.constantFrom(...(["sha1", "ripemd160", "sha256", "keccak256", "reverse", "hexlify"] as const)),
  }),
);
function distinct<Item>(
  item: fc.Arbitrary<Item>,
  compare: (left: Item, right: Item) => number,
  minLength: number,
) {
  const comparator = (left: Item, right: Item): boolean => compare(left, right) === 0;
  return fc.uniqueArray(item, { minLength, maxLength: 3, comparator });
}
const attestations = (minLength: number) => distinct(anyAttestation, compareAttestations, minLength);
const { tree: anyTree } = fc.letrec<{ tree: TimestampTree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.record({ attestations: attestations(1), branches: fc.constant([]) }),
    fc.record({
      attestations: attestations(0),
      branches: distinct(
        fc.record({ operation: anyOperation, tree: tie("tree") }),
        (left, right) => compareOperations(left.operation, right.operation),
        1,
      ),
    }),
  ),
}));
const anyFile = fc.record({
  digest: fc.uint8Array({ minLength: 32, maxLength: 32 }).map(owned),
  tree: anyTree,
});

describe("every timestamp", () => {
  it("round trips through bytes and back", () => {
    fc.assert(
      fc.property(anyFile, (file) => {
        const bytes = encodeTimestampFile(file);
        const read = expectOk(parseTimestampFile(bytes));
        expect(toHex(encodeTimestampFile(read))).toBe(toHex(bytes));
        expect(parseTimestampTree(encodeTimestampTree(file.tree), file.digest)).toEqual(accept(read.tree));
        const spelled = ({ attestation, message }: ReturnType<typeof attestationsOf>[number]): string =>
          `${toHex(message)} ${toHex(encodeTimestampTree(leaf(attestation)))}`;
        expect(attestationsOf(read).map(spelled).toSorted()).toEqual(
          attestationsOf(file).map(spelled).toSorted(),
        );
      }),
    );
  });

  it("merges with itself to itself, and with another in either order to the same", () => {
    fc.assert(
      fc.property(anyFile, anyTree, ({ digest: message, tree }, second) => {
        const first = expectOk(parseTimestampFile(encodeTimestampFile({ digest: message, tree })));
        const other = expectOk(parseTimestampTree(encodeTimestampTree(second), message));
        expect(mergeTimestamp(first, message, first.tree)).toEqual(accept(first));
        expect(mergeTimestamp(first, message, other)).toEqual(
          mergeTimestamp({ digest: message, tree: other }, message, first.tree),
        );
      }),
    );
  });

  it("with a change is refused, or parsed and encoded without loss", () => {
    fc.assert(
      fc.property(anyFile, fc.nat(), fc.nat(255), (file, place, byte) => {
        const bytes = encodeTimestampFile(file);
        bytes[place % bytes.length] = byte;
        const read = parseTimestampFile(bytes);
        if (!read.ok) {
          expect(read.refusal.code).toBe("timestamp_malformed");
          return;
        }
        const again = encodeTimestampFile(read.value);
        expect(again.length).toBe(bytes.length);
        expect(equalBytes(again.toSorted(), bytes.toSorted())).toBe(true);
        expect(parseTimestampFile(again)).toEqual(read);
      }),
      { numRuns: 500 },
    );
  });

  it("of arbitrary bytes is refused without an exception", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        expect(detailOf(parseTimestampFile(bytes))).toMatch(/^timestamp_malformed/);
        expect(detailOf(parseTimestampTree(bytes, digest))).toMatch(/^(accepted|timestamp_malformed)/);
      }),
      { numRuns: 1_000 },
    );
  });

  it("does not depend on the bytes it was parsed from", () => {
    const bytes = encodeTimestampFile({ digest, tree: leaf(unknown(3)) });
    const read = expectOk(parseTimestampFile(bytes));
    bytes.fill(0xff);
    expect(read).toEqual({ digest, tree: leaf(unknown(3)) });
    expect(expectOk(fromHex(toHex(read.digest)))).toEqual(digest);
  });
});
