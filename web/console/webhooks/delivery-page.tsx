import { roleHas } from "../../../src/core/account/rights.ts";
import { eventText } from "../../../src/core/webhook/event-types.ts";
import type { AttemptItem, DeliveryPage } from "../../../src/core/pages/sending/webhook-page-data.ts";
import { Fact } from "../fact.tsx";
import { ActionForm, FormFault } from "../form-parts.tsx";
import type { Html } from "../html-text.ts";
import { CopiedText } from "../keys/copied-text.tsx";
import type { View } from "../layout.tsx";
import { ZoneTime } from "../zone-time.tsx";
import { answerText, DeliveryState } from "./delivery-parts.tsx";

/** One event to one webhook: the attempts, and what was sent. */
export const DeliveryView: View<DeliveryPage> = ({ data, shell, sent }) => {
  const { webhook, delivery, headers, body } = data;
  return (
    <>
      <FormFault sent={sent} />
      <Facts data={data} zone={shell.timeZone} />
      <h2>Attempts</h2>
      {delivery.attempts.length === 0 ? (
        <p class="empty">{delivery.state === "held" ? "It was never sent." : "It is sent in a moment."}</p>
      ) : (
        <ol class="rows" role="list">
          {delivery.attempts.map((attempt) => (
            <Attempt attempt={attempt} zone={shell.timeZone} />
          ))}
        </ol>
      )}
      {webhook.state === "enabled" && roleHas(shell.role, "webhooks.change") && (
        <ActionForm
          action={`/console/webhooks/${webhook.id}/deliveries/${delivery.sequence}/replay`}
          button={delivery.state === "waiting" ? "Send now" : "Send again"}
        />
      )}
      {headers !== null && (
        <>
          <h2>Headers of the last attempt</h2>
          <CopiedText
            id="headers"
            text={headers.map(([name, value]) => `${name}: ${value}`).join("\n")}
            name="the headers"
          />
          {headers.some(([, value]) => value === "…") && (
            <p class="quiet">
              The secret was rotated more than once since then, so the signature is not known.
            </p>
          )}
        </>
      )}
      <h2>Body</h2>
      <p class="quiet">The same bytes in each attempt, without a line break at the end.</p>
      <CopiedText id="body" text={body} name="the body" />
    </>
  );
};

function Facts({ data, zone }: { readonly data: DeliveryPage; readonly zone: string }): Html {
  const { webhook, delivery } = data;
  const { state, type, subject, sequence, at, dueAt, eventId } = delivery;
  return (
    <dl>
      <Fact name="State">
        <DeliveryState state={state} />
        {dueAt !== null && delivery.attempts.length > 0 && (
          <>
            {" "}
            for the next attempt, <ZoneTime at={dueAt} zone={zone} seconds />
          </>
        )}
        {state === "held" && " because the webhook was disabled"}
      </Fact>
      <Fact name="Webhook">
        <a href={`/console/webhooks/${webhook.id}`}>
          <bdi>{webhook.name}</bdi>
        </a>
      </Fact>
      <Fact name="What happened">
        {eventText(type)}, <ZoneTime at={at} zone={zone} />
        {subject?.startsWith("c_") === true && (
          <>
            {" · "}
            <a href={`/console/requests/${subject}`}>the request</a>
          </>
        )}
      </Fact>
      <Fact name="Sequence">{sequence}</Fact>
      <Fact name="Id">
        <code class="address">{eventId}</code>
      </Fact>
    </dl>
  );
}

function Attempt({ attempt, zone }: { readonly attempt: AttemptItem; readonly zone: string }): Html {
  const { at, milliseconds, status } = attempt;
  const hasArrived = status !== null && status >= 200 && status < 300;
  return (
    <li>
      <p class={hasArrived ? "good" : "bad"}>{sentence(answerText(attempt))}</p>
      <p class="quiet">
        <ZoneTime at={at} zone={zone} seconds />, {`${milliseconds} ms`}
      </p>
    </li>
  );
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
