import { roleHas } from "../../../src/core/account/rights.ts";
import type { SentForm } from "../../../src/core/pages/console.ts";
import type { WebhookItem, WebhookPage } from "../../../src/core/pages/sending/webhook-page-data.ts";
import { REPORTED_TYPES } from "../../../src/core/webhook/event-types.ts";
import { Fact } from "../fact.tsx";
import { ActionForm, CheckField, FieldGroup, FormFault, Hidden } from "../form-parts.tsx";
import type { Html } from "../html-text.ts";
import type { View } from "../layout.tsx";
import { ModeMark } from "../keys/mode-mark.tsx";
import { ZoneTime } from "../zone-time.tsx";
import { DeliveryRows, WebhookState } from "./delivery-parts.tsx";
import { WebhookFields } from "./webhook-fields.tsx";

/** One webhook: whether it works, what it got last, and everything that people change of it. */
export const WebhookView: View<WebhookPage> = ({ data, shell, sent }) => {
  const { webhook, latest } = data;
  const mayChange = roleHas(shell.role, "webhooks.change");
  return (
    <>
      <FormFault sent={sent} />
      <Trouble webhook={webhook} zone={shell.timeZone} />
      <Facts webhook={webhook} zone={shell.timeZone} />
      {mayChange && <ChangeForm data={data} sent={sent} />}
      <h2>Deliveries</h2>
      {latest.length === 0 ? (
        <p class="empty">
          Nothing has happened yet that it gets.{mayChange && " Send a test event to see it arrive."}
        </p>
      ) : (
        <>
          <DeliveryRows webhook={webhook.id} items={latest} zone={shell.timeZone} />
          <p>
            <a class="button small" href={`/console/webhooks/${webhook.id}/deliveries`}>
              All deliveries
            </a>
          </p>
        </>
      )}
      {mayChange && webhook.state === "enabled" && (
        <ActionForm action={`/console/webhooks/${webhook.id}/test`} button="Send a test event" />
      )}
      {mayChange && <SecretForms webhook={webhook} zone={shell.timeZone} />}
      {mayChange && <EndForms webhook={webhook} sent={sent} />}
    </>
  );
};

interface Part {
  readonly webhook: WebhookItem;
  readonly zone: string;
}

const REASONS: Readonly<Record<NonNullable<WebhookItem["disabledBecause"]>, string>> = {
  gone: "It answered 410, which means that it is gone for good.",
  failing: "Nothing arrived there for five days.",
  person: "Somebody has disabled it.",
};

function Trouble({ webhook, zone }: Part): Html {
  const { disabledAt, disabledBecause, failingSince } = webhook;
  if (disabledAt !== null)
    return (
      <div class="note">
        <b>Nothing is sent to this webhook.</b>
        <p>
          {disabledBecause !== null && REASONS[disabledBecause]} Disabled{" "}
          <ZoneTime at={disabledAt} zone={zone} />. What happens meanwhile is held: once it is enabled, send
          it again from its deliveries.
        </p>
      </div>
    );
  if (failingSince === null) return <></>;
  return (
    <p class="note">
      Nothing has arrived since <ZoneTime at={failingSince} zone={zone} />. We try again; after five days
      without an answer the webhook is disabled.
    </p>
  );
}

function Facts({ webhook, zone }: Part): Html {
  const { url, project, events, format, createdAt } = webhook;
  return (
    <dl>
      <Fact name="State">
        <WebhookState webhook={webhook} />
      </Fact>
      <Fact name="Address">
        <span class="address">
          <bdi>{url}</bdi>
        </span>
      </Fact>
      <Fact name="Project">
        {project === null ? (
          "All projects"
        ) : (
          <>
            <a href={`/console/projects/${project.id}`}>
              <bdi>{project.name}</bdi>
            </a>{" "}
            <ModeMark mode={project.mode} />
          </>
        )}
      </Fact>
      <Fact name="Events">
        {events.length === REPORTED_TYPES.length
          ? "All"
          : events.map((type) => (
              <div>
                <code>{type}</code>
              </div>
            ))}
      </Fact>
      <Fact name="Format">{format === "standard" ? "For a backend" : "For a SIEM (OCSF)"}</Fact>
      <Fact name="Created">
        <ZoneTime at={createdAt} zone={zone} />
      </Fact>
    </dl>
  );
}

/** The secret itself is on a page of its own, after a touch of the passkey. */
function SecretForms({ webhook: { id, rotatesUntil }, zone }: Part): Html {
  return (
    <>
      <h2>Secret</h2>
      <p>
        Your backend verifies with it that an event is from us: <code>whsec_••••••••</code>
      </p>
      <ActionForm action={`/console/webhooks/${id}/secret`} button="Show the secret" kind="small" />
      <p>
        {rotatesUntil === null ? (
          "Rotate it if somebody else may know it. For 24 hours each delivery is signed with both, so nothing has to pause."
        ) : (
          <>
            It was rotated. The earlier one signs as well until <ZoneTime at={rotatesUntil} zone={zone} />. If
            you rotate again, the one before that stops at once.
          </>
        )}
      </p>
      <ActionForm action={`/console/webhooks/${id}/rotate`} button="Rotate the secret" kind="small" />
    </>
  );
}

function ChangeForm({
  data: { webhook, projects },
  sent,
}: {
  readonly data: WebhookPage;
  readonly sent: SentForm | null;
}): Html {
  const { id, name, url, events, project } = webhook;
  const terms = { name, url, events, project: project?.id ?? null };
  // A project that was archived is no choice any more, but the webhook still has it.
  const isChoice = project === null || projects.some((one) => one.id === project.id);
  return (
    <details open={sent?.values["was"] !== undefined}>
      <summary>Change name, address, project or events</summary>
      <ActionForm action={`/console/webhooks/${id}/change`} button="Save changes">
        <Hidden name="was" value={JSON.stringify(terms)} />
        <WebhookFields terms={terms} projects={isChoice ? projects : [project, ...projects]} sent={sent} />
      </ActionForm>
    </details>
  );
}

function EndForms({
  webhook: { id, state },
  sent,
}: {
  readonly webhook: WebhookItem;
  readonly sent: SentForm | null;
}): Html {
  return (
    <>
      {state === "enabled" ? (
        <>
          <h2>Disable</h2>
          <p>Nothing is sent until somebody enables it again. What happens meanwhile is held.</p>
          <ActionForm action={`/console/webhooks/${id}/disable`} button="Disable webhook" kind="no" />
        </>
      ) : (
        <>
          <h2>Enable</h2>
          <p>New events are sent from now on. What was held is sent once you send it again.</p>
          <ActionForm action={`/console/webhooks/${id}/enable`} button="Enable webhook" />
        </>
      )}
      <h2>Remove</h2>
      <p>It ends for good, with its secret and its deliveries.</p>
      <ActionForm action={`/console/webhooks/${id}/remove`} button="Remove webhook" kind="no">
        <FieldGroup name="confirm" legend="To be sure" sent={sent}>
          <CheckField
            name="confirm"
            value="yes"
            label="Remove this webhook for good"
            checked={false}
            sent={sent}
          />
        </FieldGroup>
      </ActionForm>
    </>
  );
}
