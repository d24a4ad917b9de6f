import { env, exports } from "cloudflare:workers";
import { concat, toHex, utf8, utf8Text, type Bytes } from "../../../src/core/encoding/bytes.ts";
import { sha256 } from "../../../src/core/encoding/hash.ts";
import { leafHash, treeRoot } from "../../../src/core/tlog/merkle.ts";
import { encodeEntry } from "../../../src/core/stream/record.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import type { Tile } from "../../../src/core/tlog/tile.ts";
import { parseTrustPolicy, type TrustPolicy } from "../../../src/core/tlog/trust-policy.ts";
import { logStub } from "../../../src/env.ts";
import type { LabelledEntry } from "../../../src/log/append-group.ts";
import type { Log } from "../../../src/log/log.ts";
import { readLog, type LogReading } from "../../support/log/log-reader.ts";

// The log as an outside reader sees it, through its public paths only.

/** A new stub each time: a stub from before a `reset` does not work any more. */
export const log = (): DurableObjectStub<Log> => logStub(env);

/** An entry. Another version of it has the same label and another commitment. */
export function sealed(name: number | string, version = 0): LabelledEntry {
  const label = sha256(utf8(`label ${name}`));
  return {
    label: toHex(label),
    entry: encodeEntry({ kind: "sealed", label, commit: sha256(utf8(`commit ${name} ${version}`)) }),
  };
}

export function sealedRange(from: number, to: number): readonly LabelledEntry[] {
  return Array.from({ length: to - from }, (_unused, place) => sealed(from + place));
}

export const hexOf = (entries: readonly { entry: Uint8Array }[]): readonly string[] =>
  entries.map(({ entry }) => toHex(entry));

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Bytes;
}

/** Reads the body, since an open response keeps the object in memory. */
export async function answerOf(response: Response): Promise<Answer> {
  const { status, headers } = response;
  return { status, headers, body: new Uint8Array(await response.arrayBuffer()) };
}

export async function get(path: string, method = "GET"): Promise<Answer> {
  return await answerOf(await exports.default.fetch(`${env.ORIGIN}/log/${path}`, { method }));
}

export async function bytesAt(path: string): Promise<Bytes | undefined> {
  const { status, body } = await get(path);
  return status === 200 ? body : undefined;
}

export async function textAt(path: string): Promise<string> {
  const { status, body } = await get(path);
  if (status !== 200) throw new Error(`${path} answers ${status}`);
  return utf8Text(body) ?? "";
}

export async function trust(): Promise<TrustPolicy> {
  return expectOk(parseTrustPolicy(await textAt("policy.txt")));
}

/** Reads the whole log and verifies it against the signed checkpoint. Throws if that fails. */
export async function audit(): Promise<LogReading> {
  return await readLog(await trust(), bytesAt);
}

/** A tile by its definition: the roots of its subtrees, computed from the leaves. */
export function tileOf(leaves: readonly Bytes[], { level, index, width }: Tile): Bytes {
  const span = 256 ** level;
  const starts = Array.from({ length: width }, (_unused, place) => (index * 256 + place) * span);
  return concat(...starts.map((start) => treeRoot(leaves.slice(start, start + span))));
}

export const leavesOf = (entries: readonly { entry: Uint8Array }[]): readonly Bytes[] =>
  entries.map(({ entry }) => leafHash(entry));
