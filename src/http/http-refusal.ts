import type { Refusal, Result } from "../core/refusal.ts";
import type { FieldError } from "./problem.ts";
import type { Validated } from "./validate.ts";

type Headers = Readonly<Record<string, string>>;

/** Ends a request. The error handler of the app turns it into the answer, so no route does. */
export class HttpRefusal extends Error {
  readonly refusal: Refusal;
  /** Undefined: the refusal itself says which field is wrong. */
  readonly errors: readonly FieldError[] | undefined;
  readonly headers: Headers;

  constructor(refusal: Refusal, errors?: readonly FieldError[], headers: Headers = {}) {
    super(refusal.code);
    this.refusal = refusal;
    this.errors = errors;
    this.headers = headers;
  }
}

/** The value of the result. Otherwise the request ends with its refusal. */
export function orRefuse<Value>(result: Result<Value> | Validated<Value>, headers?: Headers): Value {
  if (result.ok) return result.value;
  throw new HttpRefusal(result.refusal, "errors" in result ? result.errors : undefined, headers);
}
