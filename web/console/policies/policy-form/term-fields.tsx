import type { PolicyDraft } from "../../../../src/core/pages/policies/policy-draft.ts";
import { SPAN_MAX_CHARACTERS } from "../../../../src/core/pages/policies/span-field.ts";
import type { SentForm } from "../../../../src/core/pages/console.ts";
import { CheckField, SelectField, TextField } from "../../form-parts.tsx";
import type { Html } from "../../html-text.ts";
import { PartyFields, type Parties } from "./party-fields.tsx";

interface TermProps {
  readonly draft: PolicyDraft;
  readonly sent: SentForm | null;
}

/** Everything else that a policy says. */
export function TermFields(props: TermProps & { readonly parties: Parties }): Html {
  const { draft, parties, sent } = props;
  return (
    <section aria-labelledby="terms">
      <h2 id="terms">Terms</h2>
      <TermBoxes draft={draft} />
      <SelectField
        name="/rejection"
        label="A rejection"
        value={draft.rejection}
        sent={sent}
        options={[
          ["first", "ends the request at once"],
          ["impossible", "ends it only when too few others are left"],
        ]}
      />
      <SpanFields draft={draft} sent={sent} />
      <details open={draft.breakGlass.length > 0}>
        <summary>Emergencies</summary>
        <p class="quiet">
          These people may approve alone in an emergency, with a reason. All approvers get a notice of it.
        </p>
        <PartyFields
          name="/breakGlass"
          legend="Who may approve alone"
          chosen={draft.breakGlass}
          parties={parties}
          sent={sent}
        />
      </details>
    </section>
  );
}

function TermBoxes({ draft }: { readonly draft: PolicyDraft }): Html {
  return (
    <>
      <CheckField
        name="/excludeRequester"
        value="yes"
        label="The person who asked may not sign"
        help="Of a request with an API key, the person who created the key."
        checked={draft.excludeRequester}
        sent={null}
      />
      <CheckField
        name="/authenticator"
        value="device-bound"
        label="Only with a passkey that can’t leave its device"
        help="Such as a security key. Most phones copy their passkeys to the cloud."
        checked={draft.authenticator === "device-bound"}
        sent={null}
      />
      <CheckField
        name="/quietHours"
        value="overridden"
        label="Notices come in quiet hours too"
        checked={draft.quietHours === "overridden"}
        sent={null}
      />
    </>
  );
}

function SpanFields({ draft, sent }: TermProps): Html {
  return (
    <div class="pair">
      <TextField
        name="/expiresInSeconds"
        label="Open for at most"
        value={draft.expires}
        sent={sent}
        maxLength={SPAN_MAX_CHARACTERS}
        help="Such as 4 hours. Empty: as the request says."
      />
      <TextField
        name="/executeWithinSeconds"
        label="To be used within"
        value={draft.within}
        sent={sent}
        maxLength={SPAN_MAX_CHARACTERS}
        help="After the approval. Empty: as the request says."
      />
    </div>
  );
}
