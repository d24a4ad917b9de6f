import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BITCOIN_HEADER_BYTES, checkBitcoinHeader } from "../../../src/core/timestamp/bitcoin.ts";
import { fromHex, toHex, type Bytes } from "../../../src/core/encoding/bytes.ts";
import { accept, expectOk, type Result } from "../../../src/core/refusal.ts";

function hexBytes(hex: string): Bytes {
  return expectOk(fromHex(hex));
}

function detailOf(result: Result<unknown>): string {
  return result.ok ? "accepted" : `${result.refusal.code}: ${result.refusal.detail}`;
}

/** Headers of the chain in hashing order, with the block's well-known hash in display order. */
const blocks: readonly { height: number; time: number; hash: string; header: string }[] = [
  {
    height: 0,
    time: 1231006505,
    hash: "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f",
    header:
      "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c",
  },
  {
    height: 170,
    time: 1231731025,
    hash: "00000000d1145790a8694403d4063f323d499e655c83426834d4ce2f8dd4a2ee",
    header:
      "0100000055bd840a78798ad0da853f68974f3d183e2bd1db6a842c1feecf222a00000000ff104ccb05421ab93e63f8c3ce5c2c2e9dbb37de2764b3a3175c8166562cac7d51b96a49ffff001d283e9e70",
  },
  {
    height: 100_000,
    time: 1293623863,
    hash: "000000000003ba27aa200b1cecaad478d2b00432346c3f1f3986da1afd33e506",
    header:
      "0100000050120119172a610421a6c3011dd330d9df07b63616c2cc1f1cd00200000000006657a9252aacd5c0b2940996ecff952228c3067cc38d4885efb5a4ac4247e9f337221b4d4c86041b0f2b5710",
  },
  {
    height: 125_552,
    time: 1305998791,
    hash: "00000000000000001e8d6829a8a21adc5d38d0a473b144b6765798e61f98bd1d",
    header:
      "0100000081cd02ab7e569e8bcd9317e2fe99f2de44d49ab2b8851ba4a308000000000000e320b6c2fffc8d750423db8b1eb942ae710e951ed797f7affc8892b0f1fc122bc7f5d74df2b9441a42a14695",
  },
  {
    height: 840_000,
    time: 1713571767,
    hash: "0000000000000000000320283a032748cef8227873ff4872689bf23f1cda83a5",
    header:
      "00e05f2aab948491071265ad552351d0ad625745668da54b0172010000000000000000004f89a5d73bd4d4887f25981fe81892ccafda10c27f52d6f3dd28183a7c411b03b7072366194203177d9863ea",
  },
];

async function platformHash(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

function parts({ header }: { header: string }): { header: Bytes; root: Bytes } {
  const bytes = hexBytes(header);
  return { header: bytes, root: bytes.slice(36, 68) };
}

function withUint32(header: Bytes, at: number, value: number): Bytes {
  const changed = header.slice();
  new DataView(changed.buffer).setUint32(at, value, true);
  return changed;
}

describe.each(blocks)("block $height", (block) => {
  const { header, root } = parts(block);

  it("has a header with its well-known hash", async () => {
    expect(toHex((await platformHash(await platformHash(header))).toReversed())).toBe(block.hash);
  });

  it("proves its Merkle root at its time", () => {
    expect(checkBitcoinHeader(root, header)).toEqual(accept({ time: block.time }));
    expect(checkBitcoinHeader(root, header, block.height)).toEqual(accept({ time: block.time }));
  });

  it.each([
    ["another message", { message: new Uint8Array(32) }],
    ["the message in the order in which it is shown", { message: root.toReversed() }],
    ["a part of the message", { message: root.slice(0, 31) }],
    ["no message", { message: new Uint8Array() }],
    ["the header of another block", { header: parts(blocks[block.height === 0 ? 1 : 0] ?? block).header }],
  ])("does not hold %s", (_, changed) => {
    expect(detailOf(checkBitcoinHeader(root, header))).toBe("accepted");
    const claim = { message: root, header, ...changed };
    expect(detailOf(checkBitcoinHeader(claim.message, claim.header))).toBe(
      "timestamp_mismatch: the block does not hold this message",
    );
  });

  it("refuses a header of any other length", () => {
    for (const length of [0, 68, 79, 81, 160]) {
      const wrong = new Uint8Array(length);
      wrong.set(header.subarray(0, Math.min(length, BITCOIN_HEADER_BYTES)));
      expect(detailOf(checkBitcoinHeader(root, wrong))).toMatch(
        /^timestamp_malformed: a block header has 80/,
      );
    }
  });

  it("shows too little work after any bit is changed", () => {
    fc.assert(
      fc.property(fc.nat(BITCOIN_HEADER_BYTES * 8 - 1), (bit) => {
        const changed = header.slice();
        const at = bit >> 3;
        changed[at] = (changed[at] ?? 0) ^ (1 << (bit & 7));
        expect(detailOf(checkBitcoinHeader(changed.slice(36, 68), changed))).toMatch(/too little work$/);
      }),
      { numRuns: 40 },
    );
  });
});

describe("a target", () => {
  const { header, root } = parts(blocks[0] ?? { header: "" });
  const BITS_AT = 72;
  const asksTooLittle = "timestamp_mismatch: the block header asks for too little work";
  const showsTooLittle = "timestamp_mismatch: the block header shows too little work";

  it.each([
    ["just easier than the main network's easiest", 0x1d010000, asksTooLittle],
    ["the same digits one place higher", 0x1e00ffff, asksTooLittle],
    ["beyond 256 bits", 0x2200ffff, asksTooLittle],
    ["far beyond 256 bits", 0xff7fffff, asksTooLittle],
    ["of a test network", 0x207fffff, asksTooLittle],
    ["negative", 0x1d80ffff, asksTooLittle],
    ["negative and small", 0x01fe0000, asksTooLittle],
    ["zero", 0x1d000000, asksTooLittle],
    ["zero, as nothing at all", 0, asksTooLittle],
    ["zero, its digits below the point", 0x0200007f, asksTooLittle],
    ["harder by one than the easiest", 0x1d00fffe, showsTooLittle],
    ["one, written with a place below three", 0x01010000, showsTooLittle],
    ["small", 0x03000001, showsTooLittle],
  ])("that is %s", (_, bits, expected) => {
    expect(detailOf(checkBitcoinHeader(root, header))).toBe("accepted");
    expect(detailOf(checkBitcoinHeader(root, withUint32(header, BITS_AT, bits)))).toBe(expected);
  });
});

describe("a recent block", () => {
  const [genesis, , , , recent] = blocks.map(parts);
  if (genesis === undefined || recent === undefined) throw new Error("the table is too short");
  const TIME_AT = 68;
  const asksTooLittle = "timestamp_mismatch: the block header asks for too little work";

  it("must be as hard to mine as all others of its time", () => {
    const claims2030 = withUint32(genesis.header, TIME_AT, Date.UTC(2030, 0, 1) / 1_000);
    expect(detailOf(checkBitcoinHeader(genesis.root, genesis.header))).toBe("accepted");
    expect(detailOf(checkBitcoinHeader(genesis.root, claims2030))).toBe(asksTooLittle);
    expect(detailOf(checkBitcoinHeader(recent.root, recent.header))).toBe("accepted");
  });

  const showsTooLittle = "timestamp_mismatch: the block header shows too little work";
  it.each([
    ["2^181", 0x19000020, showsTooLittle],
    ["the next number after 2^181", 0x17200001, asksTooLittle],
  ])("has a target of at most 2^181: %s", (_, bits, expected) => {
    const claims2030 = withUint32(genesis.header, TIME_AT, Date.UTC(2030, 0, 1) / 1_000);
    expect(detailOf(checkBitcoinHeader(genesis.root, withUint32(claims2030, 72, bits)))).toBe(expected);
  });

  it.each([
    ["the last second of 2019", Date.UTC(2020, 0, 1) / 1_000 - 1, showsTooLittle],
    ["the first second of 2020", Date.UTC(2020, 0, 1) / 1_000, asksTooLittle],
  ])("is one from 2020 on: %s", (_, time, expected) => {
    const header = withUint32(genesis.header, TIME_AT, time);
    expect(detailOf(checkBitcoinHeader(genesis.root, header))).toBe(expected);
  });

  it("cannot be an old one with a new height", () => {
    expect(detailOf(checkBitcoinHeader(genesis.root, genesis.header, 610_999))).toBe("accepted");
    expect(detailOf(checkBitcoinHeader(genesis.root, genesis.header, 611_000))).toBe(asksTooLittle);
    expect(detailOf(checkBitcoinHeader(recent.root, recent.header, 611_000))).toBe("accepted");
  });
});

it("a header can be part of a larger buffer", () => {
  const { header, root } = parts(blocks[0] ?? { header: "" });
  const larger = new Uint8Array(100);
  larger.set(header, 7);
  expect(checkBitcoinHeader(root, larger.subarray(7, 87))).toEqual(accept({ time: 1231006505 }));
});
