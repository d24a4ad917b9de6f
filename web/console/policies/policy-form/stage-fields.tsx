import { POLICY_MAX_STAGES } from "../../../../src/core/policy/policy.ts";
import { STAGE_NAME_MAX_CHARACTERS } from "../../../../src/core/policy/policy-document.ts";
import type { PolicyDraft, StageDraft } from "../../../../src/core/pages/policies/policy-draft.ts";
import type { SentForm } from "../../../../src/core/pages/console.ts";
import { Hidden, TextField } from "../../form-parts.tsx";
import type { Html } from "../../html-text.ts";
import { StepButton } from "../editor-parts.tsx";
import { NeedFields } from "./need-fields.tsx";
import type { Parties } from "./party-fields.tsx";

interface StageProps {
  readonly action: string;
  readonly draft: PolicyDraft;
  readonly parties: Parties;
  readonly sent: SentForm | null;
}

/** Who must sign: in one stage, or in several after each other. */
export function StageFields(props: StageProps): Html {
  const { stages } = props.draft;
  return (
    <section aria-labelledby="stages">
      <h2 id="stages">Who must sign</h2>
      {stages.map((stage, place) => (
        <OneStage {...props} stage={stage} place={place} />
      ))}
      {stages.length < POLICY_MAX_STAGES && (
        <p>
          <StepButton
            action={props.action}
            step="add-stage"
            to={`/stages/${stages.length}`}
            text="Then ask others, in a later stage"
          />
        </p>
      )}
    </section>
  );
}

function OneStage({
  action,
  draft,
  parties,
  sent,
  stage: { name, needs },
  place,
}: StageProps & { readonly stage: StageDraft; readonly place: number }): Html {
  const at = `/stages/${place}`;
  const hasStages = draft.stages.length > 1;
  return (
    <div class="card" id={at}>
      {hasStages && <h3>Stage {place + 1}</h3>}
      {hasStages ? (
        <TextField
          name={`${at}/name`}
          label="Name of the stage"
          value={name}
          sent={sent}
          maxLength={STAGE_NAME_MAX_CHARACTERS}
          help="May be empty."
        />
      ) : (
        <Hidden name={`${at}/name`} value={name} />
      )}
      <NeedFields
        action={action}
        needs={needs}
        at={at}
        place={place}
        of="stage"
        parties={parties}
        sent={sent}
      >
        {hasStages && (
          <StepButton
            action={action}
            step={`remove-stage ${place}`}
            to="stages"
            text={`Remove stage ${place + 1}`}
          />
        )}
      </NeedFields>
    </div>
  );
}
