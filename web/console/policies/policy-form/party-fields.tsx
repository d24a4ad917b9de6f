import type { PolicyEditor } from "../../../../src/core/pages/policies/policies-page-data.ts";
import { DECIDING_ROLES } from "../../../../src/core/policy/policy-document.ts";
import type { SentForm } from "../../../../src/core/pages/console.ts";
import { CheckField, FieldGroup } from "../../form-parts.tsx";
import type { Html } from "../../html-text.ts";

export type Parties = Pick<PolicyEditor, "people" | "groups">;

/** Check boxes for groups, roles and people. The people are behind one more click, unless one is chosen. */
export function PartyFields({
  name,
  legend,
  chosen,
  parties: { people, groups },
  sent,
}: {
  readonly name: string;
  readonly legend: string;
  readonly chosen: readonly string[];
  readonly parties: Parties;
  readonly sent: SentForm | null;
}): Html {
  const box = (value: string, label: string) => (
    <CheckField name={name} value={value} label={label} checked={chosen.includes(value)} sent={null} />
  );
  const chosenPeople = chosen.filter((key) => key.startsWith("person:")).length;
  return (
    <FieldGroup name={name} legend={legend} sent={sent}>
      <div class="boxes">
        {groups.map((group) => box(`group:${group}`, group))}
        {DECIDING_ROLES.map((role) => box(`role:${role}`, `All ${role}s`))}
      </div>
      <details class="people" open={chosenPeople > 0}>
        <summary>Single people{chosenPeople > 0 && `: ${chosenPeople} chosen`}</summary>
        <div class="boxes">{people.map(({ id, username }) => box(`person:${id}`, username))}</div>
      </details>
    </FieldGroup>
  );
}
