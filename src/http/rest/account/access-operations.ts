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
const createdKey = { name: "CreatedKey", schema: createdKeyAnswer, example: () => createdKeyExample };

export const ACCESS_OPERATIONS: readonly Operation[] = [
  keyOperation({
    method: "get",
    path: "/api/projects",
    id: "listProjects",
    summary: "List the projects of the organisation, by name",
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
    path: "/api/projects",
    id: "createProject",
    summary: "Create a project",
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
    method: "post",
    path: "/api/projects/{id}/rename",
    id: "renameProject",
    summary: "Give a project another name",
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
    summary: "End a project and all its keys, for good",
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
    summary: "Change what a project says of the notices of its requests",
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
    method: "get",
    path: "/api/keys",
    id: "listKeys",
    summary: "List the API keys of a project, and the last 50 that ended; never their secrets",
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
    path: "/api/keys",
    id: "createKey",
    summary: "Create an API key; this answer is the only one with its secret",
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
    method: "post",
    path: "/api/keys/{id}/rotate",
    id: "rotateKey",
    summary: "Replace an API key by one with a new secret; the earlier one works for a while",
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
    summary: "End an API key at once",
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
