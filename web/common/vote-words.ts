import type { Statement } from "../../src/core/confirmation/statement.ts";

/** What a person did, after their name. */
export const VOTE_WORDS: Readonly<Record<Statement["vote"], string>> = {
  approve: "approved",
  reject: "rejected",
  "break-glass": "approved alone, in an emergency",
};
