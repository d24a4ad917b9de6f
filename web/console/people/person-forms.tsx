import type { SentForm } from "../../../src/core/pages/console.ts";
import type { PersonPage } from "../../../src/core/pages/people-data.ts";
import { ActionForm, Hidden } from "../form-parts.tsx";
import type { Html } from "../html-text.ts";
import { RoleField } from "./person-parts.tsx";

interface PersonFormsProps {
  readonly person: PersonPage;
  readonly sent: SentForm | null;
}

/** What can be done about a person. Each form carries what the page showed. */
export function PersonForms({ person, sent }: PersonFormsProps): Html {
  const begins = person.role === "owner" && !person.signed;
  return (
    <>
      {person.signed ? <RoleForm person={person} sent={sent} /> : <NewLinkForm person={person} sent={sent} />}
      {person.state === "invited" && !begins && <RevokeInvitation person={person} />}
      {person.signed && <RecoveryForm person={person} />}
      {!begins && <RemoveForm person={person} />}
    </>
  );
}

const Was = ({ person }: { readonly person: PersonPage }): Html => (
  <Hidden name="was" value={JSON.stringify(person.seen)} />
);

function RoleForm({ person, sent }: PersonFormsProps): Html {
  return (
    <>
      <h2>Role</h2>
      {person.lastWayIn !== null && <p class="quiet">The role can’t change: {person.lastWayIn}.</p>}
      {person.lastWayIn === null && (
        <ActionForm action={`/console/people/${person.id}/role`} button="Ask for this role">
          <Was person={person} />
          <RoleField value={person.role} sent={sent} withOwner />
          <p class="quiet">It changes once somebody who manages people has signed.</p>
        </ActionForm>
      )}
    </>
  );
}

/** The owner who has no passkey yet keeps the role: only this link can begin. */
function NewLinkForm({ person, sent }: PersonFormsProps): Html {
  const { role, username, id } = person;
  return (
    <>
      <h2>New link</h2>
      <ActionForm action={`/console/people/${id}/link`} button="Make a new link">
        <Was person={person} />
        <Hidden name="username" value={username} />
        {role === "owner" ? (
          <Hidden name="role" value="owner" />
        ) : (
          <RoleField value={role} sent={sent} withOwner={false} />
        )}
        <p class="quiet">Earlier links and a passkey that waits stop working.</p>
      </ActionForm>
    </>
  );
}

function RevokeInvitation({ person }: { readonly person: PersonPage }): Html {
  return (
    <>
      <h2>Revoke the invitation</h2>
      <p class="quiet">The link stops working at once.</p>
      <ActionForm action={`/console/people/${person.id}/invitation/revoke`} button="Revoke the invitation">
        <Was person={person} />
      </ActionForm>
    </>
  );
}

function RecoveryForm({ person }: { readonly person: PersonPage }): Html {
  return (
    <>
      <h2>Every passkey lost</h2>
      <p class="quiet">
        A new link for a new passkey. It replaces all others once two who manage people have signed, or one if
        there is only one.
      </p>
      <ActionForm action={`/console/people/${person.id}/recovery`} button="Make a link for a recovery">
        <Was person={person} />
      </ActionForm>
    </>
  );
}

function RemoveForm({ person }: { readonly person: PersonPage }): Html {
  const { id, username, signed, lastWayIn } = person;
  return (
    <>
      <h2>Remove from the organisation</h2>
      {lastWayIn !== null && <p class="quiet">This person can’t be removed: {lastWayIn}.</p>}
      {lastWayIn === null && (
        <>
          <p class="quiet">
            Passkeys, sessions and links of <bdi>{username}</bdi>, and the API keys that this person created,
            stop for good. What was signed stays valid.{" "}
            {signed
              ? "Somebody who manages people signs it first."
              : "No passkey of this person ever counted, so it happens at once."}
          </p>
          <ActionForm
            action={`/console/people/${id}/remove`}
            button={signed ? "Ask for the removal" : "Remove this person"}
            kind="no"
          >
            <Was person={person} />
          </ActionForm>
        </>
      )}
    </>
  );
}
