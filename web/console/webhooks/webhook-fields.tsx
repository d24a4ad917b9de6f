import { WEBHOOK_NAME_MAX_CHARACTERS } from "../../../src/core/account/visible-name.ts";
import {
  EVENT_TEXTS,
  isOfOrganisation,
  REPORTED_TYPES,
  type ReportedType,
} from "../../../src/core/webhook/event-types.ts";
import type { SentForm } from "../../../src/core/pages/console.ts";
import type { WebhookPage, WebhookTerms } from "../../../src/core/pages/sending/webhook-page-data.ts";
import { CheckField, FieldGroup, SelectField, TextField } from "../form-parts.tsx";
import type { Html } from "../html-text.ts";

/** What people choose of a webhook, when they create and when they change it. */
export function WebhookFields({
  terms,
  projects,
  sent,
}: {
  readonly terms: WebhookTerms;
  readonly projects: WebhookPage["projects"];
  readonly sent: SentForm | null;
}): Html {
  return (
    <>
      <TextField
        name="name"
        label="Name"
        value={terms.name}
        sent={sent}
        required
        maxLength={WEBHOOK_NAME_MAX_CHARACTERS}
        help="What it is for, such as “Payout service”."
      />
      <TextField
        name="url"
        label="Address"
        value={terms.url}
        sent={sent}
        required
        help="Begins with https:// and answers within 15 seconds. We never follow a redirect."
      />
      <SelectField
        name="project"
        label="Project"
        value={terms.project ?? ""}
        sent={sent}
        options={[["", "All projects"], ...projects.map(({ id, name }) => [id, name] as const)]}
      />
      <FieldGroup name="events" legend="Events" sent={sent}>
        <EventBoxes types={OF_REQUESTS} chosen={terms.events} sent={sent} />
      </FieldGroup>
      <FieldGroup name="organisation-events" legend="Events of the whole organisation" sent={sent}>
        <p class="quiet">Only a webhook for all projects gets these.</p>
        <EventBoxes types={OF_ORGANISATION} chosen={terms.events} sent={sent} />
      </FieldGroup>
    </>
  );
}

const OF_REQUESTS = REPORTED_TYPES.filter((type) => !isOfOrganisation(type));
const OF_ORGANISATION = REPORTED_TYPES.filter(isOfOrganisation);

function EventBoxes({
  types,
  chosen,
  sent,
}: {
  readonly types: readonly ReportedType[];
  readonly chosen: readonly ReportedType[];
  readonly sent: SentForm | null;
}): Html {
  return (
    <>
      {types.map((type) => (
        <CheckField
          name="events"
          value={type}
          label={EVENT_TEXTS[type]}
          help={type}
          checked={chosen.includes(type)}
          sent={sent}
        />
      ))}
    </>
  );
}
