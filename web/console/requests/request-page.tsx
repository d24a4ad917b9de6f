import { durationText } from "../../common/duration.ts";
import { groupedCode } from "../../../src/core/confirmation/challenge.ts";
import type { RequestPageData } from "../../../src/core/pages/request-page-data.ts";
import { ActionForm, FormFault } from "../form-parts.tsx";
import { Exact } from "../drawn.tsx";
import { Fact } from "../fact.tsx";
import type { Html } from "../html-text.ts";
import type { View } from "../layout.tsx";
import { ZoneTime } from "../zone-time.tsx";
import { ContentSection } from "./request-content.tsx";
import { PeopleSection } from "./request-people.tsx";
import { RequestStatus } from "./request-status.tsx";
import { TimelineSection } from "./request-timeline.tsx";

/** One request: what was asked, who decided, what happened, and the proof. */
export const RequestPageView: View<RequestPageData> = ({ data, shell, sent }) => (
  <>
    <FormFault sent={sent} />
    <RequestParts data={data} zone={shell.timeZone} />
    <Proof data={data} />
    {data.canCancel && (
      <section class="danger" aria-labelledby="cancel">
        <h2 id="cancel">Cancel this request</h2>
        <p>Nobody can decide it then, and its requester learns that it was cancelled.</p>
        <ActionForm action={`/console/requests/${data.id}/cancel`} button="Cancel the request" kind="no" />
      </section>
    )}
  </>
);

/** All that happened. */
export function RequestParts({
  data,
  zone,
}: {
  readonly data: RequestPageData;
  readonly zone: string;
}): Html {
  return (
    <>
      {data.isTest && (
        <p class="test-band">
          <b>Test request.</b> Nothing real happens; approving it approves a test only.
        </p>
      )}
      <p class="row">
        <RequestStatus status={data.status} isUsed={data.timeline.some(({ what }) => what === "used")} />
        {data.canSign && (
          <a class="button small primary" href={`/approve/${data.id}`}>
            Read and decide
          </a>
        )}
      </p>
      <ContentSection data={data} zone={zone} />
      <Facts data={data} zone={zone} />
      <PeopleSection data={data} zone={zone} />
      <TimelineSection entries={data.timeline} zone={zone} />
    </>
  );
}

const REQUESTERS: Readonly<Record<RequestPageData["requester"]["kind"], string>> = {
  key: "an API key",
  oauth: "a connected program",
  person: "a person",
  service: "the service",
};

function Facts({ data, zone }: { readonly data: RequestPageData; readonly zone: string }): Html {
  const { requester, project, createdAt, expiresAt, executeWithinSeconds, status } = data;
  return (
    <dl class="facts">
      <Fact name="Asked by">
        <Exact text={requester.name} />, {REQUESTERS[requester.kind]}
      </Fact>
      {project !== "" && (
        <Fact name="Project">
          <Exact text={project} />, {data.isTest ? "test" : "live"}
        </Fact>
      )}
      <Fact name="Asked">
        <ZoneTime at={createdAt} zone={zone} />
      </Fact>
      <Fact name={status === "pending" ? "Expires" : "Would have expired"}>
        <ZoneTime at={expiresAt} zone={zone} />
      </Fact>
      {executeWithinSeconds !== null && (
        <Fact name="Can be used">for {durationText(executeWithinSeconds * 1_000)} after the approval</Fact>
      )}
      {data.content !== null && (
        <Fact name="Comparison code">
          <code>{groupedCode(data.content.code)}</code>
        </Fact>
      )}
      <Fact name="Id">
        <code>{data.id}</code>
      </Fact>
    </dl>
  );
}

function Proof({ data: { id, hasReceipt, isChange, status } }: { readonly data: RequestPageData }): Html {
  const isSigned = status === "approved" || status === "rejected";
  return (
    <section aria-labelledby="proof">
      <h2 id="proof">Proof</h2>
      {!hasReceipt && <p class="quiet">There is a receipt once the outcome is in the log.</p>}
      {hasReceipt && (
        <>
          <p>
            The receipt proves what was asked and who decided, without trusting this service. Anyone who has
            it can read the content.
          </p>
          <p class="filter-buttons">
            <a class="button small" href={`/console/requests/${id}/receipt`} download="">
              Download the receipt
            </a>
            {isSigned && !isChange && (
              <a class="button small" href={`/verify?id=${id}`}>
                What the public can verify
              </a>
            )}
          </p>
        </>
      )}
    </section>
  );
}
