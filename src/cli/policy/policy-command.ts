import { jsonText } from "./json-text.ts";
import { writeFile } from "node:fs/promises";
import {
  isJsonList,
  isJsonObject,
  type JsonObject,
  type JsonValue,
} from "../../core/encoding/strict-json.ts";
import { CliError, EXIT } from "../cli-error.ts";
import { readOptionalFile } from "../cli-options.ts";
import { errorMessage, readInput } from "../input.ts";
import { plain } from "../verify-report.ts";
import { parsePolicyFile, POLICY_FILE_LIMITS, policyFileText } from "./policy-file.ts";
import { planSteps, type PolicyStep } from "./policy-plan.ts";
import { documentsInForce, openService, type Service, type ServiceAnswer } from "./policy-service.ts";

// Policies as code: pull them into a file, see what a file would change, and ask people to sign it.

const FILE = "countersign-policies.json";
const OPTIONS = { url: { type: "string" }, "key-file": { type: "string" } } as const;
/** Of the requests that would fall elsewhere. */
const SHOWN_MAX_REQUESTS = 10;

export async function policyCommand(args: readonly string[]): Promise<number> {
  const [name = "", ...rest] = args;
  const run = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (run === undefined) throw new CliError('use "policy pull", "policy plan" or "policy push"');
  const { source, values } = readOptionalFile(rest, OPTIONS, FILE);
  return run(await openService(values), source);
}

const COMMANDS: Readonly<Record<string, (service: Service, file: string) => Promise<number>>> = {
  pull,
  plan,
  push,
};

async function pull(service: Service, file: string): Promise<number> {
  const text = policyFileText(await documentsInForce(service));
  if (file === "-") process.stdout.write(text);
  else {
    await writeFile(file, text).catch((problem: unknown) => {
      throw new CliError(`can't write ${file} (${errorMessage(problem)})`);
    });
    console.log(`Wrote the groups, policies and rules in force to ${file}.`);
  }
  return EXIT.passed;
}

async function plan(service: Service, file: string): Promise<number> {
  const steps = await stepsOf(service, file);
  for (const step of steps) {
    show(step);
    if (step.content === null) continue;
    const { status, body } = await service("PUT", `${step.path}?dryRun=true`, step.content);
    if (status >= 300) return refused(body);
    const detail = isJsonObject(body["refused"] ?? null) && (body["refused"] as JsonObject)["detail"];
    if (detail) console.log(`    now refused: ${plain(jsonText(detail))}`);
    for (const line of comparisonLines(body["comparison"])) console.log(`    ${line}`);
  }
  if (steps.length === 0) return unchanged();
  console.log(
    `${counted(steps.length, "change")}. "policy push" asks for them; nothing changes before people have signed.`,
  );
  return EXIT.noApproval;
}

/** What rests on a change that waits for its signature is refused until then, and asked by the next push. */
async function push(service: Service, file: string): Promise<number> {
  const steps = await stepsOf(service, file);
  if (steps.length === 0) return unchanged();
  let [asked, waiting] = [0, 0];
  for (const step of steps) {
    show(step);
    const { status, body } = await ask(service, step);
    const { code, detail, url } = body;
    if (status < 300) {
      asked++;
      console.log(`    sign at ${jsonText(url)}`);
      for (const line of comparisonLines(body["comparison"])) console.log(`    ${line}`);
    } else if (code === "already_decided") console.log("    is in force now");
    else if (asked > 0 && (code === "document_refused" || code === "policy_unmeetable")) {
      waiting++;
      console.log(`    not asked yet: ${plain(jsonText(detail))}`);
    } else return refused(body);
  }
  const again =
    waiting === 0 ? "" : ` ${counted(waiting, "change")} must wait for them: push again after that.`;
  console.log(`Asked for ${counted(asked, "change")}. They take effect once people have signed.${again}`);
  return EXIT.noApproval;
}

async function ask(service: Service, { path, content }: PolicyStep): Promise<ServiceAnswer> {
  return content === null ? service("DELETE", path) : service("PUT", path, content);
}

async function stepsOf(service: Service, file: string): Promise<readonly PolicyStep[]> {
  const wanted = parsePolicyFile(file, await readInput(file, POLICY_FILE_LIMITS.maxBytes));
  return planSteps(wanted, await documentsInForce(service));
}

function show({ lines }: PolicyStep): void {
  for (const line of lines) {
    const text = line.trimStart();
    console.log(" ".repeat(line.length - text.length) + plain(text));
  }
}

function unchanged(): number {
  console.log("The service has exactly this. There is nothing to change.");
  return EXIT.passed;
}

function refused({ code, detail }: JsonObject): number {
  console.log(`    refused: ${plain(jsonText(detail))} (${plain(jsonText(code))})`);
  return EXIT.failed;
}

function comparisonLines(comparison: JsonValue | undefined): readonly string[] {
  if (comparison === undefined || !isJsonObject(comparison)) return [];
  const elsewhere = isJsonList(comparison["elsewhere"] ?? null)
    ? (comparison["elsewhere"] as readonly JsonObject[])
    : [];
  const shown = elsewhere.slice(0, SHOWN_MAX_REQUESTS);
  const more = elsewhere.length - shown.length;
  const { compared, of = null } = comparison;
  return [
    ...(of === null || of === compared
      ? []
      : [
          `Only the newest ${jsonText(compared)} of ${jsonText(of)} requests were compared: judging these rules takes long.`,
        ]),
    `${elsewhere.length} of the last ${jsonText(compared)} requests would have fallen elsewhere${elsewhere.length === 0 ? "." : ":"}`,
    ...shown.map(
      ({ id, action, before, after }) =>
        `  ${plain(jsonText(id))} ${plain(jsonText(action))}: ${policiesText(before)} → ${policiesText(after)}`,
    ),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

function policiesText(fallen: JsonValue | undefined): string {
  const policies = fallen !== undefined && isJsonObject(fallen) ? (fallen["policies"] ?? null) : null;
  if (!isJsonList(policies)) return plain(jsonText(policies));
  return policies.length === 0
    ? "refused, since the content is too large for the rules"
    : plain(policies.map(jsonText).join(" or "));
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
