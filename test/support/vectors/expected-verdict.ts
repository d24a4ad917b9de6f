import { fromHex, utf8, utf8Text } from "../../../src/core/encoding/bytes.ts";
import { openExport } from "../../../src/core/evidence/export.ts";
import { historyRow, type HistoryRow } from "../../../src/core/evidence/history.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { parseTrustPolicy } from "../../../src/core/tlog/trust-policy.ts";
import { verifyReceipt, type VerifyOptions } from "../../../src/core/evidence/verify.ts";

/** What a verifier knows besides the receipt, as the vectors state it, with files by their names. */
export interface Knowledge {
  readonly tenant?: string;
  readonly trust?: string;
  readonly streamKey?: string;
  readonly payload?: string;
  readonly history?: string;
}

export interface Verdict {
  readonly verified: boolean;
  readonly outcome: string | null;
  readonly mode: string | null;
  readonly checks: Readonly<Record<string, string>>;
}

/** A verdict in short: the checks that are named in neither list passed. */
export interface Summary {
  readonly verified: boolean;
  readonly failed: readonly string[];
  readonly absent: readonly string[];
}

export function summaryOf({ verified, checks }: Pick<Verdict, "verified" | "checks">): Summary {
  const named = (wanted: string) =>
    Object.entries(checks).flatMap(([check, status]) => (status === wanted ? [check] : []));
  return { verified, failed: named("failed"), absent: named("absent") };
}

export async function judge(
  receipt: Uint8Array,
  knowledge: Knowledge,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<Verdict> {
  const { verified, outcome, mode, checks } = await verifyReceipt(receipt, await optionsOf(knowledge, files));
  return {
    verified,
    outcome,
    mode,
    checks: Object.fromEntries(checks.map(({ name, status }) => [name, status])),
  };
}

async function optionsOf(
  { tenant, trust, streamKey, payload, history }: Knowledge,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<VerifyOptions> {
  const file = (name: string) => {
    const bytes = files.get(name);
    if (bytes === undefined) throw new RangeError(`there is no file ${name}`);
    return bytes;
  };
  return {
    ...(tenant !== undefined && { tenant }),
    ...(trust !== undefined && { trust: expectOk(parseTrustPolicy(utf8Text(file(trust)) ?? "")) }),
    ...(streamKey !== undefined && { streamKey: expectOk(fromHex(streamKey)) }),
    ...(payload !== undefined && { payload: utf8(payload) }),
    ...(history !== undefined && { history: await rowsOf(file(history)) }),
  };
}

async function rowsOf(file: Uint8Array): Promise<readonly HistoryRow[]> {
  const rows: HistoryRow[] = [];
  for await (const row of expectOk(await openExport([file])).rows) rows.push(historyRow(expectOk(row)));
  return rows;
}
