import type { ProblemCode } from "../../../../src/http/problem.ts";
import { problemsOf } from "../../../../src/http/rest/openapi.ts";
import { OPERATIONS } from "../../../../src/http/rest/operations.ts";

// The description of the API names every problem that a call answers: each test of a refusal checks it.

const PATTERNS = OPERATIONS.map((operation) => ({
  name: `${operation.method.toUpperCase()} ${operation.path}`,
  method: operation.method.toUpperCase(),
  pattern: new RegExp(`^${operation.path.replaceAll(/\{\w+\}/g, "[^/]+")}$`),
  codes: problemsOf(operation),
}));

/** Fails if the answer to this request is a problem that its operation does not name. */
export async function checkDeclared(request: Request, response: Response): Promise<void> {
  if (response.headers.get("content-type") !== "application/problem+json") return;
  const { pathname } = new URL(request.url);
  const operation = PATTERNS.find(
    ({ method, pattern }) => method === request.method && pattern.test(pathname),
  );
  if (operation === undefined) return;
  const { code } = await response.clone().json<{ readonly code: ProblemCode }>();
  if (!operation.codes.includes(code)) throw new Error(`${operation.name} does not name the problem ${code}`);
}
