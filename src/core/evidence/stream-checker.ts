import { hexBytes, toHex, type Bytes } from "../encoding/bytes.ts";
import { firstDirectory, type Directory } from "../stream/directory.ts";
import { parseChange } from "../stream/change-format.ts";
import { ErasedRecords, type Erasure } from "../stream/erased-records.ts";
import { SignedTemplates } from "../stream/signed-templates.ts";
import {
  NO_PREVIOUS,
  recordLabel,
  streamKeyHash,
  type ChangeRecord,
  type ConsumedRecord,
  type CreatedRecord,
  type DecisionRecord,
  type StreamRecord,
} from "../stream/record.ts";
import { afterDeletion, applySignedChange, commitOf, creationFailure } from "./directory-replay.ts";
import type { ExportHeader, ExportRow } from "./export.ts";
import type { SignedChange, SignedRecord } from "./receipt.ts";
import { addFailure, type Failure, type Failures } from "./check.ts";
import { PastDirectories } from "./choice/past-directories.ts";
import { judgeChoice } from "./choice/policy-choice.ts";
import { signedFailure, type Before } from "./signed-record.ts";
import { isBackdated } from "../stream/clock-slack.ts";

// Checks a tenant's records in order, each against the directory of people and passkeys and the decisions
// before it. It keeps only what later records are checked against, so a long export needs little memory.

/** The checks of AUDIT_CHECKS that are made record by record. */
export const STREAM_CHECKS = [
  "tenant",
  "key",
  "chain",
  "time",
  "directory",
  "decisions",
  "uses",
  "erased",
] as const;
type StreamCheckName = (typeof STREAM_CHECKS)[number];

export interface StreamFindings {
  readonly failures: Failures;
  /** The commitments that the log should hold for this tenant, by seq. */
  readonly commits: readonly string[];
  readonly labelFailure: Failure;
  readonly logOrigin: string | undefined;
  readonly directory: Directory | undefined;
  readonly records: Readonly<Record<string, number>>;
  readonly decisions: Readonly<Record<string, number>>;
  /** Outcomes of test projects, which are not among the decisions. */
  readonly tests: Readonly<Record<string, number>>;
  /** Decisions whose content the export omits: only its hash is known. */
  readonly withheld: number;
  /** Decisions of which nobody can say from the export which policy the rules demanded. */
  readonly unknownChoices: number;
  readonly erasures: readonly Erasure[];
  /** The first decision or change that people signed after a record that is erased. */
  readonly signedAfterErased: number | undefined;
  /** The record that deleted the organisation: the last one of the stream. */
  readonly deletion: number | undefined;
}

interface EarlierDecision {
  readonly seq: number;
  readonly approved: boolean;
  /** The last moment at which it may be used, in milliseconds. */
  readonly usableUntil: number;
  used: boolean;
}

export class StreamChecker {
  readonly #header: ExportHeader;
  readonly #streamKey: Bytes;
  readonly #failures = new Map<string, { first: string; more: number }>();
  readonly #commits: string[] = [];
  readonly #records = new Map<string, number>();
  readonly #outcomes = { live: new Map<string, number>(), test: new Map<string, number>() };
  #withheld = 0;
  #unknownChoices = 0;
  /** By the id of the confirmation. */
  readonly #decisions = new Map<string, EarlierDecision>();
  readonly #erased = new ErasedRecords();
  readonly #templates = new SignedTemplates();
  #before: Before | undefined;
  #created: CreatedRecord | undefined;
  #lastChange = 0;
  /** The record that deleted the organisation. */
  #deletion: ChangeRecord | undefined;
  /** The first decision or change that people signed after a record that is erased. */
  #signedAfterErased: number | undefined;
  #latestTime = 0;
  #labelFailure: Failure;

  constructor(header: ExportHeader) {
    this.#header = header;
    this.#streamKey = hexBytes(header.streamKey);
  }

  /** Rows must be added in the order of the export. */
  async add(row: ExportRow): Promise<void> {
    const seq = this.#commits.length;
    const label = row.kind === "erased" ? row.label : row.sealed.label;
    if (label !== toHex(recordLabel(this.#streamKey, seq)))
      this.#labelFailure ??= `record ${seq} is listed under a wrong label`;
    if (this.#deletion !== undefined) this.#report("chain", afterDeletion({ seq }, this.#deletion));
    if (row.kind === "erased") {
      this.#erased.add(seq);
      this.#commits.push(row.commit);
      return;
    }
    const { record } = row.sealed;
    count(this.#records, record.type);
    this.#report("chain", this.#chainFailure(record));
    this.#report("time", this.#timeFailure(record));
    await this.#checkContent(row, seq);
    this.#commits.push(commitOf(row.sealed));
  }

  async #checkContent(row: Exclude<ExportRow, { kind: "erased" }>, seq: number): Promise<void> {
    switch (row.kind) {
      case "created":
        return this.#checkCreation(row.sealed.record, seq);
      case "change":
        return this.#checkChange(row.sealed, seq);
      case "decision":
        return this.#checkDecision(row.sealed, seq);
      case "record":
        return this.#checkUnsigned(row.sealed.record, seq);
    }
  }

  #checkCreation(record: CreatedRecord, seq: number): void {
    if (seq > 0) return this.#report("chain", `record ${seq} creates the stream a second time`);
    const { genesis } = record.body;
    this.#created = record;
    const past = new PastDirectories();
    const directory = firstDirectory(record);
    past.add(record, directory);
    this.#before = { directory, rp: genesis.rp, times: [record.at], past };
    this.#report("tenant", creationFailure(record));
    if (genesis.streamKeyHash !== streamKeyHash(this.#streamKey))
      this.#report(
        "key",
        "the stream key in the file is not the one that the organisation's first record names",
      );
  }

  async #checkChange(signed: SignedChange, seq: number): Promise<void> {
    const { record } = signed;
    const subject = `change ${seq} (${record.type})`;
    this.#noteErasedBefore(signed, seq);
    this.#report("directory", this.#directoryFailure(signed), subject);
    this.#report("directory", this.#repetitionFailure(signed, seq, false), subject);
    this.#lastChange = seq;
    if (signed.record.type === "tenant.deleted") this.#deletion = signed.record;
    if (this.#before === undefined || this.#created === undefined) return;
    const applied = await applySignedChange(signed, this.#before);
    if (!applied.ok) this.#report("directory", applied.refusal.detail, subject);
    const directory = applied.ok ? applied.value : this.#before.directory;
    this.#before.past.add(record, directory);
    this.#before = { ...this.#before, directory, times: [this.#created.at, record.at] };
    this.#report("directory", this.#revealFailure(signed), subject);
    this.#templates.add(signed.evidence.payload);
  }

  async #checkDecision(signed: SignedRecord<DecisionRecord>, seq: number): Promise<void> {
    const { outcome, mode } = signed.record.body;
    const subject = `decision ${seq} (${outcome})`;
    count(this.#outcomes[mode], outcome);
    if (signed.evidence.payload === null) this.#withheld++;
    this.#noteErasedBefore(signed, seq);
    this.#report("decisions", this.#directoryFailure(signed), subject);
    const approved = outcome === "approved" || outcome === "break-glass";
    this.#report("decisions", this.#repetitionFailure(signed, seq, approved), subject);
    if (this.#before === undefined) return;
    this.#report("decisions", await signedFailure(signed, this.#before), subject);
    const choice = await judgeChoice(signed, this.#before.past);
    this.#report("decisions", choice.failure, subject);
    if (choice.open !== undefined) this.#unknownChoices++;
    // A record that is erased may have set it.
    if (this.#erased.count === 0)
      this.#report("decisions", this.#templates.failure(signed.evidence), subject);
  }

  #noteErasedBefore({ evidence: { signers } }: SignedRecord, seq: number): void {
    if (this.#erased.count > 0 && signers.length > 0) this.#signedAfterErased ??= seq;
  }

  /** A reveal must name a decision of this stream. */
  #revealFailure({ evidence: { payload } }: SignedRecord): Failure {
    const parsed = payload === null ? undefined : parseChange(payload);
    if (!parsed?.ok || parsed.value.change !== "revealed") return undefined;
    const { confirmation, decided } = parsed.value;
    const decision = this.#decisions.get(confirmation);
    const seq = decision?.seq ?? (this.#erased.has(decided.seq) ? decided.seq : undefined);
    return seq === decided.seq && this.#commits[decided.seq] === decided.commit
      ? undefined
      : "it reveals another decision than the one that it names";
  }

  #checkUnsigned(record: Extract<StreamRecord, { type: "consumed" | "erased" }>, seq: number): void {
    switch (record.type) {
      case "consumed":
        return this.#report("uses", this.#useFailure(record), `record ${seq}`);
      case "erased":
        return this.#erased.announce(record.body, seq);
    }
  }

  #useFailure({ at, body: { confirmation, decided } }: ConsumedRecord): Failure {
    // Whether an erased decision approved anything is unknown, but a second use of it still shows.
    const decision = this.#decisions.get(confirmation) ?? {
      seq: decided,
      approved: this.#erased.has(decided),
      usableUntil: Number.POSITIVE_INFINITY,
      used: false,
    };
    this.#decisions.set(confirmation, decision);
    if (!decision.approved || decision.seq !== decided)
      return `it uses a request that was not approved before (${confirmation}, record ${decided})`;
    if (decision.used) return `it uses approval ${decided} a second time`;
    decision.used = true;
    return Date.parse(at) > decision.usableUntil
      ? `it uses approval ${decided} after the time in which it could be used`
      : undefined;
  }

  #chainFailure({ seq, stream, prev }: StreamRecord): Failure {
    if (stream !== this.#header.stream) return `record ${seq} belongs to another organisation`;
    const previous = this.#commits.at(-1) ?? NO_PREVIOUS;
    return prev === previous ? undefined : `record ${seq} does not follow the record before it`;
  }

  #timeFailure({ seq, at }: StreamRecord): Failure {
    const backdated = isBackdated(at, this.#latestTime);
    this.#latestTime = Math.max(this.#latestTime, Date.parse(at));
    return backdated ? `record ${seq} is dated ${at}, before an earlier record` : undefined;
  }

  /** Every signed record names the last change before it, so hiding a change breaks the records after it. */
  #directoryFailure({ record }: SignedRecord): Failure {
    const { seq, commit } = record.body.directory;
    if (seq !== this.#lastChange)
      return `it names record ${seq} as the last change of the directory, which is record ${this.#lastChange}`;
    return commit === this.#commits[seq] ? undefined : "it relies on another state of the directory";
  }

  #repetitionFailure({ record, evidence }: SignedRecord, seq: number, approved: boolean): Failure {
    const { confirmation } = record.body;
    const window = evidence.signers[0]?.statement.executeWithinSeconds ?? Number.POSITIVE_INFINITY;
    const usableUntil = Date.parse(record.at) + window * 1_000;
    const earlier = this.#decisions.get(confirmation);
    if (earlier !== undefined) return `record ${earlier.seq} already decided its request`;
    this.#decisions.set(confirmation, { seq, approved, usableUntil, used: false });
    return undefined;
  }

  #report(check: StreamCheckName, failure: Failure, subject?: string): void {
    addFailure(this.#failures, check, failure, subject);
  }

  findings(): StreamFindings {
    if (this.#created === undefined)
      this.#report("tenant", "the stream does not start with its owner's passkey");
    for (const seq of this.#erased.unannounced)
      this.#report("erased", `record ${seq} is erased, and no later record announces it`);
    const erased = this.#erased.count;
    return {
      failures: this.#failures,
      commits: this.#commits,
      labelFailure: this.#labelFailure,
      logOrigin: this.#created?.body.genesis.logOrigin,
      directory: this.#before?.directory,
      records: { ...Object.fromEntries(this.#records), ...(erased > 0 ? { "(erased)": erased } : {}) },
      decisions: Object.fromEntries(this.#outcomes.live),
      tests: Object.fromEntries(this.#outcomes.test),
      withheld: this.#withheld,
      unknownChoices: this.#unknownChoices,
      erasures: this.#erased.erasures,
      signedAfterErased: this.#signedAfterErased,
      deletion: this.#deletion?.seq,
    };
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
