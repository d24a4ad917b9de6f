import { roleHas } from "../../../src/core/account/rights.ts";
import type { DrillRequest, PolicyPage } from "../../../src/core/pages/policies/policies-page-data.ts";
import type { Shell } from "../../../src/core/pages/console.ts";
import { VOTE_WORDS } from "../../common/vote-words.ts";
import { ActionForm, Hidden } from "../form-parts.tsx";
import type { Html } from "../html-text.ts";
import { ZoneTime } from "../zone-time.tsx";

/** Test requests to everybody in the policy, and who has answered. */
export function DrillSection({ data, shell }: { readonly data: PolicyPage; readonly shell: Shell }): Html {
  const { name, drills, state, newRequestId } = data;
  const sends = roleHas(shell.role, "policies.change") && data.problem === null;
  if (!sends && drills.length === 0) return <></>;
  return (
    <section aria-labelledby="drill">
      <h2 id="drill">Test it</h2>
      {sends && (
        <>
          <p>
            A test request goes to everybody in the policy who can sign, at once and for 24 hours. It counts
            nothing and changes nothing; here you see who has answered.
          </p>
          <ActionForm
            action={`/console/policies/${name}/drill`}
            button="Send a test request"
            kind={state === "not" ? "" : "primary"}
          >
            <Hidden name="id" value={newRequestId} />
          </ActionForm>
        </>
      )}
      {drills.map((drill) => (
        <DrillCard drill={drill} shell={shell} />
      ))}
    </section>
  );
}

function DrillCard({ drill, shell }: { readonly drill: DrillRequest; readonly shell: Shell }): Html {
  const { id, createdAt, expiresAt, isOpen, answered, silent } = drill;
  const zone = shell.timeZone;
  return (
    <div class="card">
      <p>
        <span class="test-mark">Test</span>{" "}
        <b>
          {answered.length} of {answered.length + silent.length} have answered
        </b>
      </p>
      <p class="quiet">
        Sent <ZoneTime at={createdAt} zone={zone} />
        {isOpen && (
          <>
            , open until <ZoneTime at={expiresAt} zone={zone} />
          </>
        )}
        . <a href={`/console/requests/${id}`}>Look at the request</a>
      </p>
      <ul class="plain" role="list">
        {answered.map(({ username, vote, at }) => (
          <li>
            <bdi>{username}</bdi> {VOTE_WORDS[vote]}, <ZoneTime at={at} zone={zone} />
          </li>
        ))}
        {silent.map((username) => (
          <li class="attention">
            <bdi>{username}</bdi> {isOpen ? "has not answered yet" : "did not answer"}
          </li>
        ))}
      </ul>
    </div>
  );
}
