import { toHex, type Bytes } from "../encoding/bytes.ts";
import { firstDirectory, parseChange, type Directory } from "../stream/directory.ts";
import type { ExportHeader, ExportRow } from "./export.ts";
import { NO_PREVIOUS, recordLabel, streamKeyHash, type StreamRecord } from "../stream/record.ts";
import type { Creation, SignedRecord, SignedChange, SignedDecision } from "./receipt.ts";
import { applySignedChange, commitOf, creationFailure } from "./directory-replay.ts";
import { hexBytes, signedFailure, type Failure } from "./signed-record.ts";

// A tenant's records one after the other, each judged by what stands before it: the directory of people
// and passkeys as it was just then, and the decisions made so far. No record is held, only what later ones
// are judged by.

/** Clocks of the machines that write records differ a little; a record dated back differs by more. */
const CLOCK_SLACK_SECONDS = 300;

/** What is judged row by row; the names are among those of AUDIT_CHECKS. */
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

/** The first failure of each check, and how many more there are. */
export type Failures = ReadonlyMap<string, { readonly first: string; readonly more: number }>;

export interface StreamFindings {
  readonly failures: Failures;
  /** The tenant's part of the log as it should be: the commitments by their seq. */
  readonly commits: readonly string[];
  readonly misplaced: Failure;
  readonly logOrigin: string | undefined;
  readonly directory: Directory | undefined;
  readonly records: Readonly<Record<string, number>>;
  readonly decisions: Readonly<Record<string, number>>;
  /** Decisions whose content the export does not show: nobody can say what was decided, only its hash. */
  readonly withheld: number;
  readonly erasures: readonly Erasure[];
}

/** Records that are gone, and the record that says by which rule. */
export interface Erasure {
  readonly by: number;
  readonly rule: string;
  readonly seqs: number;
}

interface Decided {
  readonly seq: number;
  readonly approved: boolean;
  used: boolean;
}

export class StreamChecker {
  readonly #header: ExportHeader;
  readonly #streamKey: Bytes;
  readonly #failures = new Map<string, { first: string; more: number }>();
  readonly #commits: string[] = [];
  readonly #records = new Map<string, number>();
  readonly #decisions = new Map<string, number>();
  #withheld = 0;
  readonly #decided = new Map<string, Decided>();
  /** Records that are gone, by seq: whether a later record says so. */
  readonly #gone = new Map<number, boolean>();
  readonly #erasures: Erasure[] = [];
  #created: Creation | undefined;
  #directory: Directory | undefined;
  #lastChange = 0;
  #latest = 0;
  #misplaced: Failure;

  constructor(header: ExportHeader) {
    this.#header = header;
    this.#streamKey = hexBytes(header.streamKey);
  }

  /** The rows come in their order. */
  async add(row: ExportRow): Promise<void> {
    const seq = this.#commits.length;
    const label = row.kind === "erased" ? row.label : row.sealed.label;
    if (label !== toHex(recordLabel(this.#streamKey, seq))) {
      this.#misplaced ??= `record ${seq} is listed under a label that is not its own`;
    }
    if (row.kind === "erased") {
      this.#gone.set(seq, false);
      this.#commits.push(row.commit);
      return;
    }
    const { record } = row.sealed;
    count(this.#records, record.type);
    this.#note("chain", this.#chainFailure(record));
    this.#note("time", this.#timeFailure(record));
    await this.#judge(row, seq);
    this.#commits.push(commitOf(row.sealed));
  }

  async #judge(row: Exclude<ExportRow, { kind: "erased" }>, seq: number): Promise<void> {
    switch (row.kind) {
      case "created":
        return this.#begin(row.sealed, seq);
      case "change":
        return this.#change(row.sealed, seq);
      case "decision":
        return this.#decide(row.sealed, seq);
      case "record":
        return this.#unsigned(row.sealed.record, seq);
    }
  }

  #begin(created: Creation, seq: number): void {
    if (seq > 0) return this.#note("chain", `record ${seq} begins the stream a second time`);
    this.#created = created;
    this.#directory = firstDirectory(created.record);
    this.#note("tenant", creationFailure(created));
    const { genesis } = created.record.body;
    if (genesis.streamKeyHash !== streamKeyHash(this.#streamKey))
      this.#note("key", "the stream key in the file is not the one that the tenant's beginning names");
  }

  async #change(sealed: SignedChange, seq: number): Promise<void> {
    const said = `change ${seq} (${sealed.record.type})`;
    this.#note("directory", this.#reliedFailure(sealed), said);
    this.#note("directory", this.#decidedFailure(sealed, seq, false), said);
    this.#lastChange = seq;
    if (this.#directory === undefined || this.#created === undefined) return;
    const applied = await applySignedChange(this.#directory, sealed, this.#created.record.body.genesis.rp);
    if (applied.ok) this.#directory = applied.value;
    else this.#note("directory", applied.refusal.detail, said);
    this.#note("directory", this.#revealFailure(sealed), said);
  }

  async #decide(sealed: SignedDecision, seq: number): Promise<void> {
    const { outcome } = sealed.record.body;
    const said = `decision ${seq} (${outcome})`;
    count(this.#decisions, outcome);
    if (sealed.payload === null) this.#withheld++;
    this.#note("decisions", this.#reliedFailure(sealed), said);
    const approved = outcome === "approved" || outcome === "break-glass";
    this.#note("decisions", this.#decidedFailure(sealed, seq, approved), said);
    if (this.#directory === undefined || this.#created === undefined) return;
    const { rp } = this.#created.record.body.genesis;
    this.#note("decisions", await signedFailure(sealed, this.#directory, rp), said);
  }

  /** A reveal is of one decision of this very stream. */
  #revealFailure({ payload }: SignedChange): Failure {
    const parsed = payload === null ? undefined : parseChange(payload);
    if (!parsed?.ok || parsed.value.change !== "revealed") return undefined;
    const { confirmation, decided } = parsed.value;
    const known = this.#decided.get(confirmation);
    const seq = known?.seq ?? (this.#gone.has(decided.seq) ? decided.seq : undefined);
    return seq === decided.seq && this.#commits[decided.seq] === decided.commit
      ? undefined
      : "it reveals another decision than the one that it names";
  }

  #unsigned(record: Extract<StreamRecord, { type: "consumed" | "erased" }>, seq: number): void {
    switch (record.type) {
      case "consumed":
        return this.#note("uses", this.#useFailure(record.body), `record ${seq}`);
      case "erased":
        return this.#erase(record.body, seq);
    }
  }

  #useFailure({ confirmation, decided }: { confirmation: string; decided: number }): Failure {
    // What is gone cannot be judged; that it was used twice would still show.
    const known = this.#decided.get(confirmation) ?? {
      seq: decided,
      approved: this.#gone.has(decided),
      used: false,
    };
    this.#decided.set(confirmation, known);
    if (!known.approved || known.seq !== decided)
      return `a request is used that was not approved before (${confirmation}, record ${decided})`;
    if (known.used) return `the approval ${decided} is used a second time`;
    known.used = true;
    return undefined;
  }

  #erase(
    { rule, spans }: { rule: string; spans: readonly { from: number; to: number }[] },
    seq: number,
  ): void {
    let seqs = 0;
    for (const [gone, covered] of this.#gone) {
      if (covered || !spans.some(({ from, to }) => from <= gone && gone <= to)) continue;
      this.#gone.set(gone, true);
      seqs++;
    }
    this.#erasures.push({ by: seq, rule, seqs });
  }

  #chainFailure({ seq, stream, prev }: StreamRecord): Failure {
    if (stream !== this.#header.stream) return `record ${seq} belongs to another tenant's stream`;
    const previous = this.#commits.at(-1) ?? NO_PREVIOUS;
    return prev === previous ? undefined : `record ${seq} does not follow the one before it`;
  }

  #timeFailure({ seq, at }: StreamRecord): Failure {
    const moment = Date.parse(at);
    const early = this.#latest - moment > CLOCK_SLACK_SECONDS * 1_000;
    this.#latest = Math.max(this.#latest, moment);
    return early ? `record ${seq} is dated ${at}, before a record that stands in front of it` : undefined;
  }

  /** Every record names the last change before it: a change that is hidden is still named by what follows. */
  #reliedFailure({ record }: SignedRecord): Failure {
    const { seq, commit } = record.body.directory;
    if (seq !== this.#lastChange)
      return `it relies on record ${seq} as the last change of the directory, which is ${this.#lastChange}`;
    return commit === this.#commits[seq] ? undefined : "it relies on another state of the directory";
  }

  #decidedFailure({ record }: SignedRecord, seq: number, approved: boolean): Failure {
    const { confirmation } = record.body;
    const earlier = this.#decided.get(confirmation);
    if (earlier !== undefined) return `its request had been decided before (record ${earlier.seq})`;
    this.#decided.set(confirmation, { seq, approved, used: false });
    return undefined;
  }

  #note(check: StreamCheckName, failure: Failure, said?: string): void {
    if (failure === undefined) return;
    const known = this.#failures.get(check);
    if (known !== undefined) known.more++;
    else this.#failures.set(check, { first: said === undefined ? failure : `${said}: ${failure}`, more: 0 });
  }

  result(): StreamFindings {
    if (this.#created === undefined)
      this.#note("tenant", "the stream does not begin with its owner's passkey");
    for (const [seq, covered] of this.#gone) {
      if (!covered)
        this.#note("erased", `record ${seq} is gone, and no later record says that it was erased`);
    }
    const erased = this.#gone.size;
    return {
      failures: this.#failures,
      commits: this.#commits,
      misplaced: this.#misplaced,
      logOrigin: this.#created?.record.body.genesis.logOrigin,
      directory: this.#directory,
      records: { ...Object.fromEntries(this.#records), ...(erased > 0 ? { "(erased)": erased } : {}) },
      decisions: Object.fromEntries(this.#decisions),
      withheld: this.#withheld,
      erasures: this.#erasures,
    };
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
