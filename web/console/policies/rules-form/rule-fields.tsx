import { NAMED_PERSON } from "../../../../src/core/policy/document-name.ts";
import {
  EXPRESSION_MAX_CHARACTERS,
  RULE_NAME_MAX_CHARACTERS,
  RULE_POLICIES_MAX,
} from "../../../../src/core/rules/rules-document.ts";
import type { RuleDraft } from "../../../../src/core/pages/policies/rules-draft.ts";
import type { SentForm } from "../../../../src/core/pages/console.ts";
import { TextField } from "../../form-parts.tsx";
import type { Html } from "../../html-text.ts";
import { CodeField, StepButton } from "../editor-parts.tsx";

interface RuleProps {
  readonly action: string;
  readonly rule: RuleDraft;
  readonly place: number;
  /** Of all rules. */
  readonly count: number;
  /** The names of the policies there are. */
  readonly policies: readonly string[];
  readonly sent: SentForm | null;
}

const WHEN_ROWS = 2;

export function RuleFields({ action, rule, place, count, policies, sent }: RuleProps): Html {
  const at = `/rules/${place}`;
  const called = rule.name === "" ? `rule ${place + 1}` : `the rule ${rule.name}`;
  return (
    <li class="card" id={at}>
      <TextField
        name={`${at}/name`}
        label={`Rule ${place + 1}`}
        value={rule.name}
        sent={sent}
        maxLength={RULE_NAME_MAX_CHARACTERS}
      />
      <CodeField
        name={`${at}/when`}
        label="If"
        value={rule.when}
        rows={WHEN_ROWS}
        sent={sent}
        maxLength={EXPRESSION_MAX_CHARACTERS}
      />
      <PolicySelects name={`${at}/policies`} chosen={rule.policies} policies={policies} sent={sent} />
      <div class="choices">
        {place > 0 && (
          <StepButton
            action={action}
            step={`rule-up ${place}`}
            to={`/rules/${place - 1}`}
            text="Move up"
            about={called}
          />
        )}
        {place < count - 1 && (
          <StepButton
            action={action}
            step={`rule-down ${place}`}
            to={`/rules/${place + 1}`}
            text="Move down"
            about={called}
          />
        )}
        <StepButton action={action} step={`remove-rule ${place}`} to="rules" text="Remove" about={called} />
      </div>
    </li>
  );
}

/** In order: the first that the request can use is taken. After the chosen ones comes an empty choice. */
export function PolicySelects({
  name,
  chosen,
  policies,
  sent,
}: {
  readonly name: string;
  readonly chosen: readonly string[];
  readonly policies: readonly string[];
  readonly sent: SentForm | null;
}): Html {
  const fault = sent?.problem.fields[name];
  const shown = chosen.length < RULE_POLICIES_MAX ? [...chosen, ""] : chosen;
  return (
    <div class="field">
      <div class="selects">
        {shown.map((policy, place) => (
          <div>
            <label for={`${name}/${place}`}>
              {place === 0 ? "Then who must sign" : "Or, if the request names it"}
            </label>
            <select
              id={`${name}/${place}`}
              name={name}
              aria-describedby={fault === undefined ? undefined : `${name}-fault`}
            >
              <option value="">{place === 0 ? "Choose a policy" : "Nothing else"}</option>
              <PolicyOptions policies={policies} chosen={policy} />
            </select>
          </div>
        ))}
      </div>
      {fault && (
        <p class="fault" id={`${name}-fault`}>
          {fault}
        </p>
      )}
    </div>
  );
}

/** With one that is chosen and is not there any more. */
function PolicyOptions({
  policies,
  chosen,
}: {
  readonly policies: readonly string[];
  readonly chosen: string;
}): Html {
  const all = new Set([...policies, NAMED_PERSON, ...(chosen === "" ? [] : [chosen])]);
  return (
    <>
      {[...all].map((option) => (
        <option value={option} selected={option === chosen}>
          {option === NAMED_PERSON ? "The person whom the request names" : option}
        </option>
      ))}
    </>
  );
}
