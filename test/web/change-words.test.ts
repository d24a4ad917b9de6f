import { expect, it } from "vitest";
import type { Change } from "../../src/core/stream/change-format.ts";
import type { RichText } from "../../src/core/report/rich-text.ts";
import { wordsOf } from "../../web/change/change-words.ts";

// What the page of a change says before somebody signs it.

const head = { v: 1, kind: "countersign/change" } as const;
const textOf = (text: RichText) =>
  text.map((part) => (typeof part === "string" ? part : part.exact)).join("");
const project = { id: "j_1", name: "Default" };
const key = { id: "k_1", name: "Directory sync", hash: "ab".repeat(32), project, expires: null };
const rows: [Change, question: string, effect: string, yes: string, drawn: number][] = [
  [
    { ...head, change: "key.changed", key: { ...key, scopes: ["people", "audit:read"] } },
    "Activate the API key “Directory sync”?",
    "Every program that has this key can then invite people and ask for changes of them, and export the whole history.",
    "Activate the key",
    10,
  ],
  [
    { ...head, change: "tenant.deleted", tenant: { name: "Acme", stream: "ab".repeat(32) } },
    "Delete the organisation “Acme”?",
    "All keys, links and sessions stop at once. People, passkeys, requests and their content are destroyed, and nobody can undo this. Receipts that were downloaded stay valid.",
    "Delete the organisation",
    0,
  ],
];
it.each(rows)("%j", (change, question, effect, yes, drawn) => {
  const words = wordsOf(change, "Acme", "p_1");
  expect([textOf(words.question), textOf(words.effect), words.yes, words.inFull?.length ?? 0]).toEqual([
    question,
    effect,
    yes,
    drawn,
  ]);
});
