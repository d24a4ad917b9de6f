import { askWhoCalls, drawWithSession } from "../browser/session.ts";
import type { RequestContext } from "../context.ts";
import { orRefuse } from "../http-refusal.ts";
import { validate } from "../validate.ts";
import { askAct } from "./ask-act.ts";
import type { ConsoleForm } from "./define.ts";
import { drawConsolePage, drawElevationPage, drawShown } from "./draw-console.ts";
import { FORM_MAX_BYTES, objectOf, readFields, sentForm, type Fields } from "./form-body.ts";

/** What became of a form: the next page, the same form with what is wrong, or first a touch of the passkey. */
export async function submitForm(context: RequestContext, form: ConsoleForm): Promise<Response> {
  const read = await readFields(context, form.maxBytes ?? FORM_MAX_BYTES);
  // Whether there is a session comes before everything that is wrong with the form.
  if (!read.ok) return drawWithSession(context, askWhoCalls, () => orRefuse(read));
  const fields = read.value;
  const body = validate(form.schema, objectOf(fields));
  if (!body.ok) return showAgain(context, form, fields, body);
  const draft = form.draft?.(body.value, context);
  if (draft?.isAsked === false) return drawConsolePage(context, form.page, null, draft.input);
  return askAct(context, form, form.input(body.value, context), (result) => {
    if (result.ok) return goOn(context, form, result.value, body.value);
    return result.refusal.code === "elevation_required"
      ? drawElevationPage(context, form, fields)
      : showAgain(context, form, fields, result, draft?.input);
  });
}

async function goOn(
  context: RequestContext,
  form: ConsoleForm,
  output: unknown,
  body: unknown,
): Promise<Response> {
  const { shown, next } = form;
  if (shown !== undefined) return drawShown(context, { ...form, shown }, output);
  return context.redirect(next?.(output, body, context) ?? "/console", 303);
}

function showAgain(
  context: RequestContext,
  { page }: ConsoleForm,
  fields: Fields,
  refused: Pick<Exclude<ReturnType<typeof validate>, { ok: true }>, "refusal"> & {
    readonly errors?: Parameters<typeof sentForm>[2];
  },
  input: unknown = page.input(context),
): Promise<Response> {
  const { refusal, errors } = refused;
  return drawConsolePage(context, page, { form: sentForm(fields, refusal, errors), refusal }, input);
}
