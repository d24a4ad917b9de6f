import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { open, readFile, rename } from "node:fs/promises";
import { CHECKPOINT_MAX_CHARACTERS, encodeCheckpoint, parseCheckpoint } from "../core/tlog/checkpoint.ts";
import { HASH_BYTES } from "../core/encoding/hash.ts";
import { canonicalText } from "../core/encoding/jcs.ts";
import { parseJson } from "../core/encoding/strict-json.ts";
import { SHORT_LABEL_BYTES, type LogState } from "../core/evidence/monitor.ts";
import { NOTE_MAX_CHARACTERS } from "../core/tlog/signed-note.ts";
import * as shape from "../core/encoding/shape.ts";
import { errorMessage } from "./input.ts";
import { CliError } from "./cli-error.ts";

// The monitor's state, in two files: FILE, which is replaced as a whole, and FILE.labels, which only grows.
// FILE holds the number and the hash of the valid labels: labels that a crash left after them are overwritten.

const STATE_MAX_BYTES = 1024 * 1024;

const stateShape = shape.object({
  v: shape.literal(1),
  kind: shape.literal("countersign/monitor"),
  /** The text that the log signed; `note` is the evidence, with its signatures. */
  checkpoint: shape.text(CHECKPOINT_MAX_CHARACTERS, 1),
  note: shape.text(NOTE_MAX_CHARACTERS, 1),
  grownAt: shape.time,
  labels: shape.object({ count: shape.integer(), sha256: shape.hex(HASH_BYTES) }),
});

export interface MonitorState extends LogState {
  readonly note: string;
  /** The labels of the whole log, in any order; undefined if the file is lost and the log must be read again. */
  readonly labels: readonly string[] | undefined;
}

export async function readState(path: string): Promise<MonitorState | undefined> {
  if (!existsSync(path)) return undefined;
  const bytes = await bytesOf(path);
  const value = parseJson(bytes, { maxBytes: STATE_MAX_BYTES, maxDepth: 8, maxNodes: 100 });
  const matched = value.ok ? shape.matchShape(stateShape, value.value) : value;
  const checkpoint = matched.ok ? parseCheckpoint(matched.value.checkpoint) : matched;
  if (!matched.ok || !checkpoint.ok)
    throw new CliError(`${path} is not a monitor's state; it may be damaged`);
  const { note, grownAt, labels } = matched.value;
  return {
    checkpoint: checkpoint.value,
    note,
    grownAt: Date.parse(grownAt),
    labels: await readLabels(`${path}.labels`, labels.count, labels.sha256),
  };
}

async function readLabels(
  path: string,
  count: number,
  sha256: string,
): Promise<readonly string[] | undefined> {
  if (!existsSync(path)) return undefined;
  const bytes = (await bytesOf(path)).subarray(0, count * SHORT_LABEL_BYTES);
  if (bytes.length !== count * SHORT_LABEL_BYTES || hashOf(bytes) !== sha256) return undefined;
  const text = bytes.toString("latin1");
  return Array.from({ length: count }, (_none, place) =>
    text.slice(place * SHORT_LABEL_BYTES, (place + 1) * SHORT_LABEL_BYTES),
  );
}

/** Writes the labels first: FILE never counts labels that are not on the disk yet. */
export async function writeState(
  path: string,
  { checkpoint, note, grownAt }: LogState & { readonly note: string },
  labels: Iterable<string>,
  savedCount: number,
): Promise<void> {
  const all = [...labels];
  const bytes = Buffer.from(all.join(""), "latin1");
  await writeFrom(`${path}.labels`, bytes, savedCount * SHORT_LABEL_BYTES);
  const state = {
    v: 1,
    kind: "countersign/monitor",
    checkpoint: encodeCheckpoint(checkpoint),
    note,
    grownAt: new Date(grownAt).toISOString(),
    labels: { count: all.length, sha256: hashOf(bytes) },
  };
  await replaceFile(path, `${canonicalText(state)}\n`);
}

/** A crash leaves the old file or the new one, never a part of it. */
export async function replaceFile(path: string, content: string): Promise<void> {
  const fresh = `${path}.new`;
  const file = await open(fresh, "w");
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(fresh, path);
}

async function writeFrom(path: string, bytes: Uint8Array, from: number): Promise<void> {
  const file = await open(path, existsSync(path) ? "r+" : "w");
  try {
    await file.write(bytes, from, bytes.length - from, from);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function bytesOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (problem) {
    throw new CliError(`can't read ${path} (${errorMessage(problem)})`);
  }
}

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
