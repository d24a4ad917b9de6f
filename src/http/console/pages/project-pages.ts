import { z } from "zod";
import { PROJECT_NAME_MAX_CHARACTERS } from "../../../core/account/visible-name.ts";
import { PROJECT_MODES } from "../../../core/confirmation/project-mode.ts";
import { ProjectView } from "../../../../web/console/keys/project-page.tsx";
import { ProjectsView } from "../../../../web/console/keys/projects-page.tsx";
import type { RequestContext } from "../../context.ts";
import { newRowId, visibleName } from "../../schemas/field-schemas.ts";
import { defineForm, definePage } from "../define.ts";

export const projectsPage = definePage({
  path: "/console/projects",
  title: "Projects and keys",
  section: "projects",
  act: "projects.read",
  input: (context) => ({ archived: context.req.query("archived") === "yes" }),
  view: ProjectsView,
});

const projectOf = (context: RequestContext) => ({ project: context.req.param("id") ?? "" });
const pathOf = ({ id }: { readonly id: string }) => `/console/projects/${id}`;

export const projectPage = definePage({
  path: "/console/projects/:id",
  title: "Project",
  titleOf: ({ project }) => project.name,
  section: "projects",
  act: "project.read",
  input: projectOf,
  view: ProjectView,
});

const name = visibleName(PROJECT_NAME_MAX_CHARACTERS);

const newProjectForm = defineForm({
  path: "/console/projects",
  page: projectsPage,
  act: "projects.create",
  schema: z.strictObject({ id: newRowId("j"), name, mode: z.enum(PROJECT_MODES) }),
  input: (body) => body,
  next: pathOf,
});

const renameForm = defineForm({
  path: "/console/projects/:id/rename",
  page: projectPage,
  act: "projects.rename",
  schema: z.strictObject({ was: z.string(), name }),
  input: (body, context) => ({ ...projectOf(context), ...body }),
  next: pathOf,
});

const archiveForm = defineForm({
  path: "/console/projects/:id/archive",
  page: projectPage,
  act: "projects.archive",
  schema: z.strictObject({ confirm: z.literal("yes", { error: "tick the box to archive it" }) }),
  input: (_body, context) => projectOf(context),
  next: pathOf,
});

export const PROJECT_FORMS = [newProjectForm, renameForm, archiveForm];
