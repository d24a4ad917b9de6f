import { equalBytes } from "../encoding/bytes.ts";
import { parseCheckpoint, parseDecimal, type Checkpoint } from "./checkpoint.ts";
import {
  encodeVkey,
  parseNote,
  parseVkey,
  verifyNote,
  type NoteKey,
  type NoteKeyType,
} from "./signed-note.ts";
import { accept, expectOk, refuse, type Result } from "../refusal.ts";

// C2SP tlog-policy: a verifier's file of trusted logs and witnesses, and of how many witnesses must have signed a
// checkpoint.

/** The format asks for at least 32 of each. */
export const TRUST_MAX_LOGS = 64;
export const TRUST_MAX_WITNESSES = 64;
export const TRUST_MAX_GROUPS = 64;
/** 192 definitions of some 500 characters, with room for comments. */
export const TRUST_POLICY_MAX_CHARACTERS = 128 * 1024;
/** The quorum of a verifier that asks for no witness. No witness or group may have this name. */
export const NO_QUORUM = "none";

interface TrustedLog {
  /** The key's name is the log's origin. */
  readonly key: NoteKey;
  readonly url?: string;
}

interface TrustedWitness {
  /** A name within this file; the key has its own name. */
  readonly name: string;
  readonly key: NoteKey;
  readonly url?: string;
}

interface WitnessGroup {
  readonly name: string;
  readonly threshold: number;
  /** Witnesses and groups that are defined above. */
  readonly members: readonly string[];
}

export interface TrustPolicy {
  readonly logs: readonly TrustedLog[];
  readonly witnesses: readonly TrustedWitness[];
  readonly groups: readonly WitnessGroup[];
  readonly quorum: string;
}

interface Draft {
  readonly logs: TrustedLog[];
  readonly witnesses: TrustedWitness[];
  readonly groups: WitnessGroup[];
  readonly names: Set<string>;
  /** Members of groups. Each name may be in one group only, so that no witness counts twice. */
  readonly grouped: Set<string>;
  quorum: string | undefined;
}

export function parseTrustPolicy(text: string): Result<TrustPolicy> {
  const malformed = (detail: string): Result<TrustPolicy> => refuse("trust_policy_malformed", detail);
  if (text.length > TRUST_POLICY_MAX_CHARACTERS) {
    return malformed(`longer than ${TRUST_POLICY_MAX_CHARACTERS} characters`);
  }
  if (!text.isWellFormed() || /[\u0000-\u0008\u000b-\u001f\u007f]/.test(text)) {
    return malformed("a control character other than tab and newline");
  }
  // A truncated last line could name a smaller quorum.
  if (!text.endsWith("\n")) return malformed("the last line does not end with a newline");

  const draft: Draft = {
    logs: [],
    witnesses: [],
    groups: [],
    names: new Set(),
    grouped: new Set(),
    quorum: undefined,
  };
  for (const [index, line] of text.split("\n").entries()) {
    const [keyword, ...words] = line.split(/[ \t]+/).filter((word) => word !== "");
    if (keyword === undefined || keyword.startsWith("#")) continue;
    const problem = addLine(draft, keyword, words);
    if (problem !== undefined) return malformed(`line ${index + 1}: ${problem}`);
  }
  const { logs, witnesses, groups, quorum } = draft;
  if (quorum === undefined) return malformed("no quorum line");
  return accept({ logs, witnesses, groups, quorum });
}

/** Adds a line to the draft, or returns what is wrong with it. */
function addLine(draft: Draft, keyword: string, words: readonly string[]): string | undefined {
  switch (keyword) {
    case "log":
      return addLog(draft, words);
    case "witness":
      return addWitness(draft, words);
    case "group":
      return addGroup(draft, words);
    case "quorum":
      return addQuorum(draft, words);
    default:
      return "expected log, witness, group or quorum";
  }
}

function addLog(draft: Draft, [vkey, url, ...more]: readonly string[]): string | undefined {
  if (vkey === undefined || more.length > 0) return "expected log <vkey> [<url>]";
  if (draft.logs.length === TRUST_MAX_LOGS) return `more than ${TRUST_MAX_LOGS} logs`;
  const key = newKey(draft, vkey, "ed25519");
  if (typeof key === "string") return key;
  draft.logs.push(url === undefined ? { key } : { key, url });
  return undefined;
}

function addWitness(draft: Draft, [name, vkey, url, ...more]: readonly string[]): string | undefined {
  if (name === undefined || vkey === undefined || more.length > 0) {
    return "expected witness <name> <vkey> [<url>]";
  }
  if (draft.witnesses.length === TRUST_MAX_WITNESSES) return `more than ${TRUST_MAX_WITNESSES} witnesses`;
  const key = newKey(draft, vkey, "cosignature");
  if (typeof key === "string") return key;
  if (!claimName(draft, name)) return `the name ${name} is taken`;
  draft.witnesses.push(url === undefined ? { name, key } : { name, key, url });
  return undefined;
}

function addGroup(draft: Draft, [name, count, ...members]: readonly string[]): string | undefined {
  if (name === undefined || count === undefined || members.length === 0) {
    return "expected group <name> all|any|<number> <member>...";
  }
  if (draft.groups.length === TRUST_MAX_GROUPS) return `more than ${TRUST_MAX_GROUPS} groups`;
  const threshold = count === "all" ? members.length : count === "any" ? 1 : parseDecimal(count);
  if (threshold === undefined || threshold < 1 || threshold > members.length) {
    return "the number is not from 1 to the number of members";
  }
  for (const member of members) {
    if (!draft.names.has(member)) return `${member} is not defined above`;
    if (draft.grouped.has(member)) return `${member} is a member already`;
    draft.grouped.add(member);
  }
  if (!claimName(draft, name)) return `the name ${name} is taken`;
  draft.groups.push({ name, threshold, members });
  return undefined;
}

function addQuorum(draft: Draft, [name, ...more]: readonly string[]): string | undefined {
  if (name === undefined || more.length > 0) return "expected quorum <name>";
  if (draft.quorum !== undefined) return "a second quorum line";
  if (name !== NO_QUORUM && !draft.names.has(name)) return `${name} is not defined above`;
  draft.quorum = name;
  return undefined;
}

/** A key that is not in the file yet, or what is wrong with it. */
function newKey({ logs, witnesses }: Draft, vkey: string, type: NoteKeyType): NoteKey | string {
  const parsed = parseVkey(vkey);
  if (!parsed.ok) return `${parsed.refusal.detail} (the key)`;
  const key = parsed.value;
  if (key.type !== type) return `the key is not of type ${type}`;
  const others = [...logs, ...witnesses].map((other) => other.key);
  if (others.some((other) => other.type === type && equalBytes(other.publicKey, key.publicKey))) {
    return "the same key twice";
  }
  // Key ids are short, so two keys could share name and id, and a signature would not show which one made it.
  if (others.some((other) => other.name === key.name && other.id === key.id)) {
    return "another key has this name and key id";
  }
  return key;
}

function claimName(draft: Draft, name: string): boolean {
  if (name === NO_QUORUM || draft.names.has(name)) return false;
  draft.names.add(name);
  return true;
}

export function encodeTrustPolicy(policy: TrustPolicy): string {
  const lines = [
    ...policy.logs.map(({ key, url }) => ["log", encodeVkey(key), url]),
    ...policy.witnesses.map(({ name, key, url }) => ["witness", name, encodeVkey(key), url]),
    ...policy.groups.map(({ name, threshold, members }) => ["group", name, threshold, ...members]),
    ["quorum", policy.quorum],
  ];
  const text = lines.map(encodeLine).join("");
  expectOk(parseTrustPolicy(text));
  return text;
}

function encodeLine(words: readonly (string | number | undefined)[]): string {
  const defined = words.filter((word) => word !== undefined).map(String);
  // A space would split a word, a newline a line.
  if (defined.some((word) => /[ \t\n]/.test(word)))
    throw new RangeError("names and addresses have no spaces");
  return `${defined.join(" ")}\n`;
}

interface CheckpointJudgement {
  readonly checkpoint: Checkpoint;
  /** The policy's names of the witnesses whose cosignatures verified. */
  readonly witnesses: readonly string[];
  /** A field of its own, so that a checkpoint with too few witnesses is not taken for a forged one. */
  readonly quorumMet: boolean;
}

/** Verifies that a trusted log signed the checkpoint under its own name, and finds its witnesses. */
export async function judgeCheckpoint(
  noteText: string,
  policy: TrustPolicy,
): Promise<Result<CheckpointJudgement>> {
  const note = parseNote(noteText);
  if (!note.ok) return note;
  const checkpoint = parseCheckpoint(note.value.text);
  if (!checkpoint.ok) return checkpoint;
  const logKeys = policy.logs.map((log) => log.key);
  const witnessKeys = policy.witnesses.map((witness) => witness.key);
  const verified = await verifyNote(note.value, [...logKeys, ...witnessKeys]);
  if (!verified.ok) return verified;

  const signers = new Set(verified.value.map(({ key }) => key));
  if (!logKeys.some((key) => signers.has(key) && key.name === checkpoint.value.origin)) {
    return refuse("note_signature_invalid", "no trusted log of this origin has signed the checkpoint");
  }
  const witnesses = policy.witnesses.filter(({ key }) => signers.has(key)).map(({ name }) => name);
  return accept({ checkpoint: checkpoint.value, witnesses, quorumMet: isQuorumMet(policy, witnesses) });
}

/** Whether these witnesses are enough. */
export function isQuorumMet(policy: TrustPolicy, witnesses: readonly string[]): boolean {
  const witnessed = new Set(witnesses);
  // Groups name only what is defined above them, so one pass in order is enough.
  for (const { name, threshold, members } of policy.groups) {
    if (members.filter((member) => witnessed.has(member)).length >= threshold) witnessed.add(name);
  }
  return policy.quorum === NO_QUORUM || witnessed.has(policy.quorum);
}
