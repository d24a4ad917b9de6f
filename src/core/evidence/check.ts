import type { Refusal } from "../refusal.ts";

// A check of a report: passed, failed or absent, with a sentence for people who know no cryptography.

export interface Check<Name extends string> {
  readonly name: Name;
  /** `absent`: it could not be made, because the verifier lacks something. Never counted as passed. */
  readonly status: "passed" | "failed" | "absent";
  readonly detail: string;
}

/** What is wrong, in plain words; undefined if nothing is. */
export type Failure = string | undefined;

/** The first failure of each check, and how many more there are. */
export type Failures = ReadonlyMap<string, { readonly first: string; readonly more: number }>;

/** Adds to `failures`, which belongs to the caller. `subject` is what fails. */
export function addFailure(
  failures: Map<string, { first: string; more: number }>,
  check: string,
  failure: Failure,
  subject?: string,
): void {
  if (failure === undefined) return;
  const earlier = failures.get(check);
  const first = subject === undefined ? failure : `${subject}: ${failure}`;
  if (earlier === undefined) failures.set(check, { first, more: 0 });
  else earlier.more++;
}

/** Given instead of an organisation id by a verifier who accepts every tenant. */
export const ANY_TENANT = "any";

/** The text of the check `tenant` when it passes. */
export const TENANT_CHECK = "It is the organisation that you named, not a look-alike.";

const PATH_MAX_CHARACTERS = 200;

/** `passed` is the text of the check when there is no failure. */
export function checkResult<Name extends string>(name: Name, failure: Failure, passed: string): Check<Name> {
  return failure === undefined
    ? { name, status: "passed", detail: passed }
    : { name, status: "failed", detail: sentence(failure) };
}

export function absentCheck<Name extends string>(name: Name, reason: string): Check<Name> {
  return { name, status: "absent", detail: sentence(reason) };
}

/** The checks of a file whose form is wrong: without its content no other check can be made. */
export function malformedChecks<Name extends string>(
  names: readonly Name[],
  refusal: Pick<Refusal, "detail" | "at">,
  reason: string,
): readonly Check<Name>[] {
  const failure = refusalText(refusal);
  return names.map((name) => (name === "form" ? checkResult(name, failure, "") : absentCheck(name, reason)));
}

/** Whether the file is of the organisation that the verifier named; `file` says what it is. */
export function tenantCheck(file: string, id: string, named: string | undefined): Check<"tenant"> {
  if (named === ANY_TENANT)
    return absentCheck("tenant", `you named no organisation; the id in this ${file} is ${id}`);
  const failure =
    named === undefined
      ? `no organisation id was given; the id in this ${file} is ${id}`
      : named === id
        ? undefined
        : `the ${file} is of another organisation; its id is ${id}`;
  return checkResult("tenant", failure, TENANT_CHECK);
}

/** No check failed, and none is absent but those that may be. */
export function isVerified<Name extends string>(
  checks: readonly Check<Name>[],
  mayBeAbsent: ReadonlySet<Name>,
): boolean {
  return checks.every(
    ({ name, status }) => status === "passed" || (status === "absent" && mayBeAbsent.has(name)),
  );
}

function refusalText({ detail, at }: Pick<Refusal, "detail" | "at">): string {
  return at ? `${detail} (at ${shortened(at)})` : detail;
}

/** The names in a path come from the file, and one of them can fill it. */
function shortened(path: string): string {
  if (path.length <= PATH_MAX_CHARACTERS) return path;
  // Not between the halves of a surrogate pair.
  return `${path.slice(0, PATH_MAX_CHARACTERS).replace(/[\ud800-\udbff]$/, "")}…`;
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${words.endsWith(".") ? "" : "."}`;
}
