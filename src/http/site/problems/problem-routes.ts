import { Hono } from "hono";
import { ProblemNotFound } from "../../../../web/site/problems/problem-not-found.tsx";
import { ProblemPage, type ProblemCalls } from "../../../../web/site/problems/problem-page.tsx";
import { anchorOf } from "../../../core/docs/anchors.ts";
import { suggestedPages } from "../../../core/docs/docs-suggestions.ts";
import { refuse } from "../../../core/refusal.ts";
import { htmlResponse } from "../../browser/pages.ts";
import type { HonoEnv, RequestContext } from "../../context.ts";
import { orRefuse } from "../../http-refusal.ts";
import { PROBLEM_CODES, problemDefinition, type ProblemCode } from "../../problem.ts";
import { problemsOf } from "../../rest/openapi.ts";
import { OPERATIONS } from "../../rest/operations.ts";
import { PUBLIC_CACHE } from "../built-file.ts";
import { problemExample } from "./problem-example.ts";
import { PROBLEM_TEXTS } from "./problem-texts.ts";
import { problemWithCode, specificCodesOf } from "./specific-codes.ts";

/** The addresses in the `type` of problem documents: a page, or JSON for a program that asks for it. */
export const problemRoutes = new Hono<HonoEnv>();

problemRoutes.get("/problems", (context) => context.redirect("/docs/errors", 302));

problemRoutes.get("/problems/:code", async (context) => {
  const code = context.req.param("code");
  const known = PROBLEM_CODES.find((one) => one === code);
  if (known === undefined) return absent(context, code);
  const response = wantsJson(context) ? problemJson(context, known) : await problemPage(context, known);
  response.headers.append("vary", "accept");
  return response;
});

function wantsJson(context: RequestContext): boolean {
  const accept = context.req.header("accept") ?? "";
  return accept.includes("json") && !accept.includes("text/html");
}

function problemJson(context: RequestContext, code: ProblemCode): Response {
  const { status, title } = problemDefinition(code);
  const { meaning, cause, whatToDo } = PROBLEM_TEXTS[code];
  context.header("cache-control", PUBLIC_CACHE);
  return context.json({ code, title, status, meaning, cause, whatToDo });
}

async function problemPage(context: RequestContext, code: ProblemCode): Promise<Response> {
  const { status, title } = problemDefinition(code);
  const { meaning, cause, whatToDo } = PROBLEM_TEXTS[code];
  const page = ProblemPage({
    origin: context.get("platform").origin,
    code,
    status,
    title,
    meaning,
    cause,
    whatToDo,
    example: JSON.stringify(problemExample(code), null, 2),
    specific: specificCodesOf(code),
    calls: callsWith(code),
  });
  return htmlResponse(context, page, { headers: { "cache-control": PUBLIC_CACHE } });
}

function callsWith(code: ProblemCode): ProblemCalls {
  const operations = OPERATIONS.filter((operation) => problemsOf(operation).includes(code));
  // Only the public call needs no key.
  if (operations.length >= OPERATIONS.length - 1) return "all";
  return operations.map(({ summary, method, path }) => ({
    name: summary,
    call: `${method.toUpperCase()} ${path}`,
    href: `/docs/rest-reference#${anchorOf(summary)}`,
  }));
}

/** Leads from a more exact code to the problem that reports it, or names problems that may be meant. */
async function absent(context: RequestContext, code: string): Promise<Response> {
  const problem = problemWithCode(code);
  if (problem !== undefined) return context.redirect(`/problems/${problem}#${code}`, 302);
  if (wantsJson(context)) return orRefuse(refuse("not_found", ""));
  const all = PROBLEM_CODES.map((name) => ({
    name,
    title: problemDefinition(name).title,
    description: PROBLEM_TEXTS[name].meaning,
  }));
  const suggested = suggestedPages(code, all).map(({ name, title }) => ({ code: name, title }));
  const { origin } = context.get("platform");
  return htmlResponse(context, ProblemNotFound({ origin, suggested }), { status: 404 });
}
