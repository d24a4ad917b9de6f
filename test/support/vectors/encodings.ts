import { toBase64, toBase64url, toHex, u64be } from "../../../src/core/encoding/bytes.ts";
import type { JsonObject } from "../../../src/core/encoding/strict-json.ts";

const SAMPLES = ["", "00", "ff", "fb", "0001", "fbff", "000102", "fffefdfc"];

export function encodingVectors(): JsonObject {
  const bytes = SAMPLES.map((hex) => {
    const raw = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    return { hex, base64url: toBase64url(raw), base64: toBase64(raw) };
  });
  const numbers = [0, 1, 255, 256, 2 ** 32, 2 ** 53 - 1].map((value) => ({
    value,
    u64be: toHex(u64be(value)),
  }));
  return {
    bytes,
    numbers,
    refused: {
      hex: ["0", "0G", "AB", " 00", "0x00"],
      base64url: ["A", "AA==", "AB", "AAB", "+A", "A A", "AA\n"],
      base64: ["AA", "AA=", "AB==", "AAB=", "-A==", "AAAA=", "===="],
    },
  };
}
