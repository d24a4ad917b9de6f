import { z } from "zod";
import { PROJECT_NAME_MAX_CHARACTERS } from "../../../core/account/visible-name.ts";
import { CHANNEL_KINDS, REMINDER_MAX_PERCENT } from "../../../core/notice/notice-kinds.ts";
import { PROJECT_MODES } from "../../../core/confirmation/project-mode.ts";
import { ID_MAX_CHARACTERS } from "../../../core/confirmation/statement.ts";
import { ProjectView } from "../../../../web/console/keys/project-page.tsx";
import { ProjectsView } from "../../../../web/console/keys/projects-page.tsx";
import type { RequestContext } from "../../context.ts";
import { hookFields, newRowId, tickedBoxes, visibleName } from "../../schemas/field-schemas.ts";
import { defineButton, defineForm, definePage } from "../define.ts";
import { seenField } from "../seen-field.ts";

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
  input: (context) => ({
    ...projectOf(context),
    tested: context.req.query("tested")?.slice(0, ID_MAX_CHARACTERS),
  }),
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

const kind = z.enum(CHANNEL_KINDS);
const percent = z.number().min(0).max(REMINDER_MAX_PERCENT);
const was = seenField(
  z.strictObject({ kinds: z.array(kind), hidesContent: z.boolean(), reminderPercent: percent }),
);

const rulesForm = defineForm({
  path: "/console/projects/:id/notices",
  page: projectPage,
  act: "projects.notices",
  schema: z.strictObject({
    was,
    kinds: tickedBoxes(kind),
    hides: z.literal("yes").optional(),
    reminder: z
      .string()
      .regex(/^\d{1,2}$/, { error: "must be a number" })
      .transform(Number)
      .pipe(percent),
  }),
  input: ({ was: before, kinds: now, hides, reminder }, context) => ({
    ...projectOf(context),
    was: before,
    now: { kinds: now, hidesContent: hides !== undefined, reminderPercent: reminder },
  }),
  next: pathOf,
});

const hookForm = defineForm({
  path: "/console/projects/:id/hooks",
  page: projectPage,
  act: "projects.add-hook",
  schema: hookFields,
  input: (body, context) => ({ ...projectOf(context), ...body }),
  next: (_output, _body, context) => pathOf({ id: projectOf(context).project }),
});

const roomOf = (context: RequestContext) => ({
  ...projectOf(context),
  channel: context.req.param("room") ?? "",
});

const testHookForm = defineButton({
  path: "/console/projects/:id/hooks/:room/test",
  page: projectPage,
  act: "projects.test-hook",
  input: roomOf,
  next: ({ channel }, _body, context) => `${pathOf({ id: projectOf(context).project })}?tested=${channel}`,
});

const removeHookForm = defineButton({
  path: "/console/projects/:id/hooks/:room/remove",
  page: projectPage,
  act: "projects.remove-hook",
  input: roomOf,
  next: (_output, _body, context) => pathOf({ id: projectOf(context).project }),
});

export const PROJECT_FORMS = [
  newProjectForm,
  renameForm,
  archiveForm,
  rulesForm,
  hookForm,
  testHookForm,
  removeHookForm,
];
