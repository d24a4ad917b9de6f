import type { ShownVote } from "../../../src/core/pages/approval.ts";
import type { RequestPageData } from "../../../src/core/pages/request-page-data.ts";
import {
  needText,
  policySentence,
  spanText,
  type Usernames,
} from "../../../src/core/policy/policy-sentence.ts";
import type { Policy } from "../../../src/core/policy/policy.ts";
import type { Need } from "../../../src/core/policy/seats.ts";
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
        <Rule data={data} />
      </div>
      <Next data={data} zone={zone} />
      {data.votes.length === 0 && data.content !== null && <p class="quiet">Nobody has signed.</p>}
      {data.votes.length > 0 && (
        <ul class="rows" role="list">
          {data.votes.map(({ username, vote, reason, at, stage, seat }) => (
            <li>
              <p>
                <b>
                  <Exact text={username} />
                </b>{" "}
                {VOTE_WORDS[vote]}
                {seat !== "" && ` for ${seat}`}
                {stageCount(data) > 1 && ` in stage ${stage}`}, <ZoneTime at={at} zone={zone} />
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

function stageCount({ asked: { policy } }: RequestPageData): number {
  return policy?.stages.length ?? 1;
}

/** Who is needed next, and what changes with time. */
function Next({ data: { progress, status }, zone }: Part): Html {
  if (progress === null || progress.need === 1 || status !== "pending") return <></>;
  const { have, need, missing, moreAt } = progress;
  return (
    <p>
      <b>
        {have} of {need}
      </b>{" "}
      have signed. Still needed: {missing}.
      {moreAt !== null && (
        <>
          {" "}
          More people are asked at <ZoneTime at={moreAt} zone={zone} />.
        </>
      )}
    </p>
  );
}

function Rule({ data }: { readonly data: RequestPageData }): Html {
  const { policy, names } = data.asked;
  if (policy === null)
    return (
      <p>
        <Exact text={Object.values(names)[0] ?? ""} /> decides alone.
      </p>
    );
  return (
    <>
      <p>
        {policy.name !== "" && (
          <>
            <b>
              <Exact text={policy.name} />
            </b>
            :{" "}
          </>
        )}
        {policySentence(policy, new Map(Object.entries(names)))}.
      </p>
      {policy.stages.map((_, index) => (
        <Stage data={data} policy={policy} stage={index + 1} />
      ))}
    </>
  );
}

/** The places of a stage, with who has filled them. */
function Stage({
  data,
  policy,
  stage,
}: {
  readonly data: RequestPageData;
  readonly policy: Policy;
  readonly stage: number;
}): Html {
  const votes = data.votes.filter((vote) => vote.stage === stage);
  const names = new Map(Object.entries(data.asked.names));
  const { name = "", needs = [] } = policy.stages[stage - 1] ?? {};
  const title = [stageTitle(data, stage), name].filter((text) => text !== "").join(" · ");
  return (
    <>
      {policy.stages.length > 1 && <p class="quiet">{title}</p>}
      <Needs needs={needs} names={names} votes={votes} />
      {policy.escalations
        .filter((each) => each.stage === stage)
        .map((escalation) => (
          <>
            <p class="quiet">After {spanText(escalation.afterSeconds)}, these are enough as well:</p>
            <Needs needs={escalation.needs} names={names} votes={votes} />
          </>
        ))}
    </>
  );
}

function stageTitle({ progress, status }: RequestPageData, stage: number): string {
  const open = progress?.stage ?? 1;
  if (status !== "pending") return `Stage ${stage}`;
  return `Stage ${stage}, ${stage < open ? "complete" : stage === open ? "open" : "later"}`;
}

function Needs({
  needs,
  names,
  votes,
}: {
  readonly needs: readonly Need[];
  readonly names: Usernames;
  readonly votes: readonly ShownVote[];
}): Html {
  return (
    <ul>
      {needs.map((need) => (
        <li>
          {need.of.length > 1 && `${needText(need, names)}: `}
          {need.of.map((id, place) => (
            <>
              {place > 0 && ", "}
              <Seat name={names.get(id) ?? id} need={need} votes={votes} />
            </>
          ))}
        </li>
      ))}
    </ul>
  );
}

function Seat({
  name,
  need,
  votes,
}: {
  readonly name: string;
  readonly need: Need;
  readonly votes: readonly ShownVote[];
}): Html {
  const signed = votes.find(({ username, seat }) => username === name && (seat === "" || seat === need.name));
  if (signed === undefined) return <Exact text={name} />;
  return (
    <b>
      <Exact text={name} /> ({VOTE_WORDS[signed.vote]})
    </b>
  );
}
