import { splitCapitals } from "./member-labels.ts";

// What the name of a field says about it. Only for summaries and comparisons, which nobody signs: the approval page
// shows every field with its exact name.

/** What usually tells requests apart, the most telling first. */
const CLASSES = [
  "amount",
  "currency",
  "recipient",
  "environment",
  "target",
  "command",
  "identifier",
  "other",
  "text",
] as const;
export type FieldClass = (typeof CLASSES)[number];

const WORDS: Readonly<Record<Exclude<FieldClass, "other">, readonly string[]>> = {
  amount: words("amount total sum price cost fee limit budget balance salary quantity qty value count amt"),
  currency: words("currency"),
  recipient: words(
    "to recipient recipients payee beneficiary creditor vendor supplier customer account iban email user username " +
      "person member employee destination wallet address",
  ),
  environment: words("environment env stage region"),
  target: words(
    "target resource service repository repo project branch database db schema table host hostname server domain url " +
      "uri endpoint path file bucket cluster namespace image package app application function queue key role scope " +
      "permission name from sender payer source version tag release",
  ),
  command: words("sql query command cmd script statement"),
  identifier: words("id ids ref reference invoice order ticket case contract number no code commit sha hash"),
  text: words(
    "memo note notes description comment comments reason message text body title subject summary details",
  ),
};

function words(list: string): readonly string[] {
  return list.split(" ");
}

const CLASS_OF: ReadonlyMap<string, FieldClass> = new Map(
  CLASSES.flatMap((name) => (name === "other" ? [] : WORDS[name].map((word) => [word, name] as const))),
);

/** ASCII words joined by underscores, hyphens, dots or capitals. */
const JOINED = /^[A-Za-z][0-9A-Za-z]*(?:[_.-][0-9A-Za-z]+)*$/;
/** A longer name is no word that the list above has, and would take long to split. */
const NAME_MAX_CHARACTERS = 60;

/** `amount_usd` and `amountUsd` become "amount usd"; any other name is kept. */
export function plainName(name: string): string {
  if (name.length > NAME_MAX_CHARACTERS || !JOINED.test(name)) return name;
  return splitCapitals(name).replace(/[_.-]/g, " ").toLowerCase();
}

/** By the first class that a word of the name is in. A note about something stays a note. */
export function classOf(name: string): FieldClass {
  const found = plainName(name)
    .split(" ")
    .flatMap((word) => CLASS_OF.get(word) ?? []);
  if (found.at(-1) === "text") return "text";
  return CLASSES.find((one) => found.includes(one)) ?? "other";
}

/** The class of a field inside another: `amount.value` is an amount, and `order.memo` is a text. */
export function innerClassOf(outer: string, name: string): FieldClass {
  const own = classOf(name);
  const of = classOf(outer);
  return own === "text" || rankOf(own) < rankOf(of) ? own : of;
}

/** 0 for the most telling class. */
export function rankOf(fieldClass: FieldClass): number {
  return CLASSES.indexOf(fieldClass);
}
