import type { Need } from "../../../src/core/policy/seats.ts";
import type { AskedPeople, RequestPageData } from "../../../src/core/pages/request-page-data.ts";
import { durationText } from "../../common/duration.ts";
import { VOTE_WORDS } from "../../common/vote-words.ts";
import { Exact } from "../drawn.tsx";
import type { Html } from "../html-text.ts";
import { ZoneTime } from "../zone-time.tsx";

interface Part {
  readonly data: RequestPageData;
  readonly zone: string;
}

/** Who must sign, and who has signed. */
export function PeopleSection({ data, zone }: Part): Html {
  return (
    <section aria-labelledby="people">
      <h2 id="people">Who decides</h2>
      <div class="card">
        <Rule asked={data.asked} />
      </div>
      {data.votes.length === 0 && data.content !== null && <p class="quiet">Nobody has signed.</p>}
      {data.votes.length > 0 && (
        <ul class="rows" role="list">
          {data.votes.map(({ username, vote, reason, at }) => (
            <li>
              <p>
                <b>
                  <Exact text={username} />
                </b>{" "}
                {VOTE_WORDS[vote]}, <ZoneTime at={at} zone={zone} />
              </p>
              {reason !== "" && (
                <p class="reason">
                  <Exact text={reason} />
                </p>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Rule({ asked: { policy, names } }: { readonly asked: AskedPeople }): Html {
  if (policy === null)
    return (
      <p>
        <Exact text={Object.values(names)[0] ?? ""} /> decides alone.
      </p>
    );
  return (
    <>
      {policy.name !== "" && (
        <p>
          The policy <Exact text={policy.name} />:
        </p>
      )}
      {policy.stages.map(({ name, needs }, index) => (
        <>
          {policy.stages.length > 1 && (
            <p>
              Stage {index + 1}
              {name !== "" && (
                <>
                  : <Exact text={name} />
                </>
              )}
            </p>
          )}
          <Needs needs={needs} names={names} />
          {policy.escalations
            .filter(({ stage }) => stage === index + 1)
            .map((escalation) => (
              <>
                <p>After {durationText(escalation.afterSeconds * 1_000)}, these are enough as well:</p>
                <Needs needs={escalation.needs} names={names} />
              </>
            ))}
        </>
      ))}
      {policy.excludeRequester && <p class="quiet">The person who asked does not count.</p>}
      {policy.rejection === "impossible" && (
        <p class="quiet">A rejection ends it once the policy can no longer be met.</p>
      )}
      {policy.breakGlass.length > 0 && (
        <p class="quiet">
          In an emergency one of these may approve alone:{" "}
          {policy.breakGlass.map((id) => names[id]).join(", ")}.
        </p>
      )}
    </>
  );
}

function Needs({
  needs,
  names,
}: {
  readonly needs: readonly Need[];
  readonly names: AskedPeople["names"];
}): Html {
  return (
    <ul>
      {needs.map(({ name, count, of }) => (
        <li>
          {count === of.length ? "all" : count} of
          {name !== "" && (
            <>
              {" "}
              <Exact text={name} />
            </>
          )}
          :
          <ul>
            {of.map((id) => (
              <li>
                <Exact text={names[id] ?? id} />
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ul>
  );
}
