import { changeAnswer, templatesAnswer } from "./answer-schemas.ts";
import { changeAnswerExample, templateExample, templatesExample } from "./examples.ts";
import { BODY_PROBLEMS, keyOperation, type Operation } from "./operation.ts";
import { readTemplateRequest, templateRequest } from "./request-schemas.ts";
import { createTemplateChange, getTemplates } from "./template-handlers.ts";

export const TEMPLATE_OPERATIONS: readonly Operation[] = [
  keyOperation({
    method: "get",
    path: "/api/templates",
    id: "listTemplates",
    summary: "List templates",
    description: "Those in force, each with the record that set it.",
    scope: "people",
    status: 200,
    answer: { name: "Templates", schema: templatesAnswer, example: () => templatesExample },
    problems: [],
    handler: getTemplates,
  }),
  keyOperation({
    method: "post",
    path: "/api/templates",
    id: "createTemplateChange",
    summary: "Change a template",
    description:
      "Asks that a template draws the requests of one action from now on, or no longer (`remove`). It takes effect once somebody who manages people has signed at the `url` of the answer. A request keeps the template with which it was created.",
    scope: "people",
    request: {
      name: "TemplateRequest",
      schema: templateRequest,
      example: templateExample,
      read: readTemplateRequest,
    },
    status: 201,
    answer: { name: "Change", schema: changeAnswer, example: changeAnswerExample },
    problems: [...BODY_PROBLEMS, "already_decided", "quota_exceeded", "recovery_impossible"],
    handler: createTemplateChange,
  }),
];
