import {
  DEFAULT_EXPIRY_MAX_SECONDS,
  DEFAULT_EXPIRY_MIN_SECONDS,
  SECURITY_CONTACT_MAX_CHARACTERS,
  type Settings,
} from "../../src/core/account/settings.ts";
import { roleHas } from "../../src/core/account/rights.ts";
import { NAME_MAX_CHARACTERS } from "../../src/core/confirmation/statement.ts";
import { FormFault, Hidden, TextField } from "./form-parts.tsx";
import type { View } from "./layout.tsx";

/** What the organisation sets about itself. The form carries what the person saw, so that two people don't collide. */
export const SettingsView: View<Settings> = ({ data, shell, sent }) => (
  <>
    <FormFault sent={sent} />
    <form method="post" action="/console/settings">
      <Hidden name="was" value={JSON.stringify(data)} />
      <TextField
        name="name"
        label="Organisation"
        value={data.name}
        sent={sent}
        maxLength={NAME_MAX_CHARACTERS}
        required
        help="People see it on every request, and sign it."
      />
      <TextField
        name="timeZone"
        label="Time zone"
        value={data.timeZone}
        sent={sent}
        required
        help="Such as Europe/Vienna. For the times in this console."
      />
      <TextField
        name="defaultExpirySeconds"
        label="Default expiry, in seconds"
        value={String(data.defaultExpirySeconds)}
        sent={sent}
        type="number"
        min={DEFAULT_EXPIRY_MIN_SECONDS}
        max={DEFAULT_EXPIRY_MAX_SECONDS}
        required
        help="How long a request waits if its requester says nothing else."
      />
      <TextField
        name="retentionDays"
        label="Days of history to keep"
        value={data.retentionDays === null ? "" : String(data.retentionDays)}
        sent={sent}
        type="number"
        min={1}
        help="Empty: as many as your plan has. Older content is erased; the log still proves that it existed."
      />
      <TextField
        name="securityContact"
        label="Security contact"
        value={data.securityContact}
        sent={sent}
        maxLength={SECURITY_CONTACT_MAX_CHARACTERS}
        help="An email or web address that people outside can use, for example to report a lost phone."
      />
      {roleHas(shell.role, "settings.change") && (
        <button type="submit" class="primary">
          Save settings
        </button>
      )}
    </form>
  </>
);
