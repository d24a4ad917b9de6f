import { concat, equalBytes, utf8, type Bytes } from "../encoding/bytes.ts";
import { HASH_BYTES } from "../encoding/hash.ts";
import {
  compareAttestations,
  encodeAttestation,
  readAttestation,
  type Attestation,
} from "./ots-attestation.ts";
import { malformed, readWhole, type Reader } from "./ots-bytes.ts";
import {
  applyOperation,
  compareOperations,
  encodeOperation,
  OPERATION_TAGS,
  readOperation,
  type Operation,
} from "./ots-operation.ts";
import { refuse, type Result } from "../refusal.ts";

// OpenTimestamps: how the digest of a file was hashed, step by step, into a message whose time is known. The bytes
// come from calendars and receipts, so parsing enforces every limit and executes every operation. It does not keep
// the messages, because 4,096 of them could have 4 KiB each.

/** One calendar's path into a block has some 150 operations, 5 KiB; a file holds four of them. */
export const TIMESTAMP_MAX_BYTES = 64 * 1024;
/** Six times four such paths. At worst, parsing a file hashes 4,096 messages of 4,096 bytes, 16 MiB. */
export const TIMESTAMP_MAX_OPERATIONS = 4_096;
/** Messages from the digest to an attestation, both included. */
export const TIMESTAMP_MAX_DEPTH_MESSAGES = 256;

/** One message: its attestations, and the operations on it. */
export interface TimestampTree {
  readonly attestations: readonly Attestation[];
  readonly branches: readonly Branch[];
}
interface Branch {
  readonly operation: Operation;
  readonly tree: TimestampTree;
}
export interface TimestampFile {
  /** SHA-256 of the timestamped file. */
  readonly digest: Bytes;
  readonly tree: TimestampTree;
}
interface AttestedMessage {
  readonly attestation: Attestation;
  readonly message: Bytes;
}

const MAGIC = concat(
  utf8("\0OpenTimestamps\0\0Proof\0"),
  Uint8Array.of(0xbf, 0x89, 0xe2, 0xe8, 0x84, 0xe8, 0x92, 0x94),
);
const MAJOR_VERSION = 0x01;
const ATTESTATION = 0x00;
/** The byte before every branch except the last. */
const FORK = 0xff;

export function parseTimestampFile(bytes: Uint8Array): Result<TimestampFile> {
  return parse(bytes, (reader) => {
    if (!equalBytes(reader.take(MAGIC.length), MAGIC)) malformed("not an OpenTimestamps file");
    if (reader.byte() !== MAJOR_VERSION) malformed("not of version 1");
    if (reader.byte() !== OPERATION_TAGS.sha256) malformed("not of a SHA-256 digest");
    const digest = reader.take(HASH_BYTES);
    return { digest, tree: readTree(reader, digest) };
  });
}

/** A calendar's response: only the tree, without its first message. */
export function parseTimestampTree(bytes: Uint8Array, message: Bytes): Result<TimestampTree> {
  return parse(bytes, (reader) => readTree(reader, message));
}

function parse<Value>(bytes: Uint8Array, read: (reader: Reader) => Value): Result<Value> {
  if (bytes.length <= TIMESTAMP_MAX_BYTES) return readWhole(new Uint8Array(bytes), read);
  return refuse("timestamp_malformed", `${bytes.length} bytes; at most ${TIMESTAMP_MAX_BYTES} are allowed`);
}

export function encodeTimestampFile({ digest, tree }: TimestampFile): Bytes {
  return concat(
    MAGIC,
    Uint8Array.of(MAJOR_VERSION, OPERATION_TAGS.sha256),
    digest,
    encodeTimestampTree(tree),
  );
}

export function encodeTimestampTree(tree: TimestampTree): Bytes {
  const { attestations, branches } = inOrder(tree);
  const parts = [
    ...attestations.map((attestation) => concat(Uint8Array.of(ATTESTATION), encodeAttestation(attestation))),
    ...branches.map((branch) => concat(encodeOperation(branch.operation), encodeTimestampTree(branch.tree))),
  ];
  const last = parts.pop();
  if (last === undefined) throw new RangeError("every path of a timestamp ends in an attestation");
  return concat(...parts.flatMap((part) => [Uint8Array.of(FORK), part]), last);
}

function readTree(reader: Reader, message: Bytes, budget = { operations: 0 }, depth = 1): TimestampTree {
  if (depth > TIMESTAMP_MAX_DEPTH_MESSAGES) malformed("too deep");
  const attestations: Attestation[] = [];
  const branches: Branch[] = [];
  let tag: number;
  do {
    tag = reader.byte();
    const first = tag === FORK ? reader.byte() : tag;
    if (first === ATTESTATION) {
      attestations.push(readAttestation(reader));
      continue;
    }
    if (++budget.operations > TIMESTAMP_MAX_OPERATIONS) malformed("too many operations");
    const operation = readOperation(reader, first);
    const next = applyOperation(operation, message);
    if (next === undefined) return malformed(`${operation.kind} leads to a message with a forbidden length`);
    branches.push({ operation, tree: readTree(reader, next, budget, depth + 1) });
  } while (tag === FORK);
  const tree = inOrder({ attestations, branches });
  if (repeats(tree.attestations, compareAttestations)) malformed("the same attestation twice");
  if (repeats(tree.branches, compareBranches)) malformed("the same operation twice on one message");
  return tree;
}

/** Parsers accept any order, as all implementations do; this is the order for encoding and comparing. */
function inOrder({ attestations, branches }: TimestampTree): TimestampTree {
  return {
    attestations: attestations.toSorted(compareAttestations),
    branches: branches.toSorted(compareBranches),
  };
}

function compareBranches(left: Branch, right: Branch): number {
  return compareOperations(left.operation, right.operation);
}

function repeats<Item>(sorted: readonly Item[], compare: (left: Item, right: Item) => number): boolean {
  return sorted.some((item, index) => {
    const next = sorted[index + 1];
    return next !== undefined && compare(item, next) === 0;
  });
}

/** Every attestation with its message. */
export function attestationsOf({ digest, tree }: TimestampFile): readonly AttestedMessage[] {
  return [
    ...tree.attestations.map((attestation) => ({ attestation, message: digest })),
    ...tree.branches.flatMap(({ operation, tree: next }) =>
      attestationsOf({ digest: messageAfter(operation, digest), tree: next }),
    ),
  ];
}

/** Adds a calendar's response for `atMessage`: a new attestation, or the upgrade of a pending one. */
export function mergeTimestamp(
  file: TimestampFile,
  atMessage: Bytes,
  tree: TimestampTree,
): Result<TimestampFile> {
  const grafted = graft(file, atMessage, tree);
  if (grafted === undefined)
    return refuse("timestamp_mismatch", "the timestamp does not lead to this message");
  // Two trees within the limits may exceed them together, so the result is parsed like any other file.
  return parseTimestampFile(encodeTimestampFile({ digest: file.digest, tree: grafted }));
}

function graft(file: TimestampFile, atMessage: Bytes, added: TimestampTree): TimestampTree | undefined {
  const { digest, tree } = file;
  if (equalBytes(digest, atMessage)) return union(tree, added);
  for (const [index, { operation, tree: next }] of tree.branches.entries()) {
    const grafted = graft({ digest: messageAfter(operation, digest), tree: next }, atMessage, added);
    if (grafted) return { ...tree, branches: tree.branches.with(index, { operation, tree: grafted }) };
  }
  return undefined;
}

function union(left: TimestampTree, right: TimestampTree): TimestampTree {
  const attestations = [...left.attestations];
  for (const added of right.attestations) {
    if (attestations.every((present) => compareAttestations(present, added) !== 0)) attestations.push(added);
  }
  const branches = [...left.branches];
  for (const added of right.branches) {
    const index = branches.findIndex((present) => compareBranches(present, added) === 0);
    const present = branches[index];
    if (present === undefined) branches.push(added);
    else branches[index] = { operation: present.operation, tree: union(present.tree, added.tree) };
  }
  return { attestations, branches };
}

/** Only for parsed trees, whose operations have all been executed before. */
function messageAfter(operation: Operation, message: Bytes): Bytes {
  const next = applyOperation(operation, message);
  if (next === undefined) throw new RangeError(`${operation.kind} leads to no message here`);
  return next;
}
