import { isPersonEffect } from "../../stream/change-effect.ts";
import type { ChangeRecord, CreatedRecord } from "../../stream/record.ts";
import type { SignedRecord } from "../receipt.ts";
import { isBackdated } from "../../stream/clock-slack.ts";

/** The seqs of the changes that the choice of a decision's policy rests on: a receipt holds who signed them. */
export function changesToProve(
  created: CreatedRecord,
  changes: readonly ChangeRecord[],
  { record, evidence: { policy, signers } }: SignedRecord,
): ReadonlySet<number> {
  const [first] = signers;
  if (record.type !== "decision" || first === undefined) return new Set();
  const rules = changes.filter(({ type }) => type === "rules.changed");
  if (policy === null) {
    const last = lastAround([created, ...rules], first.statement.created);
    // Those that ended the rules, so that nobody else can have done it.
    return new Set(
      last.filter((one) => "change" in one.body && documentOf(one) === null).map(({ seq }) => seq),
    );
  }
  if (policy.chosen === null) return new Set();
  const { seq: last, document, groups } = policy.chosen;
  const named = new Set([document, ...groups]);
  const earlier = changes.filter(({ seq }) => seq <= last);
  const versions = new Map(
    earlier.flatMap((change) => {
      const hash = change.type === "rules.changed" ? null : documentOf(change);
      return hash !== null && named.has(hash) ? [[hash, change.seq] as const] : [];
    }),
  );
  const lastRules = rules.findLast(({ seq }) => seq <= last);
  // Each later change of the same kind, too: a record could deny that it replaced one of these versions.
  const later = earlier.filter(({ type, seq }) => {
    const since = type === "policy.changed" ? [document] : type === "group.changed" ? groups : [];
    return since.some((hash) => seq > (versions.get(hash ?? "") ?? Number.POSITIVE_INFINITY));
  });
  return new Set([
    ...versions.values(),
    ...later.map(({ seq }) => seq),
    ...(lastRules === undefined ? [] : [lastRules.seq]),
  ]);
}

/** The hash of the version that a change of a document sets; null for every other change. */
function documentOf(record: CreatedRecord | ChangeRecord): string | null {
  const effect = "change" in record.body ? record.body.change : null;
  return effect === null || isPersonEffect(effect) ? null : effect.document;
}

/** Those of these changes that may have been the last one at this time, as clocks differ. */
export function lastAround<Change extends { readonly at: string }>(
  changes: readonly Change[],
  time: string,
): readonly Change[] {
  return changes.filter(({ at }, place) => {
    const next = changes[place + 1];
    const isBegun = place === 0 || !isBackdated(time, Date.parse(at));
    return isBegun && (next === undefined || !isBackdated(next.at, Date.parse(time)));
  });
}
