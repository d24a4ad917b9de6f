import { roleHas } from "../../../src/core/account/rights.ts";
import { DOCUMENT_NAME_MAX_CHARACTERS } from "../../../src/core/policy/document-name.ts";
import type { GroupEditor } from "../../../src/core/pages/policies/policies-page-data.ts";
import type { SentForm } from "../../../src/core/pages/console.ts";
import { CheckField, FieldGroup, FormFault, Hidden, TextField } from "../form-parts.tsx";
import type { Html } from "../html-text.ts";
import type { View } from "../layout.tsx";
import { problemOf } from "./draft-fault.tsx";
import { RemoveForm } from "./editor-parts.tsx";

/** A group and its people. */
export const EditGroupView: View<GroupEditor> = ({ data, shell, sent }) => {
  const { name, replaces, usedBy } = data;
  const changes = roleHas(shell.role, "policies.change");
  return (
    <>
      <FormFault sent={problemOf(sent, null)} />
      {usedBy.length > 0 && <UsedBy policies={usedBy} />}
      {changes ? <GroupForm data={data} sent={problemOf(sent, null)} /> : <Members data={data} />}
      {name !== null && usedBy.length === 0 && changes && (
        <RemoveForm
          action={`/console/groups/${name}/remove`}
          replaces={replaces ?? ""}
          title="Remove the group"
          label="No policy will be able to name it"
        />
      )}
      <p>
        <a href="/console/policies">All policies and groups</a>
      </p>
    </>
  );
};

function GroupForm({ data, sent }: { readonly data: GroupEditor; readonly sent: SentForm | null }): Html {
  const { name, draft, replaces, people } = data;
  return (
    <form method="post" action={name === null ? "/console/new-group" : `/console/groups/${name}`}>
      <Hidden name="replaces" value={replaces ?? ""} />
      {name === null && (
        <TextField
          name="/name"
          label="Name"
          value={draft.name}
          sent={sent}
          maxLength={DOCUMENT_NAME_MAX_CHARACTERS}
          help="a-z, 0-9 and hyphen, such as finance. It can’t be changed later."
        />
      )}
      <FieldGroup name="/members" legend="People" sent={sent}>
        <div class="boxes">
          {people.map(({ id, username }) => (
            <CheckField
              name="/members"
              value={id}
              label={username}
              checked={draft.members.includes(id)}
              sent={null}
            />
          ))}
        </div>
      </FieldGroup>
      <button type="submit" class="primary">
        Ask for this {name === null ? "group" : "change"}
      </button>
      <p class="quiet">
        Somebody who manages people signs before it is in force. Requests that are waiting keep the people
        that they have.
      </p>
    </form>
  );
}

function Members({ data: { people, draft } }: { readonly data: GroupEditor }): Html {
  return (
    <ul class="rows" role="list">
      {people
        .filter(({ id }) => draft.members.includes(id))
        .map(({ username }) => (
          <li>
            <bdi>{username}</bdi>
          </li>
        ))}
    </ul>
  );
}

function UsedBy({ policies }: { readonly policies: readonly string[] }): Html {
  return (
    <p>
      {policies.length === 1 ? "The policy " : "The policies "}
      {policies.map((policy, place) => (
        <>
          {place > 0 && ", "}
          <a href={`/console/policies/${policy}`}>{policy}</a>
        </>
      ))}
      {policies.length === 1 ? " names" : " name"} this group: a change of its people changes who is asked.
    </p>
  );
}
