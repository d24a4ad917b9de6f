import { owned, type Bytes } from "../../../src/core/encoding/bytes.ts";
import { encodeCheckpoint } from "../../../src/core/tlog/checkpoint.ts";
import { leafHash, treeRoot } from "../../../src/core/tlog/merkle.ts";
import {
  encodeNote,
  noteKey,
  noteSignature,
  signedBytes,
  type NoteKey,
  type NoteSignature,
} from "../../../src/core/tlog/signed-note.ts";
import { encodeLogProof } from "../../../src/core/tlog/log-proof.ts";
import type { TrustPolicy } from "../../../src/core/tlog/trust-policy.ts";

// A transparency log and its witnesses in memory, in a simple implementation of the definitions, so that tests do not
// check the core against itself.

export interface Signer {
  readonly key: NoteKey;
  sign(text: string, time?: number): Promise<NoteSignature>;
}

export async function createSigner(name: string, type: NoteKey["type"] = "ed25519"): Promise<Signer> {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const key = noteKey(name, type, publicKey);
  return {
    key,
    async sign(text, time) {
      const signature = await crypto.subtle.sign("Ed25519", pair.privateKey, signedBytes(text, time));
      return noteSignature(key, new Uint8Array(signature), time);
    },
  };
}

export class TestLog {
  readonly signer: Signer;
  readonly witnesses: readonly Signer[];
  readonly leaves: Bytes[] = [];
  readonly entries: Bytes[] = [];

  constructor(signer: Signer, witnesses: readonly Signer[] = []) {
    this.signer = signer;
    this.witnesses = witnesses;
  }

  get origin(): string {
    return this.signer.key.name;
  }

  append(entry: Uint8Array): number {
    this.entries.push(owned(entry.slice()));
    this.leaves.push(leafHash(entry));
    return this.leaves.length - 1;
  }

  async checkpoint(size = this.leaves.length): Promise<string> {
    const root = treeRoot(this.leaves.slice(0, size));
    const text = encodeCheckpoint({ origin: this.origin, size, root });
    const cosignatures = this.witnesses.map((witness) => witness.sign(text, 1_800_000_000));
    return encodeNote({ text, signatures: await Promise.all([this.signer.sign(text), ...cosignatures]) });
  }

  proof(index: number, checkpoint: string, size = this.leaves.length): string {
    return encodeLogProof({ index, path: pathTo(index, this.leaves.slice(0, size)), checkpoint });
  }

  /** A trust policy for this log and `threshold` of its witnesses. */
  trust(threshold = 0): TrustPolicy {
    const witnesses = this.witnesses.map(({ key }, index) => ({ name: `w${index}`, key }));
    const members = witnesses.map(({ name }) => name);
    return {
      logs: [{ key: this.signer.key }],
      witnesses,
      groups: threshold === 0 ? [] : [{ name: "enough", threshold, members }],
      quorum: threshold === 0 ? "none" : "enough",
    };
  }
}

export async function createLog(origin = "log.example/countersign", witnessCount = 0): Promise<TestLog> {
  const names = Array.from({ length: witnessCount }, (_unused, index) => `witness${index}.example`);
  const witnesses = names.map((name) => createSigner(name, "cosignature"));
  return new TestLog(await createSigner(origin), await Promise.all(witnesses));
}

/** PATH(m, D[n]) of RFC 9162, section 2.1.3.1. */
function pathTo(index: number, leaves: readonly Bytes[]): readonly Bytes[] {
  if (leaves.length <= 1) return [];
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return index < split
    ? [...pathTo(index, leaves.slice(0, split)), owned(treeRoot(leaves.slice(split)))]
    : [...pathTo(index - split, leaves.slice(split)), owned(treeRoot(leaves.slice(0, split)))];
}
