import { roleHas } from "../../../src/core/account/rights.ts";
import { NAMED_PERSON } from "../../../src/core/policy/document-name.ts";
import type { PoliciesPage, SinceRecord } from "../../../src/core/pages/policies/policies-page-data.ts";
import type { Shell } from "../../../src/core/pages/console.ts";
import { asSentence } from "../../common/sentence.ts";
import type { Html } from "../html-text.ts";
import type { View } from "../layout.tsx";
import { ZoneTime } from "../zone-time.tsx";
import { WaitingDocuments } from "./waiting-documents.tsx";

/** Who must sign what: the rules, the policies that they choose, and the groups that these name. */
export const PoliciesView: View<PoliciesPage> = ({ data, shell }) => {
  const changes = roleHas(shell.role, "policies.change");
  return (
    <>
      <p class="quiet">
        A policy says who must sign. Rules choose the policy of each request. Every version is signed by
        somebody who manages people, and is in the log.
      </p>
      <WaitingDocuments waiting={data.waiting} shell={shell} />
      <RulesSection data={data} shell={shell} changes={changes} />
      <PolicyRows data={data} shell={shell} changes={changes} />
      <GroupRows data={data} shell={shell} changes={changes} />
    </>
  );
};

interface SectionProps {
  readonly data: PoliciesPage;
  readonly shell: Shell;
  readonly changes: boolean;
}

function RulesSection({ data: { rules, policies }, shell, changes }: SectionProps): Html {
  return (
    <section aria-labelledby="rules">
      <div class="row">
        <h2 id="rules">Rules</h2>
        <div class="choices">
          <a class="button small" href="/console/try">
            Try a request
          </a>
          {changes && policies.length + (rules?.document.rules.length ?? 0) > 0 && (
            <a class="button small" href="/console/rules">
              {rules === null ? "Write rules" : "Change the rules"}
            </a>
          )}
        </div>
      </div>
      {rules === null ? (
        <p class="empty">
          There are no rules. A request may name any policy, or a person who decides alone.
          {policies.length === 0 && " Start with a policy; rules come after it."}
        </p>
      ) : (
        <>
          <ol class="rows numbered">
            {rules.document.rules.map(({ name, when, policies: allowed }) => (
              <li>
                <p>
                  <b>
                    <bdi>{name}</bdi>
                  </b>
                </p>
                <p>
                  If <code>{when}</code>
                </p>
                <p>
                  <Allowed policies={allowed} />
                </p>
              </li>
            ))}
            <li class="last">
              <p>
                <b>Every other request</b>
              </p>
              <p>
                <Allowed policies={rules.document.otherwise} />
              </p>
            </li>
          </ol>
          <p class="quiet">
            The first rule that matches counts. <Since of={rules} shell={shell} />
          </p>
        </>
      )}
    </section>
  );
}

/** "→ finance, or legal or board if the request names it". */
function Allowed({ policies: [first = "", ...others] }: { readonly policies: readonly string[] }): Html {
  return (
    <>
      → <PolicyName name={first} />
      {others.length > 0 && ", or "}
      {others.map((name, place) => (
        <>
          {place > 0 && " or "}
          <PolicyName name={name} />
        </>
      ))}
      {others.length > 0 && " if the request names it"}
    </>
  );
}

export function PolicyName({ name }: { readonly name: string }): Html {
  if (name === NAMED_PERSON) return <>the person whom the request names</>;
  return <a href={`/console/policies/${name}`}>{name}</a>;
}

function PolicyRows({ data: { policies, groups }, shell, changes }: SectionProps): Html {
  return (
    <section aria-labelledby="policies">
      <div class="row">
        <h2 id="policies">Policies</h2>
        {changes && (
          <a class="button small" href="/console/new-policy">
            New policy
          </a>
        )}
      </div>
      {policies.length === 0 && (
        <p class="empty">
          No policy yet: every request is decided by the one person whom it names.
          {groups.length === 0 && " Most policies ask people of a group, so begin with a group."}
        </p>
      )}
      {policies.length > 0 && (
        <ul class="rows" role="list">
          {policies.map((policy) => (
            <li>
              <p>
                <a href={`/console/policies/${policy.name}`}>
                  <b>{policy.name}</b>
                </a>{" "}
                {policy.problem !== null && <span class="pill bad">Can’t be met</span>}{" "}
                {policy.problem === null && !policy.isUsed && <span class="pill">Not in the rules</span>}
              </p>
              <p>{policy.sentence}.</p>
              {policy.problem !== null && <p class="bad">{asSentence(policy.problem)}</p>}
              <p class="quiet">
                <Since of={policy} shell={shell} />
              </p>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function GroupRows({ data: { groups }, shell, changes }: SectionProps): Html {
  return (
    <section aria-labelledby="groups">
      <div class="row">
        <h2 id="groups">Groups</h2>
        {changes && (
          <a class="button small" href="/console/new-group">
            New group
          </a>
        )}
      </div>
      {groups.length === 0 && (
        <p class="empty">No group yet. A group is people under one name, such as finance.</p>
      )}
      {groups.length > 0 && (
        <ul class="rows" role="list">
          {groups.map((group) => (
            <li>
              <p>
                <a href={`/console/groups/${group.name}`}>
                  <b>{group.name}</b>
                </a>{" "}
                {group.usedBy.length === 0 && <span class="pill">In no policy</span>}
              </p>
              <p>
                <bdi>{group.members.join(", ")}</bdi>
              </p>
              <p class="quiet">
                <Since of={group} shell={shell} />
              </p>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

export function Since({
  of: { at, index },
  shell,
}: {
  readonly of: SinceRecord;
  readonly shell: Shell;
}): Html {
  return (
    <>
      In force since <ZoneTime at={at} zone={shell.timeZone} />
      {index !== null && `, entry ${index} of the log`}.
    </>
  );
}
