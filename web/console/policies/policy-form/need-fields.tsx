import type { Child } from "hono/jsx";
import type { NeedDraft } from "../../../../src/core/pages/policies/policy-draft.ts";
import { POLICY_MAX_NEEDS, POLICY_MAX_SEATS } from "../../../../src/core/policy/policy.ts";
import type { SentForm } from "../../../../src/core/pages/console.ts";
import { TextField } from "../../form-parts.tsx";
import type { Html } from "../../html-text.ts";
import { StepButton } from "../editor-parts.tsx";
import { PartyFields, type Parties } from "./party-fields.tsx";

interface NeedsProps {
  readonly action: string;
  readonly needs: readonly NeedDraft[];
  /** The pointer to what the needs belong to, such as `/stages/0`. */
  readonly at: string;
  /** Its place, and the ends of its buttons' words. */
  readonly place: number;
  readonly of: "stage" | "escalation";
  readonly parties: Parties;
  readonly sent: SentForm | null;
  /** The button that removes all of it. */
  readonly children?: Child;
}

/** The needs of a stage or of an escalation: all must be met, by different people. */
export function NeedFields({ action, needs, at, place, of, parties, sent, children }: NeedsProps): Html {
  return (
    <>
      {needs.map(({ count, from }, need) => {
        const name = `${at}/needs/${need}`;
        const fault = sent?.problem.fields[name];
        return (
          <div class="need" id={name}>
            {need > 0 && <p class="and">and</p>}
            <div class="need-count">
              <TextField
                name={`${name}/count`}
                label="How many must sign"
                value={count}
                sent={sent}
                type="number"
                min={1}
                max={POLICY_MAX_SEATS}
              />
            </div>
            <PartyFields
              name={`${name}/from`}
              legend="Of these together"
              chosen={from}
              parties={parties}
              sent={sent}
            />
            {fault && <p class="fault">{fault}</p>}
            {needs.length > 1 && (
              <StepButton
                action={action}
                step={`remove-${of}-need ${place} ${need}`}
                to={at}
                text="Remove these people"
                about={`part ${need + 1} of ${of === "stage" ? "stage" : "step"} ${place + 1}`}
              />
            )}
          </div>
        );
      })}
      <div class="choices">
        {needs.length < POLICY_MAX_NEEDS && (
          <StepButton
            action={action}
            step={`add-${of}-need ${place}`}
            to={`${at}/needs/${needs.length}`}
            text="And others as well"
            about={`in ${of === "stage" ? "stage" : "step"} ${place + 1}`}
          />
        )}
        {children}
      </div>
    </>
  );
}
