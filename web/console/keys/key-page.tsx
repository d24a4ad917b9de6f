import { SCOPE_TERMS } from "../../../src/core/account/scope-terms.ts";
import { isPrivileged } from "../../../src/core/confirmation/scopes.ts";
import { roleHas } from "../../../src/core/account/rights.ts";
import type { SentForm } from "../../../src/core/pages/console.ts";
import type { KeyEvent, KeyPage } from "../../../src/core/pages/project-page-data.ts";
import { ActionForm, FormFault, Hidden, SelectField } from "../form-parts.tsx";
import { Fact } from "../fact.tsx";
import type { Html } from "../html-text.ts";
import type { View } from "../layout.tsx";
import { TimeOrText, ZoneTime } from "../zone-time.tsx";
import { LastUse, STATE_TEXTS } from "./key-rows.tsx";
import { ModeMark } from "./mode-mark.tsx";

/** One API key, and what was done with it. */
export const KeyView: View<KeyPage> = ({ data, shell, sent }) => {
  const { key, events } = data;
  const isCurrent = key.state === "active" || key.state === "waiting";
  return (
    <>
      <FormFault sent={sent} />
      <Signing data={data} />
      <Facts data={data} zone={shell.timeZone} />
      {isCurrent && roleHas(shell.role, "keys.change") && <ChangeForms data={data} sent={sent} />}
      <h2>History</h2>
      {events.length === 0 && <p class="empty">It was created before there was an audit trail.</p>}
      <ul class="rows" role="list">
        {events.map((event) => (
          <Event event={event} zone={shell.timeZone} />
        ))}
      </ul>
    </>
  );
};

function Signing({ data: { key, signUrl } }: { readonly data: KeyPage }): Html {
  if (key.state !== "waiting") return <></>;
  return (
    <div class="note">
      <b>One signature is needed before this key works.</b>
      {signUrl === null ? (
        <p>Nobody is asked to sign for it any more. Revoke it, and create another one.</p>
      ) : (
        <p>
          Somebody who manages people must sign for what it can do.{" "}
          <a href={signUrl}>Open the signing page</a>
        </p>
      )}
    </div>
  );
}

function Facts({ data, zone }: { readonly data: KeyPage; readonly zone: string }): Html {
  const { key } = data;
  const end = key.revokedAt ?? key.expiresAt;
  return (
    <dl>
      <Fact name="State">
        {STATE_TEXTS[key.state]}
        {end !== null && (
          <>
            {key.state === "active" || key.state === "waiting" ? ", ends " : " since "}
            <ZoneTime at={end} zone={zone} />
          </>
        )}
      </Fact>
      <Fact name="Project">
        <a href={`/console/projects/${key.project.id}`}>
          <bdi>{key.project.name}</bdi>
        </a>{" "}
        <ModeMark mode={key.project.mode} />
      </Fact>
      <Fact name="Begins with">
        <code>{key.prefix}</code>
      </Fact>
      <Fact name="May">
        {key.scopes.map((scope) => (
          <div>
            {SCOPE_TERMS[scope].text} <code>{scope}</code>
          </div>
        ))}
      </Fact>
      <Fact name="Used by">{key.agent ? "An agent" : "A program"}</Fact>
      <Fact name="Created">
        <ZoneTime at={key.createdAt} zone={zone} />
        {key.createdBy !== null && (
          <>
            {" by "}
            <bdi>{key.createdBy}</bdi>
          </>
        )}
      </Fact>
      <Fact name="Use">
        <LastUse key_={key} zone={zone} />
      </Fact>
      <Rotation data={data} />
    </dl>
  );
}

function Rotation({ data: { key, replacement } }: { readonly data: KeyPage }): Html {
  return (
    <>
      {key.replaces !== null && (
        <Fact name="Takes over from">
          <a href={`/console/keys/${key.replaces}`}>the earlier key</a>
        </Fact>
      )}
      {replacement !== null && (
        <Fact name="Replaced by">
          <a href={`/console/keys/${replacement}`}>the new key</a>
        </Fact>
      )}
    </>
  );
}

function ChangeForms({
  data: { key, fixed, newKeyId },
  sent,
}: {
  readonly data: KeyPage;
  readonly sent: SentForm | null;
}): Html {
  return (
    <>
      <h2>Rotate</h2>
      {fixed === null ? (
        <>
          <p>
            A new key with a new secret takes over. Both work until the earlier one stops, so nothing has to
            pause.
          </p>
          <ActionForm action={`/console/keys/${key.id}/rotate`} button="Create the new key">
            <Hidden name="id" value={newKeyId} />
            <SelectField
              name="stops"
              label="This key stops"
              value="24"
              sent={sent}
              options={[
                ["0", "At once"],
                ["24", "After 24 hours"],
                ["168", "After 7 days"],
              ]}
              {...(isPrivileged(key.scopes)
                ? { help: "The new key works only after a signature: leave time for it." }
                : {})}
            />
          </ActionForm>
        </>
      ) : (
        <p>It can't be rotated now: {fixed}.</p>
      )}
      <h2>Revoke</h2>
      <p>The key stops at once, for good. Requests that it has made can still be decided.</p>
      <ActionForm action={`/console/keys/${key.id}/revoke`} button="Revoke key" kind="no" />
    </>
  );
}

function Event({ event, zone }: { readonly event: KeyEvent; readonly zone: string }): Html {
  return (
    <li>
      <p>
        <b>{event.act}</b>
      </p>
      {event.detail.map(([name, value]) => (
        <p class="quiet">
          {name}: <TimeOrText value={value} zone={zone} />
        </p>
      ))}
      <p class="quiet">
        <bdi>{event.actor}</bdi> · <ZoneTime at={event.at} zone={zone} />
      </p>
    </li>
  );
}
