import { answered } from "../../desk/desk-answer.ts";
import { BODY_PROBLEMS, keyOperation, requestBody, type Operation } from "../operation.ts";
import {
  createdKeyAnswer,
  createdKeyExample,
  keyAnswer,
  keyExample,
  keyRotationRequest,
  keysAnswer,
  keysQuery,
  newKeyRequest,
  newProjectRequest,
  projectAnswer,
  projectExample,
  projectNameRequest,
  projectNoticesRequest,
  projectsAnswer,
  projectsQuery,
} from "./access-schemas.ts";

// Projects and API keys. Their acts are the same as in the console.

const project = { name: "Project", schema: projectAnswer, example: () => projectExample };
const key = { name: "ApiKey", schema: keyAnswer, example: () => keyExample };
const projectId = { description: "The `id` of the project.", example: projectExample.id };
const keyId = { description: "The `id` of the key, not its secret.", example: keyExample.id };
const createdKey = { name: "CreatedKey", schema: createdKeyAnswer, example: () => createdKeyExample };

export const ACCESS_OPERATIONS: readonly Operation[] = [
  keyOperation({
    method: "post",
    path: "/api/projects",
    id: "createProject",
    summary: "Create a project",
    description: "Its mode, `live` or `test`, is for good.",
    scope: "manage",
    request: requestBody("NewProject", newProjectRequest, { name: "Payments", mode: "live" }),
    status: 201,
    answer: project,
    problems: [...BODY_PROBLEMS, "name_taken", "plan_limit", "quota_exceeded"],
    handler: async ({ context, desk, key: caller, body }) => {
      const created = await desk().actWithKey(caller, "projects.create", { ...body, id: null });
      return context.json(answered(context, created), 201);
    },
  }),
  keyOperation({
    method: "get",
    path: "/api/projects",
    id: "listProjects",
    summary: "List projects",
    description: "Those of the organisation, by name. With `archived=true` the archived ones instead.",
    scope: "manage",
    query: projectsQuery,
    status: 200,
    answer: { name: "Projects", schema: projectsAnswer, example: () => ({ data: [projectExample] }) },
    problems: ["validation_failed"],
    handler: async ({ context, desk, key: caller, query }) => {
      const input = { archived: query.archived === "true" };
      const { projects } = answered(context, await desk().actWithKey(caller, "projects.read", input));
      return context.json({ data: projects });
    },
  }),
  keyOperation({
    method: "post",
    path: "/api/projects/{id}/rename",
    id: "renameProject",
    summary: "Rename a project",
    description: "With `was` the change is refused if the name is another one by now.",
    pathId: projectId,
    scope: "manage",
    request: requestBody("ProjectName", projectNameRequest, { name: "Payouts", was: "Payments" }),
    status: 200,
    answer: project,
    problems: [...BODY_PROBLEMS, "not_found", "name_taken", "changed_meanwhile", "project_archived"],
    handler: async ({ context, desk, key: caller, id, body: { name, was = null } }) => {
      const renamed = await desk().actWithKey(caller, "projects.rename", { project: id, name, was });
      return context.json(answered(context, renamed));
    },
  }),
  keyOperation({
    method: "post",
    path: "/api/projects/{id}/archive",
    id: "archiveProject",
    summary: "Archive a project",
    description: "Ends the project and all its keys, for good. Its requests stay readable in the console.",
    pathId: projectId,
    scope: "manage",
    status: 200,
    answer: project,
    problems: ["not_found"],
    handler: async ({ context, desk, key: caller, id }) => {
      const archived = await desk().actWithKey(caller, "projects.archive", { project: id });
      return context.json(answered(context, archived));
    },
  }),
  keyOperation({
    method: "post",
    path: "/api/projects/{id}/notices",
    id: "changeProjectNotices",
    summary: "Change a project's notices",
    description: "What the project says of the notices of its requests. What the body leaves out stays.",
    pathId: projectId,
    scope: "manage",
    request: requestBody("ProjectNotices", projectNoticesRequest, { hidesContent: true }),
    status: 200,
    answer: project,
    problems: [...BODY_PROBLEMS, "not_found", "changed_meanwhile", "project_archived"],
    handler: async ({ context, desk, key: caller, id, body: now }) => {
      const changed = await desk().actWithKey(caller, "projects.notices", { project: id, was: null, now });
      return context.json(answered(context, changed));
    },
  }),
  keyOperation({
    method: "post",
    path: "/api/keys",
    id: "createKey",
    summary: "Create an API key",
    description:
      "This answer is the only one with the secret. A key with `people` or `audit:read` works once somebody who manages people has signed at `signUrl`. If you lost the answer, list the keys and revoke the one that you can't use.",
    scope: "manage",
    request: requestBody("NewKey", newKeyRequest, { project: projectExample.id, label: "Payments agent" }),
    status: 201,
    answer: createdKey,
    problems: [...BODY_PROBLEMS, "not_found", "not_allowed", "project_archived", "quota_exceeded"],
    handler: async ({ context, desk, key: caller, body }) => {
      const created = await desk().actWithKey(caller, "keys.create", { ...body, id: null });
      const { username: _nobody, ...answer } = answered(context, created);
      return context.json(answer, 201);
    },
  }),
  keyOperation({
    method: "get",
    path: "/api/keys",
    id: "listKeys",
    summary: "List API keys",
    description: "Those of one project that work or wait, and the last 50 that ended. Never their secrets.",
    scope: "manage",
    query: keysQuery,
    status: 200,
    answer: { name: "ApiKeys", schema: keysAnswer, example: () => ({ data: [keyExample] }) },
    problems: ["validation_failed", "not_found"],
    handler: async ({ context, desk, key: caller, query }) => {
      const input = { project: query.project ?? null };
      const { keys, ended } = answered(context, await desk().actWithKey(caller, "project.read", input));
      return context.json({ data: [...keys, ...ended] });
    },
  }),
  keyOperation({
    method: "post",
    path: "/api/keys/{id}/rotate",
    id: "rotateKey",
    summary: "Rotate an API key",
    description: "A new key with a new secret takes over; the earlier one works for `stopsInHours` more.",
    pathId: keyId,
    scope: "manage",
    request: requestBody("KeyRotation", keyRotationRequest, { stopsInHours: 24 }),
    status: 201,
    answer: createdKey,
    problems: [...BODY_PROBLEMS, "not_found", "not_allowed", "key_ended", "quota_exceeded"],
    handler: async ({ context, desk, key: caller, id, body }) => {
      const created = await desk().actWithKey(caller, "keys.rotate", { ...body, key: id, id: null });
      const { username: _nobody, ...answer } = answered(context, created);
      return context.json(answer, 201);
    },
  }),
  keyOperation({
    method: "post",
    path: "/api/keys/{id}/revoke",
    id: "revokeKey",
    summary: "Revoke an API key",
    description: "It stops working at once.",
    pathId: keyId,
    scope: "manage",
    status: 200,
    answer: key,
    problems: ["not_found"],
    handler: async ({ context, desk, key: caller, id }) => {
      const revoked = await desk().actWithKey(caller, "keys.revoke", { key: id });
      return context.json(answered(context, revoked));
    },
  }),
];
