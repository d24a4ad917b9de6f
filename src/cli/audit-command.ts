import { auditExport } from "../core/evidence/audit.ts";
import { openExport } from "../core/evidence/export.ts";
import type { Progress } from "../core/evidence/log-comparison.ts";
import { auditForMachines, auditForPeople } from "./audit-report.ts";
import { streamInput } from "./input.ts";
import { openLog } from "./log-source.ts";
import { required, wholeNumber, readOptions } from "./cli-options.ts";
import { EXIT } from "./cli-error.ts";
import { readTrust, tenantOf } from "./verify-command.ts";

const OPTIONS = {
  log: { type: "string" },
  policy: { type: "string" },
  tenant: { type: "string" },
  "any-tenant": { type: "boolean" },
  ahead: { type: "string" },
  deadline: { type: "string" },
  json: { type: "boolean" },
} as const;

export async function auditCommand(args: readonly string[]): Promise<number> {
  const { source, values } = readOptions(args, OPTIONS);
  const lookahead = wholeNumber("ahead", values.ahead);
  const log = openLog(required("log", values.log), {
    runSeconds: wholeNumber("deadline", values.deadline),
  });
  const knowledge = {
    ...tenantOf(values.tenant, values["any-tenant"]),
    trust: await readTrust(required("policy", values.policy)),
    checkpoint: await log.checkpoint(),
    log,
    ...(lookahead === undefined ? {} : { lookahead }),
    ...(process.stderr.isTTY ? { progress: shown } : {}),
  };
  const report = await auditExport(await openExport(streamInput(source)), knowledge);
  console.log(values.json ? auditForMachines(report) : auditForPeople(report));
  return report.verified ? EXIT.passed : EXIT.failed;
}

const shown: Progress = (done, count, of) => {
  const end = count + 100_000 >= of ? "\r\u001b[K" : "";
  process.stderr.write(`\r${count} of ${of} ${done === "entries" ? "entries of the log" : "labels"}${end}`);
};
