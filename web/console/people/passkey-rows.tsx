import type { Shell } from "../../../src/core/pages/console.ts";
import type { PersonPage, PersonPasskey } from "../../../src/core/pages/people-data.ts";
import { ActionForm, Hidden } from "../form-parts.tsx";
import type { Html } from "../html-text.ts";
import { ZoneTime } from "../zone-time.tsx";

interface PasskeyRowsProps {
  readonly person: PersonPage;
  readonly shell: Shell;
  readonly manages: boolean;
}

export function PasskeyRows({ person, shell, manages }: PasskeyRowsProps): Html {
  if (person.passkeys.length === 0) return <p class="empty">There is no passkey yet.</p>;
  return (
    <ul class="rows" role="list">
      {person.passkeys.map((passkey) => (
        <li>
          <PasskeyFacts passkey={passkey} zone={shell.timeZone} />
          {manages && passkey.state === "active" && <RevokePasskey person={person} passkey={passkey} />}
        </li>
      ))}
    </ul>
  );
}

const STATES: Readonly<Record<PersonPasskey["state"], readonly [text: string, tone: string]>> = {
  active: ["Counts", "good"],
  waiting: ["Waits to be trusted", "attention"],
  revoked: ["Revoked", "quiet"],
};

function PasskeyFacts({ passkey, zone }: { readonly passkey: PersonPasskey; readonly zone: string }): Html {
  const { label, fingerprint, state, createdAt, lastUsedAt, endorsed, revokedAt, counterRegressedAt } =
    passkey;
  const [text, tone] = STATES[state];
  return (
    <>
      <p>
        <b>
          <bdi>{label === "" ? "Passkey" : label}</bdi>
        </b>{" "}
        <span class={tone}>{text}</span>
      </p>
      <p>
        <code>{fingerprint}</code>
      </p>
      <p class="quiet">
        Created <ZoneTime at={createdAt} zone={zone} />
        {endorsed !== null && (
          <>
            ; trusted <ZoneTime at={endorsed.at} zone={zone} /> by record {endorsed.seq}
          </>
        )}
        {lastUsedAt !== null && (
          <>
            ; last used <ZoneTime at={lastUsedAt} zone={zone} />
          </>
        )}
        {revokedAt !== null && (
          <>
            ; ended <ZoneTime at={revokedAt} zone={zone} />
          </>
        )}
      </p>
      {counterRegressedAt !== null && (
        <p class="bad">
          Its signature counter went back on <ZoneTime at={counterRegressedAt} zone={zone} />: it may have
          been copied. Revoke it.
        </p>
      )}
    </>
  );
}

function RevokePasskey({
  person,
  passkey,
}: {
  readonly person: PersonPage;
  readonly passkey: PersonPasskey;
}): Html {
  if (passkey.lastWayIn !== null) return <p class="quiet">It can’t be revoked: {passkey.lastWayIn}.</p>;
  return (
    <ActionForm
      action={`/console/people/${person.id}/passkey/revoke`}
      button="Revoke this passkey"
      kind="small"
    >
      <Hidden name="was" value={JSON.stringify(person.seen)} />
      <Hidden name="passkey" value={passkey.id} />
    </ActionForm>
  );
}
