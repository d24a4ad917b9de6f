import { Hono } from "hono";
import type { StartPage } from "../../core/pages/start-page-data.ts";
import { refuse, type Refusal } from "../../core/refusal.ts";
import type { Html } from "../../../web/console/html-text.ts";
import { drawDemo, drawDemoProblem } from "../../../web/site/demo-console/draw-demo.tsx";
import { DemoRequestView } from "../../../web/site/demo-console/demo-request-view.tsx";
import { DemoStartView } from "../../../web/site/demo-console/demo-start-view.tsx";
import { FORM_POLICY, htmlResponse } from "../browser/pages.ts";
import { signUpMode } from "../browser/sign-up-setting.ts";
import { CONSOLE_PAGES } from "../console/console-routes.ts";
import type { ConsolePage } from "../console/define.ts";
import { requestPage } from "../console/pages/request-pages.ts";
import { startPage } from "../console/pages/start-pages.ts";
import type { HonoEnv, RequestContext } from "../context.ts";
import { problemCode, problemDefinition } from "../problem.ts";
import { demoAct, hasDemoAct } from "./demo-acts.ts";
import type { DemoCompany } from "./demo-company.ts";
import { hourOf } from "./demo-time.ts";
import { demoTour } from "./demo-tour.ts";
import { makeDemoCompany } from "./make-demo-company.ts";

// The console with the generated data of an invented organisation, as an auditor sees it: for everybody, without a
// session and without the database. Nothing can be sent.

export const demoConsoleRoutes = new Hono<HonoEnv>();

const CONSOLE = /^\/console(?=\/|$)/;

const PAGES = CONSOLE_PAGES.filter(({ act }) => hasDemoAct(act)).map((page) => ({
  path: page.path.replace(CONSOLE, "/demo"),
  page,
}));
export const DEMO_PATHS: readonly string[] = PAGES.map(({ path }) => path);

for (const { path, page } of PAGES) demoConsoleRoutes.get(path, (context) => demoPage(context, page));
demoConsoleRoutes.get("/demo/*", async (context, next) =>
  context.req.path === LIVE_DEMO ? next() : problemPage(context, null, UNKNOWN_PAGE),
);

/** It starts the live demo, by POST. Another method is refused as at every address. */
const LIVE_DEMO = "/demo/begin";
const UNKNOWN_PAGE = refuse("not_found", "").refusal;

async function demoPage(context: RequestContext, page: ConsolePage): Promise<Response> {
  const company = companyOf(context);
  const result = await demoAct(company, page.act, page.input(context));
  if (!result.ok) return problemPage(context, page, result.refusal);
  const title = page.titleOf?.(result.value) ?? page.title;
  const surroundings = { ...surroundingsOf(context), section: page.section, title };
  const { view, data } = shownBy(page, result.value, company);
  return html(context, drawDemo(surroundings, view, data));
}

/** By the console's own view, but for two pages. */
function shownBy(
  page: ConsolePage,
  data: unknown,
  company: DemoCompany,
): { readonly view: ConsolePage["view"]; readonly data: unknown } {
  const as = (view: unknown) => view as ConsolePage["view"];
  if (page === requestPage) return { view: as(DemoRequestView), data };
  if (page === startPage)
    return { view: as(DemoStartView), data: { ...(data as StartPage), tour: demoTour(company) } };
  return { view: page.view, data };
}

async function problemPage(
  context: RequestContext,
  page: ConsolePage | null,
  { code }: Refusal,
): Promise<Response> {
  const { title, status } = problemDefinition(problemCode(code));
  const surroundings = { ...surroundingsOf(context), title, section: page?.section ?? null };
  return html(
    context,
    drawDemoProblem(surroundings, "there is nothing at this address in the demo console"),
    status,
  );
}

/** Of this hour: making it takes some 50 ms. */
let lastCompany: DemoCompany | undefined;

function companyOf(context: RequestContext): DemoCompany {
  const { now, origin } = context.get("platform");
  if (lastCompany?.hour !== hourOf(now()) || lastCompany.shell.origin !== origin)
    lastCompany = makeDemoCompany(now(), origin);
  return lastCompany;
}

function surroundingsOf(context: RequestContext) {
  return { shell: companyOf(context).shell, canSignUp: signUpMode(context.env) !== "closed" };
}

async function html(context: RequestContext, page: Html, status = 200): Promise<Response> {
  return htmlResponse(context, inDemo(String(await page)), { status, policy: FORM_POLICY });
}

/** The views lead to the console. Other people's text can't look like this: a quote in it is escaped. */
function inDemo(page: string): string {
  return page.replaceAll(/ (href|action)="\/console(?=["/?#])/g, ' $1="/demo');
}
