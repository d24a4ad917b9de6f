import { answered } from "../desk/desk-answer.ts";
import type { ChangeAnswer, TemplatesAnswer } from "./answer-schemas.ts";
import type { RestCall } from "./operation.ts";
import type { TemplateRequest } from "./request-schemas.ts";

export async function getTemplates({ context, desk, key }: RestCall): Promise<Response> {
  const templates = answered(context, await desk().templates(key));
  return context.json({
    data: templates.map(({ template, hash, seq, index, at }) => ({
      action: template.action,
      sentence: template.sentence,
      fields: [...template.fields],
      hash,
      change: { seq, logIndex: index, at },
    })),
  } satisfies TemplatesAnswer);
}

export async function createTemplateChange(call: RestCall<TemplateRequest>): Promise<Response> {
  const { context, desk, key, body } = call;
  const url = answered(context, await desk().requestTemplate(key, body.action, body.template));
  return context.json({ url } satisfies ChangeAnswer, 201);
}
