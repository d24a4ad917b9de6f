import { ripemd160, sha1 } from "@noble/hashes/legacy.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { compareBytes, concat, owned, toHex, utf8, type Bytes } from "../encoding/bytes.ts";
import { sha256 } from "../encoding/hash.ts";
import { encodeRun, malformed, type Reader } from "./ots-bytes.ts";

// The edges of a timestamp's tree: operations that turn one message into the next.

/** The limit before and after each operation. A usual Bitcoin transaction fits. */
export const MESSAGE_MAX_BYTES = 4_096;

export type Operation =
  | { readonly kind: "append" | "prepend"; readonly operand: Bytes }
  | { readonly kind: "sha1" | "ripemd160" | "sha256" | "keccak256" | "reverse" | "hexlify" };

export const OPERATION_TAGS: Readonly<Record<Operation["kind"], number>> = {
  sha1: 0x02,
  ripemd160: 0x03,
  sha256: 0x08,
  keccak256: 0x67,
  append: 0xf0,
  prepend: 0xf1,
  reverse: 0xf2,
  hexlify: 0xf3,
};

const KINDS = new Map(
  Object.entries(OPERATION_TAGS).map(([kind, tag]) => [tag, kind as Operation["kind"]] as const),
);

export function readOperation(reader: Reader, tag: number): Operation {
  const kind = KINDS.get(tag);
  if (kind === undefined) return malformed("an unknown operation");
  if (kind !== "append" && kind !== "prepend") return { kind };
  const operand = reader.run(MESSAGE_MAX_BYTES);
  if (operand.length === 0) malformed(`nothing to ${kind}`);
  return { kind, operand };
}

export function encodeOperation(operation: Operation): Bytes {
  const tag = Uint8Array.of(OPERATION_TAGS[operation.kind]);
  return "operand" in operation ? concat(tag, encodeRun(operation.operand)) : tag;
}

/** The next message, or undefined if the format does not allow this operation on this message. */
export function applyOperation(operation: Operation, message: Bytes): Bytes | undefined {
  if (message.length > MESSAGE_MAX_BYTES) return undefined;
  const result = resultOf(operation, message);
  return result.length === 0 || result.length > MESSAGE_MAX_BYTES ? undefined : result;
}

function resultOf(operation: Operation, message: Bytes): Bytes {
  switch (operation.kind) {
    case "append":
      return concat(message, operation.operand);
    case "prepend":
      return concat(operation.operand, message);
    case "sha256":
      return sha256(message);
    // Collisions of SHA-1 and RIPEMD-160 do no harm: both colliding messages existed at that time.
    case "sha1":
      return owned(sha1(message));
    case "ripemd160":
      return owned(ripemd160(message));
    case "keccak256":
      return owned(keccak_256(message));
    case "reverse":
      return message.toReversed();
    case "hexlify":
      return utf8(toHex(message));
  }
}

/** The format's order of the operations on one message. */
export function compareOperations(left: Operation, right: Operation): number {
  const byTag = OPERATION_TAGS[left.kind] - OPERATION_TAGS[right.kind];
  if (byTag !== 0 || !("operand" in left) || !("operand" in right)) return byTag;
  return compareBytes(left.operand, right.operand);
}
