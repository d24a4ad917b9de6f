import { SCOPE_TERMS } from "../../../src/core/account/scope-terms.ts";
import { roleHas } from "../../../src/core/account/rights.ts";
import {
  KEY_LABEL_MAX_CHARACTERS,
  PROJECT_NAME_MAX_CHARACTERS,
} from "../../../src/core/account/visible-name.ts";
import { DEFAULT_SCOPES, isOfRequests } from "../../../src/core/confirmation/scopes.ts";
import type { SentForm } from "../../../src/core/pages/console.ts";
import type { ProjectItem, ProjectPage } from "../../../src/core/pages/project-page-data.ts";
import {
  ActionForm,
  CheckField,
  FieldGroup,
  FormFault,
  Hidden,
  SelectField,
  TextField,
} from "../form-parts.tsx";
import type { Html } from "../html-text.ts";
import type { View } from "../layout.tsx";
import { ProjectNotices } from "../notices/project-notices.tsx";
import { ZoneTime } from "../zone-time.tsx";
import { KeyRows } from "./key-rows.tsx";
import { ModeMark } from "./mode-mark.tsx";

/** One project with its API keys. */
export const ProjectView: View<ProjectPage> = ({ data, shell, sent }) => {
  const { project, keys, ended } = data;
  const isInUse = project.archivedAt === null;
  return (
    <>
      <FormFault sent={sent} />
      <p>
        <ModeMark mode={project.mode} />{" "}
        <span class="quiet">
          {project.mode === "test"
            ? "Its requests are marked as tests everywhere, and are approved only as tests."
            : "Its requests are real decisions."}
        </span>
      </p>
      {project.archivedAt !== null && (
        <p class="note">
          Archived <ZoneTime at={project.archivedAt} zone={shell.timeZone} />. Its keys have stopped. Requests
          that were pending can still be decided.
        </p>
      )}
      <h2>API keys</h2>
      {keys.length === 0 && <p class="empty">{isInUse ? "No key works yet." : "No key works any more."}</p>}
      {keys.length > 0 && <KeyRows keys={keys} zone={shell.timeZone} />}
      {ended.length > 0 && (
        <details>
          <summary>
            {ended.length === 1 ? "1 key that has ended" : `${ended.length} keys that have ended`}
          </summary>
          <KeyRows keys={ended} zone={shell.timeZone} />
        </details>
      )}
      {isInUse && roleHas(shell.role, "keys.change") && <NewKeyForm data={data} sent={sent} />}
      <ProjectNotices data={data} shell={shell} sent={sent} />
      {isInUse && roleHas(shell.role, "projects.change") && (
        <ChangeForms project={project} sent={sent?.values["url"] === undefined ? sent : null} />
      )}
    </>
  );
};

interface FormProps {
  readonly data: ProjectPage;
  readonly sent: SentForm | null;
}

function NewKeyForm({ data: { project, scopes, newKeyId }, sent }: FormProps): Html {
  return (
    <>
      <h2>Create an API key</h2>
      <ActionForm action={`/console/projects/${project.id}/keys`} button="Create key" kind="primary">
        <Hidden name="id" value={newKeyId} />
        <TextField
          name="label"
          label="Label"
          value=""
          sent={sent}
          required
          maxLength={KEY_LABEL_MAX_CHARACTERS}
          help="Who uses it, such as “Deploy agent”. People see it as the requester of its requests."
        />
        <FieldGroup name="scopes" legend="What it may do" sent={sent}>
          {scopes
            .filter((scope) => project.mode === "live" || isOfRequests(scope))
            .map((scope) => (
              <CheckField
                name="scopes"
                value={scope}
                label={SCOPE_TERMS[scope].text}
                help={SCOPE_TERMS[scope].help}
                checked={DEFAULT_SCOPES.includes(scope)}
                sent={sent}
              />
            ))}
        </FieldGroup>
        <p class="quiet">No key can approve anything. People do, with their passkeys.</p>
        <SelectField
          name="expiry"
          label="Ends"
          value="none"
          sent={sent}
          options={[
            ["none", "Never"],
            ["30", "After 30 days"],
            ["90", "After 90 days"],
            ["365", "After a year"],
          ]}
        />
        <CheckField
          name="agent"
          value="yes"
          label="An agent uses it"
          help="After a rejection, the same request is refused for 15 minutes, also over REST."
          checked={false}
          sent={sent}
        />
      </ActionForm>
    </>
  );
}

function ChangeForms({
  project: { id, name },
  sent,
}: {
  readonly project: ProjectItem;
  readonly sent: SentForm | null;
}): Html {
  return (
    <>
      <h2>Rename</h2>
      <ActionForm action={`/console/projects/${id}/rename`} button="Rename project">
        <Hidden name="was" value={name} />
        <TextField
          name="name"
          label="Name"
          value={name}
          sent={sent}
          required
          maxLength={PROJECT_NAME_MAX_CHARACTERS}
          help="Requests that exist keep the name that was signed."
        />
      </ActionForm>
      <h2>Archive</h2>
      <p>
        All keys of this project stop at once, for good. Requests that are pending can still be decided, but
        no key can use their approvals any more. The history stays.
      </p>
      <ActionForm action={`/console/projects/${id}/archive`} button="Archive project" kind="no">
        <FieldGroup name="confirm" legend="To be sure" sent={sent}>
          <CheckField
            name="confirm"
            value="yes"
            label="End this project and all its keys"
            checked={false}
            sent={sent}
          />
        </FieldGroup>
      </ActionForm>
    </>
  );
}
