import { capitalized, documentNeedText, numberText, spanText } from "../../policy/policy-sentence.ts";
import type { DocumentNeed, PolicyDocument } from "../../policy/policy-document.ts";
import type { Policy } from "../../policy/policy.ts";
import type { Need } from "../../policy/seats.ts";
import type { DrillNeed, DrillPart, DrillPerson } from "./policies-page-data.ts";

// Whether the people of a policy could sign now, need by need, in plain words.

type People = ReadonlyMap<string, DrillPerson>;

export function drillParts(written: PolicyDocument, policy: Policy, people: People): readonly DrillPart[] {
  const hasStages = written.stages.length > 1;
  const stages = written.stages.map(({ name, needs }, place) => ({
    title: hasStages ? `Stage ${numberText(place + 1)}${name === "" ? "" : `: ${name}`}` : "",
    needs: drillNeeds(needs, policy.stages[place]?.needs ?? [], people, "must sign"),
  }));
  const escalations = written.escalations.map(({ afterSeconds, stage, needs }, place) => ({
    title: `After ${spanText(afterSeconds)} also${hasStages ? ` in stage ${numberText(stage)}` : ""}`,
    needs: drillNeeds(
      needs,
      policy.escalations[place]?.needs ?? [],
      people,
      `may sign after ${spanText(afterSeconds)}`,
    ),
  }));
  return [...stages, ...escalations];
}

function drillNeeds(
  needs: readonly DocumentNeed[],
  resolved: readonly Need[],
  people: People,
  verb: string,
): readonly DrillNeed[] {
  return needs.map((need, place) => {
    const of = (resolved[place]?.of ?? []).flatMap((id) => people.get(id) ?? []);
    const sorted = of.toSorted((one, other) => (one.username < other.username ? -1 : 1));
    const words = capitalized(documentNeedText(need));
    return {
      words,
      count: need.count,
      people: sorted,
      missing: missingText(`${words} ${verb}`, need.count, sorted),
    };
  });
}

function missingText(words: string, count: number, people: readonly DrillPerson[]): string | null {
  const able = people.filter(({ passkeys }) => passkeys > 0);
  const reached = able.filter(({ channels, quietUntil }) => channels > 0 && quietUntil === null);
  if (able.length < count) return `${words}; ${onlyText(able.length)} can, for want of passkeys`;
  if (reached.length < count) return `${words}; ${onlyText(reached.length)} can be reached now`;
  return null;
}

function onlyText(count: number): string {
  return count === 0 ? "nobody" : `only ${numberText(count)}`;
}
