import { POLICY_MAX_ESCALATIONS, POLICY_MAX_SEATS } from "../../../../src/core/policy/policy.ts";
import type { EscalationDraft, PolicyDraft } from "../../../../src/core/pages/policies/policy-draft.ts";
import { SPAN_MAX_CHARACTERS } from "../../../../src/core/pages/policies/span-field.ts";
import type { SentForm } from "../../../../src/core/pages/console.ts";
import { SelectField, TextField } from "../../form-parts.tsx";
import type { Html } from "../../html-text.ts";
import { StepButton } from "../editor-parts.tsx";
import { NeedFields } from "./need-fields.tsx";
import type { Parties } from "./party-fields.tsx";

interface EscalationProps {
  readonly action: string;
  readonly draft: PolicyDraft;
  readonly parties: Parties;
  readonly sent: SentForm | null;
}

/** Who is enough as well, some time after the request. */
export function EscalationFields(props: EscalationProps): Html {
  const { action, draft, sent } = props;
  const { escalations } = draft;
  return (
    <section aria-labelledby="escalations">
      <h2 id="escalations">If nobody answers</h2>
      <p class="quiet">
        After some time, others may sign as well. Those who were asked first can still sign.
      </p>
      {escalations.map((escalation, place) => (
        <OneEscalation {...props} escalation={escalation} place={place} />
      ))}
      {escalations.length < POLICY_MAX_ESCALATIONS && (
        <p>
          <StepButton
            action={action}
            step="add-escalation"
            to={`/escalations/${escalations.length}`}
            text="Ask others after some time"
          />
        </p>
      )}
      {(escalations.length > 0 || draft.minimum !== "") && (
        <TextField
          name="/minimum"
          label="Never fewer people than"
          value={draft.minimum}
          sent={sent}
          type="number"
          min={1}
          max={POLICY_MAX_SEATS}
          help="Empty: as many as the smallest of these ways needs."
        />
      )}
    </section>
  );
}

function OneEscalation({
  action,
  draft,
  parties,
  sent,
  escalation: { after, stage, needs },
  place,
}: EscalationProps & { readonly escalation: EscalationDraft; readonly place: number }): Html {
  const at = `/escalations/${place}`;
  const stages = draft.stages.map((_, index) => [String(index + 1), `Stage ${index + 1}`] as const);
  return (
    <div class="card" id={at}>
      <TextField
        name={`${at}/afterSeconds`}
        label="After"
        value={after}
        sent={sent}
        maxLength={SPAN_MAX_CHARACTERS}
        help="Such as 30 min, 2 hours or 1 day; counted from when the request was made."
      />
      {stages.length > 1 ? (
        <SelectField name={`${at}/stage`} label="In" value={stage} sent={sent} options={stages} />
      ) : (
        <input type="hidden" name={`${at}/stage`} value="1" />
      )}
      <NeedFields
        action={action}
        needs={needs}
        at={at}
        place={place}
        of="escalation"
        parties={parties}
        sent={sent}
      >
        <StepButton
          action={action}
          step={`remove-escalation ${place}`}
          to="escalations"
          text={`Remove step ${place + 1}`}
        />
      </NeedFields>
    </div>
  );
}
