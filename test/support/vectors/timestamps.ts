import { checkBitcoinHeader } from "../../../src/core/timestamp/bitcoin.ts";
import { concat, fromHex, toHex, utf8, type Bytes } from "../../../src/core/encoding/bytes.ts";
import { sha256 } from "../../../src/core/encoding/hash.ts";
import type { JsonObject } from "../../../src/core/encoding/strict-json.ts";
import {
  attestationsOf,
  encodeTimestampFile,
  parseTimestampFile,
  type TimestampTree,
} from "../../../src/core/timestamp/ots.ts";
import { expectOk } from "../../../src/core/refusal.ts";

// OpenTimestamps files and the block headers that they lead to. The headers are of the main chain.

const DIGEST = sha256(utf8("a checkpoint"));
const block = (height: number) => ({ kind: "bitcoin" as const, height });
const pending = { kind: "pending" as const, uri: "https://alice.btc.calendar.opentimestamps.org" };
const leaf = (...attestations: TimestampTree["attestations"]): TimestampTree => ({
  attestations,
  branches: [],
});
const after = (operation: TimestampTree["branches"][number]["operation"], tree: TimestampTree) => ({
  attestations: [],
  branches: [{ operation, tree }],
});

const TREES: readonly (readonly [string, TimestampTree])[] = [
  ["a calendar's promise", leaf(pending)],
  ["a block", leaf(block(900_000))],
  [
    "operations before a block",
    after(
      { kind: "append", operand: Uint8Array.of(1, 2, 3) },
      after({ kind: "sha256" }, after({ kind: "prepend", operand: Uint8Array.of(9) }, leaf(block(7)))),
    ),
  ],
  [
    "a promise and a block",
    { attestations: [pending], branches: [{ operation: { kind: "sha256" }, tree: leaf(block(300)) }] },
  ],
];

const HEADERS: readonly (readonly [height: number, header: string])[] = [
  [
    0,
    "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f61" +
      "7fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c",
  ],
  [
    840_000,
    "00e05f2aab948491071265ad552351d0ad625745668da54b0172010000000000000000004f89a5d73bd4d4887f25981fe81892cc" +
      "afda10c27f52d6f3dd28183a7c411b03b7072366194203177d9863ea",
  ],
];

export function timestampVectors(): JsonObject {
  const files = TREES.map(([name, tree]) => {
    const file = encodeTimestampFile({ digest: DIGEST, tree });
    const attested = attestationsOf(expectOk(parseTimestampFile(file)));
    const attestations = attested.map(({ attestation, message }) => ({
      ...attestation,
      message: toHex(message),
    }));
    return { name, file: toHex(file), digest: toHex(DIGEST), attestations };
  });
  const good = encodeTimestampFile({ digest: DIGEST, tree: leaf(block(7)) });
  const refused: readonly (readonly [string, Bytes])[] = [
    ["another magic", good.with(1, 0x6f)],
    ["version 2", good.with(31, 2)],
    ["a digest of another kind", good.with(32, 2)],
    ["a byte too few", good.slice(0, -1)],
    ["a byte too many", concat(good, Uint8Array.of(0))],
    ["a height that is not in its shortest form", concat(good.slice(0, -2), Uint8Array.of(2, 0x87, 0))],
  ];
  const headers = HEADERS.flatMap(([height, hex]) => {
    const header = expectOk(fromHex(hex));
    const message = header.slice(36, 68);
    return [
      headerVector("a block of the main chain", message, header, height),
      headerVector("another message", message.toReversed(), header, height),
      headerVector("a changed header", message, header.with(79, (header[79] ?? 0) ^ 1), height),
      headerVector("a height at which blocks took more work", message, header, 900_000),
    ];
  });
  return {
    files,
    refused: refused.map(([name, bytes]) => ({ name, file: toHex(bytes) })),
    headers,
  } as unknown as JsonObject;
}

function headerVector(name: string, message: Bytes, header: Bytes, height: number) {
  const checked = checkBitcoinHeader(message, header, height);
  const verdict = checked.ok ? { time: checked.value.time } : { code: checked.refusal.code };
  return { name, height, message: toHex(message), header: toHex(header), ...verdict };
}
