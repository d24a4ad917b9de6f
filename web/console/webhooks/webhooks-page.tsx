import { roleHas } from "../../../src/core/account/rights.ts";
import { REPORTED_TYPES } from "../../../src/core/webhook/event-types.ts";
import type { SentForm } from "../../../src/core/pages/console.ts";
import type { WebhookItem, WebhookList } from "../../../src/core/pages/sending/webhook-page-data.ts";
import { ActionForm, CheckField, FieldGroup, FormFault, Hidden } from "../form-parts.tsx";
import type { Html } from "../html-text.ts";
import type { View } from "../layout.tsx";
import { VerifyExample } from "./verify-example.tsx";
import { WebhookState } from "./delivery-parts.tsx";
import { WebhookFields } from "./webhook-fields.tsx";

/** Where backends are notified. */
export const WebhooksView: View<WebhookList> = ({ data, shell, sent }) => {
  const mayChange = roleHas(shell.role, "webhooks.change");
  return (
    <>
      <FormFault sent={sent} />
      <p class="quiet">
        A webhook notifies your backend of what happens here, by a signed POST. It is repeated for three days
        until your backend answers.
      </p>
      {data.webhooks.length === 0 ? (
        <Nothing />
      ) : (
        <ul class="rows" role="list">
          {data.webhooks.map((webhook) => (
            <Row webhook={webhook} />
          ))}
        </ul>
      )}
      {mayChange && !data.isFull && <NewWebhookForm data={data} sent={sent} />}
      {mayChange && data.isFull && (
        <p class="note">There can't be more webhooks. Remove one that is not used.</p>
      )}
    </>
  );
};

function Nothing(): Html {
  return (
    <>
      <p class="empty">
        No backend is notified yet. A program can also wait for an answer, without a webhook.
      </p>
      <details>
        <summary>What a backend does with an event</summary>
        <VerifyExample />
      </details>
    </>
  );
}

function Row({ webhook }: { readonly webhook: WebhookItem }): Html {
  const { id, name, url, project, events } = webhook;
  return (
    <li>
      <p class="row">
        <a href={`/console/webhooks/${id}`}>
          <bdi>{name}</bdi>
        </a>
        <WebhookState webhook={webhook} />
      </p>
      <p class="quiet address">
        <bdi>{url}</bdi>
      </p>
      <p class="quiet">
        {project === null ? "All projects" : <bdi>{project.name}</bdi>}
        {" · "}
        {events.length === REPORTED_TYPES.length
          ? "all events"
          : events.length === 1
            ? "1 event"
            : `${events.length} events`}
      </p>
    </li>
  );
}

function NewWebhookForm({
  data: { projects, newId },
  sent,
}: {
  readonly data: WebhookList;
  readonly sent: SentForm | null;
}): Html {
  return (
    <>
      <h2>Create a webhook</h2>
      <ActionForm action="/console/webhooks" button="Create webhook" kind="primary">
        <Hidden name="id" value={newId} />
        <WebhookFields
          terms={{ name: "", url: "", events: REPORTED_TYPES, project: null }}
          projects={projects}
          sent={sent}
        />
        <FieldGroup name="format" legend="Format" sent={sent}>
          <CheckField
            type="radio"
            name="format"
            value="standard"
            label="For a backend"
            help="The body is small: type, time, sequence, ids and hashes."
            checked
            sent={sent}
          />
          <CheckField
            type="radio"
            name="format"
            value="ocsf"
            label="For a SIEM"
            help="The same events in the Open Cybersecurity Schema Framework. The format can't be changed later."
            checked={false}
            sent={sent}
          />
        </FieldGroup>
      </ActionForm>
    </>
  );
}
