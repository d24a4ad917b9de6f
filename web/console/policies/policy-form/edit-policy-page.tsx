import { roleHas } from "../../../../src/core/account/rights.ts";
import { DOCUMENT_NAME_MAX_CHARACTERS } from "../../../../src/core/policy/document-name.ts";
import { STARTERS } from "../../../../src/core/policy/policy-starters.ts";
import type { PolicyEditor } from "../../../../src/core/pages/policies/policies-page-data.ts";
import { asSentence } from "../../../common/sentence.ts";
import { FormFault, Hidden, TextField } from "../../form-parts.tsx";
import type { Html } from "../../html-text.ts";
import type { View } from "../../layout.tsx";
import { problemOf, problemText } from "../draft-fault.tsx";
import { EnterButton, RemoveForm, StepButton } from "../editor-parts.tsx";
import { EscalationFields } from "./escalation-fields.tsx";
import { StageFields } from "./stage-fields.tsx";
import { TermFields } from "./term-fields.tsx";

/** A policy while it is edited. Nothing is kept before a change is asked for. */
export const EditPolicyView: View<PolicyEditor> = ({ data, shell, sent }) => {
  const { name, draft, replaces } = data;
  const action = name === null ? "/console/new-policy" : `/console/policies/${name}/edit`;
  const faults = problemOf(sent, data.problem);
  const parts = { action, draft, parties: data, sent: faults };
  return (
    <>
      {sent !== null && <FormFault sent={faults} />}
      {name === null && <Starters isOpen={isUntouched(data)} />}
      <form method="post" action={action} class="editor">
        <EnterButton />
        <Hidden name="replaces" value={replaces ?? ""} />
        {name === null && (
          <TextField
            name="/name"
            label="Name"
            value={draft.name}
            sent={faults}
            maxLength={DOCUMENT_NAME_MAX_CHARACTERS}
            help="a-z, 0-9 and hyphen, such as large-payments. It can’t be changed later."
          />
        )}
        <StageFields {...parts} />
        <EscalationFields {...parts} />
        <TermFields {...parts} />
        <section class="card words" id="words" aria-labelledby="in-words">
          <h2 id="in-words">In plain words</h2>
          <Words data={data} />
          <div class="choices">
            <StepButton action={action} step="show" to="words" text="Show the sentence" kind="" />
            {roleHas(shell.role, "policies.change") && (
              <button type="submit" name="do" value="ask" class="primary">
                Ask for this {name === null ? "policy" : "change"}
              </button>
            )}
          </div>
          <p class="quiet">Somebody who manages people signs before it is in force.</p>
        </section>
      </form>
      {name !== null && roleHas(shell.role, "policies.change") && (
        <RemoveForm
          action={`/console/policies/${name}/remove`}
          replaces={replaces ?? ""}
          title="Remove the policy"
          label="No request will be made under it any more"
        >
          <p>Take it out of the rules first. Requests that are waiting keep it.</p>
        </RemoveForm>
      )}
      <p>
        <a href="/console/policies">All policies</a>
      </p>
    </>
  );
};

function Words({ data: { sentence, problem } }: { readonly data: PolicyEditor }): Html {
  return (
    <>
      <p class="sentence">{sentence ?? "Choose who must sign."}</p>
      {problem !== null && <p class="attention">{asSentence(problemText(problem))}</p>}
    </>
  );
}

/** Nothing was chosen yet: neither a template nor anybody who must sign. */
function isUntouched({ draft: { name, stages }, problem }: PolicyEditor): boolean {
  const needs = stages.flatMap((stage) => stage.needs);
  return (
    name === "" &&
    problem === null &&
    needs.length === 1 &&
    needs[0]?.count === "1" &&
    needs[0].from.length === 0
  );
}

/** Policies to start from. */
function Starters({ isOpen }: { readonly isOpen: boolean }): Html {
  return (
    <details class="card" open={isOpen}>
      <summary>Start from a template</summary>
      <ul class="starters" role="list">
        {Object.entries(STARTERS).map(([starter, { title, text }]) => (
          <li>
            <a href={`/console/new-policy?from=${starter}`}>{title}</a>
            <p class="quiet">{text}</p>
          </li>
        ))}
      </ul>
    </details>
  );
}
