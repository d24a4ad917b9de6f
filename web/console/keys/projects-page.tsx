import { roleHas } from "../../../src/core/account/rights.ts";
import { PROJECT_NAME_MAX_CHARACTERS } from "../../../src/core/account/visible-name.ts";
import type { SentForm } from "../../../src/core/pages/console.ts";
import type { ProjectList } from "../../../src/core/pages/project-page-data.ts";
import { ActionForm, CheckField, FieldGroup, FormFault, Hidden, TextField } from "../form-parts.tsx";
import type { Html } from "../html-text.ts";
import type { View } from "../layout.tsx";
import { ZoneTime } from "../zone-time.tsx";
import { ModeMark } from "./mode-mark.tsx";

export const ProjectsView: View<ProjectList> = ({ data: { projects, archived, newId }, shell, sent }) => (
  <>
    <FormFault sent={sent} />
    <p class="quiet">
      {archived
        ? "Archived projects: their keys have stopped, and their requests stay in the history."
        : "API keys belong to a project, and a key reads only the requests of its project."}
    </p>
    {projects.length === 0 && (
      <p class="empty">
        {archived
          ? "No project is archived."
          : "No project is in use, so no API key works. Create one to ask for approvals again."}
      </p>
    )}
    {projects.length > 0 && (
      <ul class="rows" role="list">
        {projects.map((project) => (
          <li>
            <p>
              <a href={`/console/projects/${project.id}`}>
                <bdi>{project.name}</bdi>
              </a>{" "}
              <ModeMark mode={project.mode} />
            </p>
            <p class="quiet">
              {project.archivedAt === null ? "Created " : "Archived "}
              <ZoneTime at={project.archivedAt ?? project.createdAt} zone={shell.timeZone} />
            </p>
          </li>
        ))}
      </ul>
    )}
    <p>
      {archived ? (
        <a href="/console/projects">Projects in use</a>
      ) : (
        <a href="/console/projects?archived=yes">Archived projects</a>
      )}
    </p>
    {!archived && roleHas(shell.role, "projects.change") && <NewProjectForm newId={newId} sent={sent} />}
  </>
);

function NewProjectForm({
  newId,
  sent,
}: Pick<ProjectList, "newId"> & { readonly sent: SentForm | null }): Html {
  return (
    <>
      <h2>Create a project</h2>
      <ActionForm action="/console/projects" button="Create project" kind="primary">
        <Hidden name="id" value={newId} />
        <TextField
          name="name"
          label="Name"
          value=""
          sent={sent}
          required
          maxLength={PROJECT_NAME_MAX_CHARACTERS}
          help="People see it on every request, and sign it."
        />
        <FieldGroup name="mode" legend="Mode" sent={sent}>
          <CheckField
            type="radio"
            name="mode"
            value="live"
            label="Live"
            help="Its requests are real decisions."
            checked
            sent={sent}
          />
          <CheckField
            type="radio"
            name="mode"
            value="test"
            label="Test"
            help="Its requests are marked as tests on every page, are approved only as tests, and are free. This can't be changed later."
            checked={false}
            sent={sent}
          />
        </FieldGroup>
      </ActionForm>
    </>
  );
}
