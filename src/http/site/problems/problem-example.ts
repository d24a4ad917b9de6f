import { problemDefinition, problemDetails, type Problem, type ProblemCode } from "../../problem.ts";
import { PROBLEM_TEXTS } from "./problem-texts.ts";

/** An answer as a caller may get it. */
export function problemExample(code: ProblemCode): Problem {
  const { instance, detail = problemDefinition(code).title, error } = PROBLEM_TEXTS[code].example;
  return problemDetails(
    { instance, requestId: "5f0c2ab91d7e4c3388a0b6d2" },
    { code, detail },
    error && [error],
  );
}
