import { SECURITY_CONTACT_MAX_CHARACTERS, type Settings } from "../../src/core/account/settings.ts";
import { PLANS } from "../../src/core/account/plans.ts";
import { roleHas } from "../../src/core/account/rights.ts";
import { ORGANISATION_NAME_MAX_CHARACTERS } from "../../src/core/account/organisation-name.ts";
import type { SentForm, Shell } from "../../src/core/pages/console.ts";
import { Fact } from "./fact.tsx";
import { FormFault, Hidden, SelectField, TextField } from "./form-parts.tsx";
import type { Html } from "./html-text.ts";
import type { View } from "./layout.tsx";
import { timeZoneOptions } from "./notices/time-zones.tsx";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const EXPIRIES: readonly (readonly [seconds: number, text: string])[] = [
  [5 * MINUTE, "5 minutes"],
  [15 * MINUTE, "15 minutes"],
  [HOUR, "1 hour"],
  [4 * HOUR, "4 hours"],
  [DAY, "1 day"],
  [3 * DAY, "3 days"],
  [7 * DAY, "7 days"],
  [30 * DAY, "30 days"],
];

/** What the organisation sets about itself. The form carries what the person saw, so that two people don't collide. */
export const SettingsView: View<Settings> = ({ data, shell, sent }) => (
  <>
    <FormFault sent={sent} />
    {roleHas(shell.role, "settings.change") ? (
      <SettingsForm data={data} shell={shell} sent={sent} />
    ) : (
      <SettingsFacts data={data} shell={shell} />
    )}
    {roleHas(shell.role, "organisation.delete") && <DangerZone shell={shell} sent={sent} />}
  </>
);

interface SettingsProps {
  readonly data: Settings;
  readonly shell: Shell;
}

/** For roles that only read them. */
function SettingsFacts({ data, shell }: SettingsProps): Html {
  const expiry = expiries(data.defaultExpirySeconds).find(
    ([seconds]) => seconds === String(data.defaultExpirySeconds),
  );
  return (
    <dl>
      <Fact name="Organisation">
        <bdi>{data.name}</bdi>
      </Fact>
      <Fact name="Time zone">{data.timeZone}</Fact>
      <Fact name="Default expiry">{expiry?.[1]}</Fact>
      <Fact name="History to keep">
        {data.retentionDays === null ? historyOf(shell) : `${data.retentionDays} days`}
      </Fact>
      <Fact name="Security contact">
        {data.securityContact === "" ? "None" : <bdi>{data.securityContact}</bdi>}
      </Fact>
    </dl>
  );
}

function SettingsForm({ data, shell, sent }: SettingsProps & { readonly sent: SentForm | null }): Html {
  return (
    <form method="post" action="/console/settings">
      <Hidden name="was" value={JSON.stringify(data)} />
      <TextField
        name="name"
        label="Organisation"
        value={data.name}
        sent={sent}
        maxLength={ORGANISATION_NAME_MAX_CHARACTERS}
        required
        help="People see it on every request, and sign it."
      />
      <SelectField
        name="timeZone"
        label="Time zone"
        value={data.timeZone}
        sent={sent}
        options={timeZoneOptions(data.timeZone)}
        help="For the times in this console."
      />
      <SelectField
        name="defaultExpirySeconds"
        label="Default expiry"
        value={String(data.defaultExpirySeconds)}
        sent={sent}
        options={expiries(data.defaultExpirySeconds)}
        help="How long a request waits if its requester says nothing else."
      />
      <TextField
        name="retentionDays"
        label="Days of history to keep"
        value={data.retentionDays === null ? "" : String(data.retentionDays)}
        sent={sent}
        type="number"
        min={1}
        help={`Empty: ${historyOf(shell)}. The content of older requests is erased; the log still proves that they existed.`}
      />
      <TextField
        name="securityContact"
        label="Security contact"
        value={data.securityContact}
        sent={sent}
        maxLength={SECURITY_CONTACT_MAX_CHARACTERS}
        help="An email or web address for your own people, for example to report a lost phone. Your passkeys page shows it."
      />
      <button type="submit" class="primary">
        Save settings
      </button>
    </form>
  );
}

function DangerZone({ shell, sent }: { readonly shell: Shell; readonly sent: SentForm | null }): Html {
  return (
    <section class="danger" aria-labelledby="danger">
      <h2 id="danger">Delete the organisation</h2>
      <p>
        An owner signs for it with a passkey. Then all keys, links and sessions stop at once, and people,
        passkeys, requests and their content are destroyed. Nobody can undo this. Receipts and exports that
        you have downloaded stay valid, and so does the public log.{" "}
        <a href="/console/export">Export your history first.</a>
      </p>
      <form method="post" action="/console/settings/delete">
        <TextField
          name="typedName"
          label="Type the organisation's name to confirm"
          value=""
          sent={sent}
          maxLength={ORGANISATION_NAME_MAX_CHARACTERS}
          required
          help={`It is called ${shell.organisation}`}
        />
        <button type="submit" class="no">
          Ask for the deletion
        </button>
      </form>
    </section>
  );
}

function historyOf({ plan }: Shell): string {
  const { title, historyDays } = PLANS[plan];
  return historyDays === null ? "without an end" : `${historyDays} days, as the plan ${title} has`;
}

function expiries(current: number): readonly (readonly [string, string])[] {
  const known = EXPIRIES.some(([seconds]) => seconds === current);
  const all = known ? EXPIRIES : [...EXPIRIES, [current, `${current} seconds`] as const];
  return all.map(([seconds, text]) => [String(seconds), text] as const);
}
