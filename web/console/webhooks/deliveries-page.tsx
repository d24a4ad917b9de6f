import { roleHas } from "../../../src/core/account/rights.ts";
import { DELIVERY_STATES, type DeliveryList } from "../../../src/core/pages/sending/webhook-page-data.ts";
import type { SentForm } from "../../../src/core/pages/console.ts";
import { ActionForm, CheckField, FieldGroup, FormFault, SelectField } from "../form-parts.tsx";
import type { Html } from "../html-text.ts";
import type { View } from "../layout.tsx";
import { DeliveryRows, STATE_TEXTS } from "./delivery-parts.tsx";

/** What was sent to one webhook, newest first. */
export const DeliveriesView: View<DeliveryList> = ({ data, shell, sent }) => {
  const { webhook, items, query, next } = data;
  const path = `/console/webhooks/${webhook.id}/deliveries`;
  const isFiltered = query.state !== null || query.type !== null;
  return (
    <>
      <FormFault sent={sent} />
      <p class="quiet">
        Each event that the webhook{" "}
        <a href={`/console/webhooks/${webhook.id}`}>
          <bdi>{webhook.name}</bdi>
        </a>{" "}
        gets, newest first, for 30 days. The number is its sequence.
      </p>
      <Filters data={data} path={path} />
      {items.length === 0 && (
        <p class="empty">
          {next !== null && "Nothing found among the newest deliveries."}
          {next === null && isFiltered && (
            <>
              No delivery is like this. <a href={path}>Show all</a>
            </>
          )}
          {next === null && !isFiltered && "Nothing has happened yet that it gets."}
        </p>
      )}
      {items.length > 0 && <DeliveryRows webhook={webhook.id} items={items} zone={shell.timeZone} />}
      {next !== null && (
        <p>
          <a class="button small" href={`${path}?${parametersOf(data, next)}`}>
            {items.length === 0 ? "Look further back" : "Older deliveries"}
          </a>
        </p>
      )}
      {webhook.state === "enabled" && roleHas(shell.role, "webhooks.change") && (
        <ReplayForm webhook={webhook.id} sent={sent} />
      )}
    </>
  );
};

/** The next page keeps the filters in its address. */
function parametersOf({ query: { state, type } }: DeliveryList, before: number): string {
  const all = { state: state ?? "", type: type ?? "", before: String(before) };
  return new URLSearchParams(Object.entries(all).filter(([, value]) => value !== "")).toString();
}

/** A form that only reads: its fields are in the address of the page. */
function Filters({ data, path }: { readonly data: DeliveryList; readonly path: string }): Html {
  const { webhook, query } = data;
  return (
    <form class="filters" method="get" action={path} role="search">
      <div class="filter-fields">
        <div class="field">
          <label for="state">State</label>
          <select id="state" name="state">
            <option value="">any</option>
            {DELIVERY_STATES.map((state) => (
              <option value={state} selected={state === query.state}>
                {STATE_TEXTS[state]}
              </option>
            ))}
          </select>
        </div>
        <div class="field">
          <label for="type">Event</label>
          <select id="type" name="type">
            <option value="">any</option>
            {[...webhook.events, "webhook.test"].map((type) => (
              <option value={type} selected={type === query.type}>
                {type}
              </option>
            ))}
          </select>
        </div>
      </div>
      <p class="filter-buttons">
        <button type="submit" class="small">
          Search
        </button>
        <a class="button small" href={path}>
          Show all
        </a>
      </p>
    </form>
  );
}

function ReplayForm({ webhook, sent }: { readonly webhook: string; readonly sent: SentForm | null }): Html {
  return (
    <>
      <h2>Send again</h2>
      <p>Each event has the same id and the same body as before, so your backend can drop what it has.</p>
      <ActionForm action={`/console/webhooks/${webhook}/replay`} button="Send again">
        <SelectField
          name="since"
          label="Events of"
          value="24"
          sent={sent}
          options={[
            ["1", "the last hour"],
            ["24", "the last 24 hours"],
            ["168", "the last 7 days"],
            ["720", "the last 30 days"],
          ]}
        />
        <FieldGroup name="which" legend="Which" sent={sent}>
          <CheckField
            type="radio"
            name="which"
            value="missed"
            label="What did not arrive"
            help="Failed, held, and what waits for its next attempt."
            checked
            sent={sent}
          />
          <CheckField
            type="radio"
            name="which"
            value="all"
            label="Everything"
            help="Also what has arrived."
            checked={false}
            sent={sent}
          />
        </FieldGroup>
      </ActionForm>
    </>
  );
}
