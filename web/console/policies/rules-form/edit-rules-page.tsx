import { roleHas } from "../../../../src/core/account/rights.ts";
import { RULES_MAX } from "../../../../src/core/rules/rules-document.ts";
import type { RulesEditor } from "../../../../src/core/pages/policies/policies-page-data.ts";
import type { SentForm, Shell } from "../../../../src/core/pages/console.ts";
import { asSentence } from "../../../common/sentence.ts";
import { FormFault, Hidden } from "../../form-parts.tsx";
import type { Html } from "../../html-text.ts";
import type { View } from "../../layout.tsx";
import { problemOf, problemText } from "../draft-fault.tsx";
import { EnterButton, RemoveForm, StepButton } from "../editor-parts.tsx";
import { PolicySelects, RuleFields } from "./rule-fields.tsx";
import { RulesReviewSection } from "./rules-review.tsx";
import { Outcome, TryFields } from "../try-parts.tsx";

const ACTION = "/console/rules";

/** The rules while they are edited. Nothing is kept before a change is asked for. */
export const EditRulesView: View<RulesEditor> = ({ data, shell, sent }) => {
  const { draft, replaces, review } = data;
  const faults = problemOf(sent, data.rulesProblem);
  const changes = roleHas(shell.role, "policies.change");
  return (
    <>
      {sent !== null && <FormFault sent={faults} />}
      <p class="quiet">
        The first rule whose condition is true chooses who must sign. A condition that can’t be judged on a
        request counts as true, so put the strict rules first.{" "}
        <a href="/docs/rules">How to write a condition</a>
      </p>
      <form method="post" action={ACTION} class="editor">
        <EnterButton />
        <Hidden name="replaces" value={replaces ?? ""} />
        {review !== null && <Hidden name="reviewed" value={review.hash} />}
        <RuleList data={data} sent={faults} />
        <section class="card" id="otherwise" aria-labelledby="otherwise-title">
          <h2 id="otherwise-title">Every other request</h2>
          <PolicySelects
            name="/otherwise"
            chosen={draft.otherwise}
            policies={data.policies.map(({ name }) => name)}
            sent={faults}
          />
        </section>
        <details class="card" open={data.outcome !== null || data.problem !== null}>
          <summary>Try these rules on a request</summary>
          <TryFields data={data} sent={problemOf(null, data.problem)} />
          <StepButton action={ACTION} step="try" to="outcome" text="Try it" kind="" />
          <Outcome outcome={data.outcome} />
        </details>
        <Review data={data} shell={shell} />
      </form>
      {changes && replaces !== null && (
        <RemoveForm
          action="/console/rules/remove"
          replaces={replaces}
          title="Remove all rules"
          label="A request may then name any policy, or any person"
        />
      )}
      <p>
        <a href="/console/policies">All policies and rules</a>
      </p>
    </>
  );
};

/** The last step: what would be different, and then the button that asks for it. */
function Review({ data, shell }: { readonly data: RulesEditor; readonly shell: Shell }): Html {
  const { review, rulesProblem } = data;
  return (
    <section class="card words" id="review" aria-labelledby="review-title">
      <h2 id="review-title">{review === null ? "Before you ask for it" : "What would be different"}</h2>
      {rulesProblem !== null && <p class="attention">{asSentence(problemText(rulesProblem))}</p>}
      {review !== null && <RulesReviewSection review={review} zone={shell.timeZone} />}
      <div class="choices">
        <StepButton
          action={ACTION}
          step="review"
          to="review"
          text={review === null ? "Look at what would be different" : "Compare again"}
          kind={review === null ? "primary" : ""}
        />
        {roleHas(shell.role, "policies.change") && review !== null && (
          <button type="submit" name="do" value="ask" class="primary">
            Ask for these rules
          </button>
        )}
      </div>
      <p class="quiet">Somebody who manages people signs before they are in force.</p>
    </section>
  );
}

function RuleList({ data, sent }: { readonly data: RulesEditor; readonly sent: SentForm | null }): Html {
  const { rules } = data.draft;
  return (
    <section aria-labelledby="rules">
      <h2 id="rules">Rules, in order</h2>
      {rules.length === 0 && <p class="empty">No rule yet: every request is treated alike.</p>}
      <ol class="plain" role="list">
        {rules.map((rule, place) => (
          <RuleFields
            action={ACTION}
            rule={rule}
            place={place}
            count={rules.length}
            policies={data.policies.map(({ name }) => name)}
            sent={sent}
          />
        ))}
      </ol>
      {rules.length < RULES_MAX && (
        <p>
          <StepButton action={ACTION} step="add-rule" to={`/rules/${rules.length}`} text="Add a rule" />
        </p>
      )}
      <details>
        <summary>What the policies say</summary>
        {data.policies.length === 0 && <p>There is no policy yet.</p>}
        <dl class="facts">
          {data.policies.map(({ name, sentence }) => (
            <div>
              <dt>{name}</dt>
              <dd>{sentence}</dd>
            </div>
          ))}
        </dl>
      </details>
    </section>
  );
}
