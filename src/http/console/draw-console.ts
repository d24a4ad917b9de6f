import type { SentForm, Shell } from "../../core/pages/console.ts";
import type { Refusal } from "../../core/refusal.ts";
import type { ConsoleAnswer } from "../../desk/desk-for-console.ts";
import type { Versioned } from "../../desk/waits/wait-for-version.ts";
import { drawElevation, drawPage, drawProblem } from "../../../web/console/draw-page.tsx";
import type { Html } from "../../../web/console/html-text.ts";
import type { Live } from "../../../web/console/layout.tsx";
import { FORM_POLICY, htmlResponse, type HtmlOptions } from "../browser/pages.ts";
import { drawWithSession } from "../browser/session.ts";
import type { RequestContext } from "../context.ts";
import { problemCode, problemDefinition } from "../problem.ts";
import type { ConsoleForm, ConsolePage } from "./define.ts";
import type { Fields } from "./form-body.ts";
import { placeOf } from "../place.ts";
import { livePathOf } from "./live.ts";

// What a browser gets from the console: pages, drawn on the server.

/** The name that web/push/register-worker.ts gives to its policy of trusted types. */
const WORKER_POLICY = "countersign";

/** A form that could not be accepted. */
interface RefusedForm {
  readonly form: SentForm;
  readonly refusal: Refusal;
}

/** A page with what its act reads. With `sent`, a form on it is shown again. */
export async function drawConsolePage(
  context: RequestContext,
  page: ConsolePage,
  sent: RefusedForm | null = null,
  input: unknown = page.input(context),
): Promise<Response> {
  return drawWithSession(
    context,
    ({ desk, session }) => desk().consolePage(session, placeOf(context), page.act, input as never),
    ({ shell, page: result }: ConsoleAnswer<unknown>) => {
      if (!result.ok) return problemPage(context, { shell, section: page.section }, result.refusal);
      const status = sent === null ? 200 : statusOf(sent.refusal);
      const live = page.isLive ? liveOf(context, result.value as Versioned) : null;
      const title = page.titleOf?.(result.value) ?? page.title;
      return html(
        context,
        drawPage({ ...page, title, shell, live }, page.view, result.value, sent?.form),
        status,
        page.registersWorker ? { "worker-src": "'self'", "trusted-types": WORKER_POLICY } : {},
      );
    },
  );
}

/** The page to confirm with a passkey, which keeps the form and sends it again. */
export async function drawElevationPage(
  context: RequestContext,
  { page }: ConsoleForm,
  fields: Fields,
): Promise<Response> {
  return drawInShell(context, (shell) =>
    html(context, drawElevation(shell, page.section, { action: context.req.path, fields }), 403),
  );
}

/** A page that is the answer to a form itself, for what is shown only once. */
export async function drawShown(
  context: RequestContext,
  { page, shown }: ConsoleForm & Required<Pick<ConsoleForm, "shown">>,
  output: unknown,
): Promise<Response> {
  return drawInShell(context, (shell) =>
    html(context, drawPage({ ...page, title: shown.title, shell }, shown.view, output), 200),
  );
}

/** Why there is no file, in the surroundings of the page that offers it. */
export async function drawRefusal(
  context: RequestContext,
  { section }: ConsolePage,
  refusal: Refusal,
): Promise<Response> {
  return drawInShell(context, (shell) => problemPage(context, { shell, section }, refusal));
}

async function drawInShell(
  context: RequestContext,
  draw: (shell: Shell) => Promise<Response>,
): Promise<Response> {
  return drawWithSession(context, ({ desk, session }) => desk().consoleShell(session), draw);
}

function liveOf(context: RequestContext, { version }: Versioned): Live {
  const { pathname, search } = new URL(context.req.url);
  return { href: livePathOf(pathname) + search, version };
}

function problemPage(
  context: RequestContext,
  surroundings: Pick<Parameters<typeof drawProblem>[0], "shell" | "section">,
  refusal: Refusal,
): Promise<Response> {
  const { title } = problemDefinition(problemCode(refusal.code));
  return html(context, drawProblem({ ...surroundings, title }, refusal.detail), statusOf(refusal));
}

function statusOf({ code }: Refusal): number {
  return problemDefinition(problemCode(code)).status;
}

async function html(
  context: RequestContext,
  page: Html,
  status: number,
  policy: HtmlOptions["policy"] = {},
): Promise<Response> {
  return htmlResponse(context, page, {
    status,
    permissions: "publickey-credentials-get=(self)",
    policy: { ...FORM_POLICY, ...policy },
    // Without a referrer a browser says "null" as the origin of a form, and the form would be refused.
    headers: { "referrer-policy": "same-origin" },
  });
}
