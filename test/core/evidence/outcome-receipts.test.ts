import { beforeAll, expect, it } from "vitest";
import type { ExportRow } from "../../../src/core/evidence/export.ts";
import { createLog } from "../../support/log/memory-log.ts";
import { headerOf } from "../../support/evidence/export-file.ts";
import { OUTCOMES, ROWS, timesOf, VOTE_SETS, type Cell } from "../../support/evidence/outcome-cells.ts";
import { expectedFailures } from "../../support/evidence/outcome-oracle.ts";
import { idOf, policyOf } from "../../support/evidence/outcome-records.ts";
import { failedChecks, verifiedReport } from "../../support/evidence/sample-company.ts";
import {
  auditOptions,
  auditRows,
  erase,
  failedChecks as failedAuditChecks,
} from "../../support/evidence/sample-history.ts";
import { createPerson, TestTenant, type TestPerson } from "../../support/evidence/sample-tenant.ts";

// Some cells of the table as real records: signed, sealed and logged by an operator who doesn't check them. The
// receipt of each fails exactly the checks that the table names, and the audit of the tenant's export `decisions`.

const ALL_CELLS = VOTE_SETS.flatMap(([set, votes]) =>
  ROWS.flatMap(({ name, rules, requester }) =>
    timesOf(rules).flatMap((elapsedMs) =>
      OUTCOMES.map((outcome) => ({
        name: `${outcome}, ${name}, ${set}, after ${elapsedMs} ms`,
        cell: { outcome, votes, rules, requester, elapsedMs } satisfies Cell,
      })),
    ),
  ),
);
/** So many of the accepted cells, and so many of the refused ones, evenly spread. */
const SAMPLE = 32;
const isAccepted = ({ cell }: (typeof ALL_CELLS)[number]) => expectedFailures(cell) === "";
const spread = <Value>(all: readonly Value[]): readonly Value[] =>
  all.filter((_value, index) => index % Math.floor(all.length / SAMPLE) === 0).slice(0, SAMPLE);
const CELLS = [
  ...spread(ALL_CELLS.filter(isAccepted)),
  ...spread(ALL_CELLS.filter((one) => !isAccepted(one))),
].map((one, index) => ({ ...one, index }));

const MEMBERS = ["ann", "bob", "cat", "eli", "gus", "hal", "ida"];
let tenant: TestTenant;
/** By the index of the cell. The changes that lead to a cell's policy are between them. */
const seqs: number[] = [];

beforeAll(async () => {
  const owner = await createPerson("olga");
  const people = await Promise.all(MEMBERS.map((username) => createPerson(username)));
  tenant = new TestTenant(await createLog("log.example/cells", 3), owner);
  for (const person of people) await tenant.endorse(person, "approver", owner);
  for (const { cell } of CELLS) seqs.push(await decide(cell, people));
  tenant.sealUnsigned("erased", { rule: "x", spans: seqs.map((seq) => ({ from: seq, to: seq })) });
});

async function decide(
  { outcome, votes, rules, requester, elapsedMs }: Cell,
  people: readonly TestPerson[],
): Promise<number> {
  return tenant.decide({
    outcome,
    policy: rules && policyOf(rules),
    requester: { kind: "key", id: "k_1", name: "ci", person: requester && idOf(requester) },
    votes: votes.flatMap(({ by, vote, reason }) =>
      people.filter(({ username }) => username === by).map((person) => ({ by: person, vote, reason })),
    ),
    sealedAfter: elapsedMs / 1_000,
  });
}

/** The export, with the decisions of all other cells erased. */
function rowsWithOnly(seq: number): readonly ExportRow[] {
  return erase(
    tenant,
    seqs.filter((other) => other !== seq),
  );
}

it.each(CELLS)("$name", async ({ cell, index }) => {
  const seq = seqs[index] ?? 0;
  const failures = expectedFailures(cell);
  const report = await verifiedReport(await tenant.receipt(seq), {
    tenant: tenant.stream,
    trust: tenant.log.trust(2),
    streamKey: tenant.streamKey,
  });
  expect([report.verified, failedChecks(report)]).toEqual([failures === "", failures]);
  const audit = await auditRows(headerOf(tenant), rowsWithOnly(seq), await auditOptions(tenant));
  expect(failedAuditChecks(audit)).toBe(failures === "" ? "" : "decisions");
});
