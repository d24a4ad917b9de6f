import { roleHas } from "../../../src/core/account/rights.ts";
import type { Shell } from "../../../src/core/pages/console.ts";
import type { InvitationItem, PendingChange, PersonPage } from "../../../src/core/pages/people-data.ts";
import { FormFault } from "../form-parts.tsx";
import { Fact } from "../fact.tsx";
import type { Html } from "../html-text.ts";
import type { View } from "../layout.tsx";
import { ZoneTime } from "../zone-time.tsx";
import { PersonForms } from "./person-forms.tsx";
import { INVITATION_TEXTS, STATE_TEXTS } from "./person-parts.tsx";
import { PasskeyRows } from "./passkey-rows.tsx";

/** One person: role, state, passkeys, invitations, and what waits for signatures. */
export const PersonView: View<PersonPage> = ({ data, shell, sent }) => {
  const manages = roleHas(shell.role, "people.change") && data.state !== "removed";
  return (
    <>
      <FormFault sent={sent} />
      <PersonFacts person={data} shell={shell} />
      <PendingRows pending={data.pending} shell={shell} />
      <h2>Passkeys</h2>
      <PasskeyRows person={data} shell={shell} manages={manages} />
      <InvitationRows invitations={data.invitations} shell={shell} />
      {manages && <PersonForms person={data} sent={sent} />}
      <p>
        <a href="/console/people">All people</a>
      </p>
    </>
  );
};

function PersonFacts({ person, shell }: { readonly person: PersonPage; readonly shell: Shell }): Html {
  const { username, role, state, createdAt, removedAt } = person;
  return (
    <dl class="facts">
      <Fact name="User name">
        <b>
          <bdi>{username}</bdi>
        </b>
        {username === shell.username && " (you)"}
      </Fact>
      <Fact name="Role">{role}</Fact>
      <Fact name="State">{STATE_TEXTS[state]}</Fact>
      <Fact name={removedAt === null ? "Since" : "Removed"}>
        <ZoneTime at={removedAt ?? createdAt} zone={shell.timeZone} />
      </Fact>
    </dl>
  );
}

function PendingRows({
  pending,
  shell,
}: {
  readonly pending: readonly PendingChange[];
  readonly shell: Shell;
}): Html {
  if (pending.length === 0) return <></>;
  return (
    <>
      <h2>Waits for a signature</h2>
      <ul class="rows" role="list">
        {pending.map(({ id, action, requester, asked, expiresAt }) => (
          <li>
            <p>
              <bdi>{action}</bdi>
            </p>
            <p class="quiet">
              Asked by <bdi>{requester}</bdi>, until <ZoneTime at={expiresAt} zone={shell.timeZone} />. Can be
              signed by <bdi>{asked.join(", ")}</bdi>.
            </p>
            {asked.includes(shell.username) && (
              <p>
                <a class="button small" href={`/approve/${id}`}>
                  Read and sign
                </a>
              </p>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

function InvitationRows({
  invitations,
  shell,
}: {
  readonly invitations: readonly InvitationItem[];
  readonly shell: Shell;
}): Html {
  if (invitations.length === 0) return <></>;
  const zone = shell.timeZone;
  return (
    <>
      <h2>Invitations</h2>
      <ul class="rows" role="list">
        {invitations.map(({ state, recovers, sentAt, sentBy, expiresAt, endedAt }) => (
          <li>
            <p>
              {INVITATION_TEXTS[state]}
              {recovers && ", for a recovery"}
            </p>
            <p class="quiet">
              Sent by {sentBy.kind === "key" && "the API key "}
              <bdi>{sentBy.name}</bdi> on <ZoneTime at={sentAt} zone={zone} />;{" "}
              {endedAt === null ? "valid until " : "ended on "}
              <ZoneTime at={endedAt ?? expiresAt} zone={zone} />
            </p>
          </li>
        ))}
      </ul>
      <p class="quiet">Links are kept for 30 days after they expire.</p>
    </>
  );
}
