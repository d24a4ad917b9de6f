import { LISTED_MAX_NAMES, partyName } from "./party-name.ts";
import type { DocumentNeed, Party, PolicyDocument } from "./policy-document.ts";
import type { Policy } from "./policy.ts";
import type { Need } from "./seats.ts";

// A policy in one sentence of plain English, such as "Two of finance, and one of security; not the person who asked;
// after 30 min also alex". The same words for a policy document and for the policy that a request keeps. The approval page
// has them too, so nothing here needs the shapes of the documents.

/** In the order of their numbers, from 0 on. */
const NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
const BETWEEN_NAMES = " or ";

/** By person id. Somebody without an entry is named by the id. */
export type Usernames = ReadonlyMap<string, string>;

/** What both kinds of policies say in the same form. */
type Terms = Pick<
  Policy,
  | "minimum"
  | "excludeRequester"
  | "rejection"
  | "authenticator"
  | "expiresInSeconds"
  | "executeWithinSeconds"
  | "quietHours"
> & {
  /** The needs of each stage. */
  readonly stages: readonly (readonly string[])[];
  readonly escalations: readonly {
    readonly afterSeconds: number;
    readonly stage: number;
    readonly needs: readonly string[];
  }[];
  readonly breakGlass: readonly string[];
};

export function documentSentence(policy: PolicyDocument): string {
  const say = (needs: readonly DocumentNeed[]) => needs.map(documentNeedText);
  return sentence({
    ...policy,
    stages: policy.stages.map(({ needs }) => say(needs)),
    escalations: policy.escalations.map((each) => ({ ...each, needs: say(each.needs) })),
    breakGlass: policy.breakGlass.map(partyName),
  });
}

/** Only who signs and in which order: "First two of finance, then one of security". */
export function stagesSentence({ stages }: Pick<Policy, "stages">, usernames: Usernames): string {
  return stagesText(stages.map(({ needs }) => needs.map((need) => needText(need, usernames))));
}

export function policySentence(policy: Policy, usernames: Usernames): string {
  const say = (needs: readonly Need[]) => needs.map((need) => needText(need, usernames));
  return sentence({
    ...policy,
    stages: policy.stages.map(({ needs }) => say(needs)),
    escalations: policy.escalations.map((each) => ({ ...each, needs: say(each.needs) })),
    breakGlass: policy.breakGlass.map((person) => nameOf(person, usernames)),
  });
}

/** Such as "two of finance", or "alex". */
export function documentNeedText({ count, from }: DocumentNeed): string {
  const areAllPeople = from.every(({ kind }) => kind === "person");
  return countText(count, from.map(partyName), areAllPeople);
}

export function needText({ name, count, of }: Need, usernames: Usernames): string {
  const people = of.map((person) => nameOf(person, usernames));
  const names = name === "" ? people : name.split(BETWEEN_NAMES);
  const areAllPeople = names.length === people.length && names.every((each) => people.includes(each));
  return countText(count, names, areAllPeople);
}

/** How the policy of a request names a need: all its parties, as far as they fit. */
export function needName(from: readonly Party[], maxCharacters: number): string {
  const names = from.map(partyName);
  for (let shown = names.length; ; shown--) {
    const left = names.length - shown;
    const name = [...names.slice(0, shown), ...(left > 0 ? [`${left} more`] : [])].join(BETWEEN_NAMES);
    if (name.length <= maxCharacters || shown === 0) return name;
  }
}

/** In full, because it is a limit: "2 hours", "1 day 30 min". */
export function spanText(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor(seconds / 3_600) % 24;
  const parts = [
    [days, days === 1 ? "day" : "days"],
    [hours, hours === 1 ? "hour" : "hours"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ] as const;
  return parts.flatMap(([count, unit]) => (count > 0 ? [`${count} ${unit}`] : [])).join(" ");
}

export function numberText(count: number): string {
  return NUMBERS[count] ?? String(count);
}

function nameOf(person: string, usernames: Usernames): string {
  return usernames.get(person) ?? person;
}

function countText(count: number, names: readonly string[], areAllPeople: boolean): string {
  if (areAllPeople && count === names.length) return listed(names, "and");
  return `${numberText(count)} of ${listed(names, "or")}`;
}

/** "alex", "alex or bo", "alex, bo or cy". A document is said in full; only people of a whole group can be more. */
export function listed(names: readonly string[], word: "and" | "or"): string {
  const shown =
    names.length > LISTED_MAX_NAMES
      ? [...names.slice(0, LISTED_MAX_NAMES), `${names.length - LISTED_MAX_NAMES} more`]
      : names;
  const last = shown.at(-1) ?? "";
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(", ")} ${word} ${last}`;
}

function sentence(terms: Terms): string {
  return [stagesText(terms.stages), ...termTexts(terms)].join("; ");
}

function stagesText(stages: readonly (readonly string[])[]): string {
  const [first = [], ...later] = stages;
  if (later.length === 0) return capitalized(needsText(first));
  return `First ${stages.map((needs) => needs.join(" and ")).join(", then ")}`;
}

/** "two of finance, and one of security"; the comma keeps "alex and bo, and one of security" apart. */
export function needsText(needs: readonly string[]): string {
  const last = needs.at(-1) ?? "";
  return needs.length < 2 ? last : `${needs.slice(0, -1).join(", ")}, and ${last}`;
}

/** A user name keeps its form, since "Alex" may be somebody else. */
export function capitalized(words: string): string {
  const isNumber = NUMBERS.some((number) => words.startsWith(`${number} of `));
  return isNumber ? words.charAt(0).toUpperCase() + words.slice(1) : words;
}

/** What differs from the simplest policy. */
function termTexts(terms: Terms): readonly string[] {
  const { stages, escalations, minimum, breakGlass, expiresInSeconds, executeWithinSeconds } = terms;
  const said: readonly (readonly [isSaid: boolean, text: string])[] = [
    [terms.excludeRequester, "not the person who asked"],
    ...escalations.map(({ afterSeconds, stage, needs }) => {
      const where = stages.length > 1 ? ` in stage ${numberText(stage)}` : "";
      return [true, `after ${spanText(afterSeconds)}${where} also ${needsText(needs)}`] as const;
    }),
    [escalations.length > 0 && minimum > 1, `never fewer than ${numberText(minimum)} people`],
    [terms.rejection === "impossible", "rejections end it only when it can no longer be met"],
    [breakGlass.length > 0, `in an emergency ${listed(breakGlass, "or")} alone`],
    [terms.authenticator === "device-bound", "only with a passkey that can't leave its device"],
    [expiresInSeconds !== null, `open for at most ${spanText(expiresInSeconds ?? 0)}`],
    [executeWithinSeconds !== null, `an approval must be used within ${spanText(executeWithinSeconds ?? 0)}`],
    [terms.quietHours === "overridden", "notices come in quiet hours too"],
  ];
  return said.flatMap(([isSaid, text]) => (isSaid ? [text] : []));
}
