import type { RulesReview } from "../../../../src/core/pages/policies/policies-page-data.ts";
import { NAMED_PERSON } from "../../../../src/core/policy/document-name.ts";
import { Exact } from "../../drawn.tsx";
import type { Html } from "../../html-text.ts";
import { ZoneTime } from "../../zone-time.tsx";

/** What the author of the rules should look at before asking for them. */
export function RulesReviewSection({
  review,
  zone,
}: {
  readonly review: RulesReview;
  readonly zone: string;
}): Html {
  return (
    <>
      {review.warnings.map(({ detail }) => (
        <p class="attention">{detail}</p>
      ))}
      <Compared review={review} zone={zone} />
    </>
  );
}

/** Which of the last requests would have fallen elsewhere. */
function Compared({
  review: { compared, of, elsewhere },
  zone,
}: {
  readonly review: RulesReview;
  readonly zone: string;
}): Html {
  if (compared === 0) return <p>There is no request yet to compare with.</p>;
  const stopped = compared < of && (
    <p class="attention">
      Only the newest {compared} of {of} requests were compared: judging these rules takes long.
    </p>
  );
  if (elsewhere.length === 0)
    return (
      <>
        <p>
          {compared === 1 ? "The last request" : `Each of the last ${compared} requests`} would have fallen
          where it did.
        </p>
        {stopped}
      </>
    );
  return (
    <>
      {stopped}
      <p>
        <b>
          {elsewhere.length} of the last {compared} requests
        </b>{" "}
        would have fallen elsewhere:
      </p>
      <ul class="rows" role="list">
        {elsewhere.map(({ id, action, createdAt, before, after, rule }) => (
          <li>
            <p>
              <a href={`/console/requests/${id}`}>
                <Exact text={action} />
              </a>
            </p>
            <p>
              <span class="quiet">{namesText(before)} →</span> <b>{namesText(after)}</b>
            </p>
            <p class="quiet">
              {rule === "" ? "Every other request" : <bdi>{rule}</bdi>}; asked{" "}
              <ZoneTime at={createdAt} zone={zone} />
            </p>
          </li>
        ))}
      </ul>
    </>
  );
}

function namesText(policies: readonly string[]): string {
  if (policies.length === 0) return "refused, since the content is too large for the rules";
  return policies.map((name) => (name === NAMED_PERSON ? "the named person" : name)).join(" or ");
}
