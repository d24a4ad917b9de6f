import { fromHex, utf8Text } from "../core/encoding/bytes.ts";
import { openExport } from "../core/evidence/export.ts";
import { historyRow, type HistoryRow } from "../core/evidence/history.ts";
import { PAYLOAD_MAX_BYTES } from "../core/encoding/strict-json.ts";
import { RECEIPT_LIMITS } from "../core/evidence/receipt.ts";
import { expectOk } from "../core/refusal.ts";
import { parseOrganisationId } from "../core/report/organisation-id.ts";
import { openReceiptFile } from "../core/report/receipt-file.ts";
import { parseTrustPolicy, TRUST_POLICY_MAX_CHARACTERS } from "../core/tlog/trust-policy.ts";
import { verifyReceipt, type VerifyOptions, type ReceiptReport } from "../core/evidence/verify.ts";
import { ANY_TENANT } from "../core/evidence/check.ts";
import { readFile, readInput, streamInput } from "./input.ts";
import { readOptions } from "./cli-options.ts";
import { EXIT, CliError } from "./cli-error.ts";
import { explainReceipt, explanationLines } from "./explain-receipt.ts";
import { reportForMachines, reportForPeople, withoutOutcome } from "./verify-report.ts";

const STREAM_KEY_BYTES = 32;
const KEY_FILE_MAX_BYTES = 1_024;

const OPTIONS = {
  policy: { type: "string" },
  tenant: { type: "string" },
  "any-tenant": { type: "boolean" },
  "stream-key": { type: "string" },
  history: { type: "string" },
  payload: { type: "string" },
  "any-outcome": { type: "boolean" },
  "accept-break-glass": { type: "boolean" },
  "accept-change": { type: "boolean" },
  "accept-test": { type: "boolean" },
  explain: { type: "boolean" },
  json: { type: "boolean" },
} as const;

export async function verifyCommand(args: readonly string[]): Promise<number> {
  const { source, values } = readOptions(args, OPTIONS);
  const knowledge: VerifyOptions = {
    ...(values.history === undefined ? {} : await readHistory(values.history)),
    ...tenantOf(values.tenant, values["any-tenant"]),
    ...(values.policy === undefined ? {} : { trust: await readTrust(values.policy) }),
    ...(values["stream-key"] === undefined ? {} : { streamKey: await readStreamKey(values["stream-key"]) }),
    ...(values.payload === undefined ? {} : { payload: await readFile(values.payload, PAYLOAD_MAX_BYTES) }),
  };
  const file = await readInput(source, RECEIPT_LIMITS.maxBytes);
  const opened = openReceiptFile(file);
  const report = await verifyReceipt(opened.kind === "receipt" ? opened.bytes : file, knowledge);
  const explanation = values.explain ? explainReceipt(report, knowledge.streamKey) : undefined;
  if (explanation === undefined)
    console.log(values.json ? reportForMachines(report, opened) : reportForPeople(report, opened));
  else if (values.json) console.log(JSON.stringify(explanation));
  else {
    const lines = explanationLines(explanation).join("\n");
    console.log(report.verified && report.mode === "live" ? lines : withoutOutcome(lines));
  }
  return exitOf(report, values);
}

interface Accepted {
  readonly "any-outcome"?: boolean;
  readonly "accept-break-glass"?: boolean;
  readonly "accept-change"?: boolean;
  readonly "accept-test"?: boolean;
}

/**
 * A script that continues at exit code 0 must not continue after a proven rejection; nor, unless it says so, after an
 * emergency approval, a change of the directory or anything that is only a test.
 */
function exitOf({ verified, outcome, mode, receipt }: ReceiptReport, accepted: Accepted): number {
  if (!verified) return EXIT.failed;
  if (mode !== "live" && !accepted["accept-test"]) return EXIT.test;
  if (outcome === "break-glass") return accepted["accept-break-glass"] ? EXIT.passed : EXIT.breakGlass;
  if (outcome !== "approved") return accepted["any-outcome"] ? EXIT.passed : EXIT.noApproval;
  const isChange = receipt?.decision.record.type !== "decision";
  return isChange && !accepted["accept-change"] ? EXIT.change : EXIT.passed;
}

export function tenantOf(
  tenant: string | undefined,
  any: boolean | undefined,
): Pick<VerifyOptions, "tenant"> {
  if (any && tenant !== undefined) throw new CliError("use --tenant or --any-tenant, not both");
  if (any) return { tenant: ANY_TENANT };
  if (tenant === undefined) return {};
  const id = parseOrganisationId(tenant);
  if (!id.ok) throw new CliError(`--tenant needs an organisation id. ${id.refusal.detail}`);
  return { tenant: id.value };
}

export async function readTrust(path: string) {
  const text = utf8Text(await readFile(path, TRUST_POLICY_MAX_CHARACTERS));
  const parsed = parseTrustPolicy(text ?? "");
  if (!parsed.ok) throw new CliError(`${path} is not a trust policy: ${parsed.refusal.detail}`);
  return parsed.value;
}

/** An export contains the stream key too; --stream-key has priority. */
async function readHistory(path: string): Promise<Pick<VerifyOptions, "history" | "streamKey">> {
  const opened = await openExport(streamInput(path));
  if (!opened.ok) throw new CliError(`${path} is not an export: ${opened.refusal.detail}`);
  const history: HistoryRow[] = [];
  for await (const row of opened.value.rows) {
    if (!row.ok) throw new CliError(`${path} is not an export: ${row.refusal.detail}`);
    history.push(historyRow(row.value));
  }
  return { history, streamKey: expectOk(fromHex(opened.value.header.streamKey)) };
}

async function readStreamKey(path: string) {
  const text = utf8Text(await readFile(path, KEY_FILE_MAX_BYTES))?.trim() ?? "";
  const key = fromHex(text);
  if (!key.ok || key.value.length !== STREAM_KEY_BYTES) {
    throw new CliError(
      `${path} is not a stream key: it must hold ${STREAM_KEY_BYTES} bytes as hexadecimal digits`,
    );
  }
  return key.value;
}
