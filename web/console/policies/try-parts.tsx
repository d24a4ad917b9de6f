import { ACTION_MAX_CHARACTERS } from "../../../src/core/confirmation/statement.ts";
import { DOCUMENT_NAME_MAX_CHARACTERS, NAMED_PERSON } from "../../../src/core/policy/document-name.ts";
import type { RuleOutcome, TryPage } from "../../../src/core/pages/policies/policies-page-data.ts";
import type { SentForm } from "../../../src/core/pages/console.ts";
import { asSentence } from "../../common/sentence.ts";
import { SelectField, TextField } from "../form-parts.tsx";
import { Fact } from "../fact.tsx";
import type { Html } from "../html-text.ts";
import { problemText } from "./draft-fault.tsx";
import { CodeField } from "./editor-parts.tsx";
import { PolicyName } from "./policies-page.tsx";

const PAYLOAD_ROWS = 6;

/** The parts of a request that decide who is asked. */
export function TryFields({
  data: { tried, keys },
  sent,
}: {
  readonly data: TryPage;
  readonly sent: SentForm | null;
}): Html {
  return (
    <>
      <TextField
        name="/action"
        label="Action"
        value={tried.action}
        sent={sent}
        maxLength={ACTION_MAX_CHARACTERS}
      />
      <CodeField
        name="/payload"
        label="Content, as JSON"
        value={tried.payload}
        rows={PAYLOAD_ROWS}
        sent={sent}
      />
      {keys.length > 0 && (
        <SelectField
          name="/key"
          label="Asked with the API key"
          value={tried.key}
          sent={sent}
          options={keys.map(({ id, label, project }) => [id, `${label} (${project})`] as const)}
        />
      )}
      <div class="pair">
        <TextField
          name="/username"
          label="Person that it names"
          value={tried.username}
          sent={sent}
          help="May be empty."
        />
        <TextField
          name="/policy"
          label="Policy that it names"
          value={tried.policy}
          sent={sent}
          maxLength={DOCUMENT_NAME_MAX_CHARACTERS}
          help="May be empty."
        />
      </div>
    </>
  );
}

function ruleText(rule: string, allowed: readonly string[]): Html {
  if (allowed.length === 0)
    return (
      <>
        Nobody can say: judging them ended at <b>{rule}</b>
      </>
    );
  return rule === "" ? <>None of them, so: every other request</> : <b>{rule}</b>;
}

/** Which rule, which policy, which people. */
export function Outcome({ outcome }: { readonly outcome: RuleOutcome | null }): Html {
  if (outcome === null) return <div id="outcome"></div>;
  const { rule, hasRules, notJudged, allowed, refused, policy, sentence, people } = outcome;
  return (
    <section id="outcome" class="card" aria-labelledby="outcome-title">
      <h2 id="outcome-title">{refused === null ? "It would be asked" : "It would be refused"}</h2>
      {refused !== null && <p class="bad">{asSentence(problemText(refused))}</p>}
      <dl class="facts">
        <Fact name="Rule">
          {!hasRules && "There are no rules"}
          {hasRules && ruleText(rule, allowed)}
          {notJudged !== "" && allowed.length > 0 && (
            <p class="attention">
              It could not be judged on this request, so it counts as matched: <bdi>{notJudged}</bdi>
            </p>
          )}
        </Fact>
        {refused !== null && allowed.length > 0 && hasRules && (
          <Fact name="It may use">
            {allowed.map((name, place) => (
              <>
                {place > 0 && ", "}
                <PolicyName name={name} />
              </>
            ))}
          </Fact>
        )}
        {refused === null && (
          <>
            <Fact name="Policy">
              <PolicyName name={policy ?? NAMED_PERSON} />
            </Fact>
            <Fact name="Who must sign">{sentence}</Fact>
            <Fact name={people.length === 1 ? "One person" : `${people.length} people`}>
              <bdi>{people.join(", ")}</bdi>
            </Fact>
          </>
        )}
      </dl>
    </section>
  );
}
