import { concat, utf8Text, type Bytes } from "../encoding/bytes.ts";
import { accept, refuse, type Result } from "../refusal.ts";

// The parts of OpenTimestamps files: bytes, numbers in groups of seven bits, and byte runs with a length before
// them.

const MORE_DIGITS = 0x80;

/** Thrown at any depth; `readWhole` turns it into a refusal. */
class Malformed extends Error {}

export function malformed(detail: string): never {
  throw new Malformed(detail);
}

/** Reads all of the bytes. Bytes left over are as wrong as missing ones. */
export function readWhole<Value>(bytes: Bytes, read: (reader: Reader) => Value): Result<Value> {
  const reader = new Reader(bytes);
  try {
    const value = read(reader);
    reader.end();
    return accept(value);
  } catch (problem) {
    if (!(problem instanceof Malformed)) throw problem;
    return refuse("timestamp_malformed", `${problem.message} (at byte ${reader.at})`);
  }
}

export class Reader {
  readonly #bytes: Bytes;
  #at = 0;

  constructor(bytes: Bytes) {
    this.#bytes = bytes;
  }

  get at(): number {
    return this.#at;
  }

  byte(): number {
    const byte = this.#bytes[this.#at++];
    return byte ?? malformed("the bytes end too early");
  }

  take(count: number): Bytes {
    const taken = this.#bytes.slice(this.#at, this.#at + count);
    if (taken.length < count) malformed("the bytes end too early");
    this.#at += count;
    return taken;
  }

  /** A whole number up to 2^53 - 1 in its shortest form. */
  number(): number {
    let value = 0;
    for (let weight = 1; ; weight *= MORE_DIGITS) {
      const byte = this.byte();
      value += (byte % MORE_DIGITS) * weight;
      if (value > Number.MAX_SAFE_INTEGER) malformed("a number beyond 2^53 - 1");
      if (byte >= MORE_DIGITS) continue;
      if (byte === 0 && weight > 1) malformed("a number that is not in its shortest form");
      return value;
    }
  }

  /** Bytes with their length before them. */
  run(maxBytes: number): Bytes {
    const length = this.number();
    if (length > maxBytes) malformed(`${length} bytes where at most ${maxBytes} are allowed`);
    return this.take(length);
  }

  text(maxBytes: number, pattern: RegExp): string {
    const text = utf8Text(this.run(maxBytes));
    return text !== undefined && pattern.test(text)
      ? text
      : malformed("a character that is not allowed there");
  }

  end(): void {
    if (this.#at < this.#bytes.length) malformed("there are bytes after the end");
  }
}

export function encodeNumber(value: number): Bytes {
  const digits: number[] = [];
  let rest = value;
  for (; rest >= MORE_DIGITS; rest = Math.floor(rest / MORE_DIGITS)) {
    digits.push((rest % MORE_DIGITS) + MORE_DIGITS);
  }
  return Uint8Array.of(...digits, rest);
}

export function encodeRun(bytes: Bytes): Bytes {
  return concat(encodeNumber(bytes.length), bytes);
}
