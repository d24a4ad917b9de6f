import type { SentForm } from "../../core/pages/console.ts";
import { refuse, type Refusal, type Result, accept } from "../../core/refusal.ts";
import { isOwnOrigin } from "../browser/page-input.ts";
import type { RequestContext } from "../context.ts";
import { readAtMost } from "../json-body.ts";
import { problemCode, problemDefinition, type FieldError } from "../problem.ts";

/** A dozen fields of 200 characters, each with up to 12 characters as an escape. */
export const FORM_MAX_BYTES = 32 * 1024;
const FORM_TYPE = /^application\/x-www-form-urlencoded[\t ]*(?:;[\t ]*charset=utf-8[\t ]*)?$/i;

export type Fields = readonly (readonly [name: string, value: string])[];

/** The fields of a form that our own page sent, in their order. */
export async function readFields(context: RequestContext, maxBytes: number): Promise<Result<Fields>> {
  if (!isOwnOrigin(context))
    return refuse("forbidden_origin", "this form must come from our own page; open the page and try again");
  if (!FORM_TYPE.test(context.req.header("content-type") ?? ""))
    return refuse("unsupported_media_type", "send the form as application/x-www-form-urlencoded, in UTF-8");
  const bytes = await readAtMost(context.req.raw, maxBytes);
  if (!bytes.ok) return bytes;
  return accept([...new URLSearchParams(new TextDecoder().decode(bytes.value))]);
}

/** A name that occurs several times, as check boxes do, becomes a list. */
export function objectOf(fields: Fields): Record<string, string | string[]> {
  // In one pass: the caller may have no session, and send thousands of fields of one name.
  const byName = Map.groupBy(fields, ([name]) => name);
  return Object.fromEntries(
    [...byName].map(([name, same]) => {
      // A line break in a text arrives as CR LF.
      const texts = same.map(([, value]) => value.replaceAll("\r\n", "\n"));
      return [name, texts.length === 1 ? (texts[0] ?? "") : texts];
    }),
  );
}

/** For showing the form again: what was typed, and what was wrong with it. */
export function sentForm(fields: Fields, refusal: Refusal, errors: readonly FieldError[] = []): SentForm {
  const named = errors.length > 0 ? errors : [{ path: refusal.at ?? "", detail: refusal.detail }];
  return {
    values: Object.fromEntries(
      Object.entries(objectOf(fields)).map(([name, value]) => [
        name,
        typeof value === "string" ? value : value.join(" "),
      ]),
    ),
    problem: {
      title: problemDefinition(problemCode(refusal.code)).title,
      detail: refusal.detail,
      at: refusal.at ?? "",
      fields: Object.fromEntries(
        named.flatMap(({ path, detail }) =>
          path === "" ? [] : [[path.slice(1).split("/")[0] ?? "", detail]],
        ),
      ),
    },
  };
}
