import type { Status } from "../confirmation/decision.ts";
import type { ProjectMode } from "../confirmation/project-mode.ts";
import type { NoticeKind } from "./notice-kinds.ts";
import { shortText } from "./short-text.ts";

// What a notice says, in every channel. It never says anything of the content: only the approval page shows that.

/** A push message shows some 60 characters of a title. */
const TITLE_ACTION_MAX_CHARACTERS = 80;
const ACTION_MAX_CHARACTERS = 200;
const NAME_MAX_CHARACTERS = 100;

export interface RequestFacts {
  readonly kind: NoticeKind;
  /** The id of the request. */
  readonly request: string;
  readonly requesterName: string;
  readonly action: string;
  /** The name of the policy; empty where one named person decides. */
  readonly policy: string;
  readonly organisation: string;
  readonly project: string;
  readonly mode: ProjectMode;
  /** The comparison code. */
  readonly code: string;
  readonly expiresAt: number;
  /** Of the person, or of the organisation. */
  readonly timeZone: string;
  /** Whether the project leaves out who asks for what. */
  readonly hidden: boolean;
  /** To a person who may decide; otherwise to a chat room. */
  readonly isPersonal: boolean;
  readonly outcome: Status;
  /** The usernames of those whose votes decided. */
  readonly by: readonly string[];
  /** The address of the request's page. */
  readonly link: string;
}

interface DigestFacts {
  readonly kind: "digest";
  readonly count: number;
  /** Whether others were sent one by one shortly before. */
  readonly isMore: boolean;
  readonly organisation: string;
  readonly isPersonal: boolean;
  /** The address of the inbox. */
  readonly link: string;
}

/** All texts are plain and of one line, with nothing invisible but the joiners that keep mail programs from linking. */
export interface NoticeText {
  readonly title: string;
  /** Of a mail. All mails about one request have the same, so that mail programs keep them together. */
  readonly subject: string;
  /** Sentences, and names with a value: "Requester: Billing bot". */
  readonly lines: readonly string[];
  /** The comparison code, which the approval page and the requester show, too. */
  readonly code: string | null;
  /** A notice takes the place of an earlier one with the same tag. */
  readonly tag: string;
  readonly link: string;
  /** Of a button or a link. */
  readonly linkText: string;
  /** Whether somebody waits: it should also reach a device that saves power. */
  readonly isUrgent: boolean;
  /** Whether it only takes the place of an earlier one, without a sound. */
  readonly replaces: boolean;
  /** When it is of no use any more; null if it always is. */
  readonly expiresAt: number | null;
}

/** With the action after the colon, or without it. */
interface Heading {
  readonly before: string;
  readonly whole: string;
}

const CLOSED: Readonly<Record<Status, Heading>> = {
  approved: { before: "Approved", whole: "A request was approved" },
  rejected: { before: "Rejected", whole: "A request was rejected" },
  cancelled: { before: "Cancelled", whole: "A request was cancelled" },
  expired: { before: "Expired", whole: "A request has expired" },
  // A notice says what has happened, so this is never sent.
  pending: { before: "Waiting", whole: "A request waits" },
};

export function noticeText(facts: RequestFacts | DigestFacts): NoticeText {
  return facts.kind === "digest" ? digestText(facts) : requestText(facts);
}

function digestText({ count, isMore, organisation, isPersonal, link }: DigestFacts): NoticeText {
  const noun = count === 1 ? "request waits" : "requests wait";
  const title = `${count.toLocaleString("en")} ${isMore ? "more " : ""}${noun} for ${isPersonal ? "you" : "a decision"}`;
  return {
    title,
    subject: title,
    lines: [`Organisation: ${shortText(organisation, NAME_MAX_CHARACTERS)}`],
    code: null,
    tag: "inbox",
    link,
    linkText: "Open the inbox",
    isUrgent: true,
    replaces: false,
    expiresAt: null,
  };
}

function requestText(facts: RequestFacts): NoticeText {
  const { kind, action, mode, hidden, link, code, request, expiresAt } = facts;
  const isOpen = kind !== "closed" && kind !== "break-glass";
  const { before, whole } = headingOf(facts);
  const shortAction = shortText(action, TITLE_ACTION_MAX_CHARACTERS);
  const test = mode === "test" ? "TEST: " : "";
  return {
    title: test + (hidden ? whole : `${before}: ${shortAction}`),
    subject: test + (hidden ? "Approval request" : `Approval request: ${shortAction}`),
    lines: linesOf(facts, isOpen),
    code: isOpen ? code : null,
    tag: request,
    link,
    linkText: isOpen && facts.isPersonal ? "Read and decide" : "Open the request",
    isUrgent: kind !== "closed",
    replaces: kind === "closed",
    expiresAt: isOpen ? expiresAt : null,
  };
}

function headingOf({ kind, isPersonal, outcome }: RequestFacts): Heading {
  const forWhom = isPersonal ? "for you" : "for a decision";
  switch (kind) {
    case "asked":
      return {
        before: isPersonal ? "Please decide" : "Waits for a decision",
        whole: `A request waits ${forWhom}`,
      };
    case "reminder":
      return { before: "Still waits for a decision", whole: `A request still waits ${forWhom}` };
    case "escalated":
      return {
        before: isPersonal ? "Escalated to you" : "Escalated",
        whole: isPersonal ? "A request was escalated to you" : "A request was escalated",
      };
    case "break-glass":
      return { before: "Emergency approval", whole: "A request was approved in an emergency" };
    case "closed":
      return CLOSED[outcome];
  }
}

/** A text of others is at the end of its line, so that letters from right to left move none of our words. */
function linesOf(facts: RequestFacts, isOpen: boolean): readonly string[] {
  const { kind, hidden, requesterName, action, policy, organisation, project, mode, isPersonal } = facts;
  const name = (text: string) => shortText(text, NAME_MAX_CHARACTERS);
  return [
    ...(mode === "test" ? ["This is a test. It decides nothing real."] : []),
    ...(kind === "escalated"
      ? [`Nobody decided in time. ${isPersonal ? "You" : "Others"} may decide now.`]
      : []),
    ...decidedLines(facts),
    ...(hidden
      ? []
      : [
          `Requester: ${name(requesterName)}`,
          `Action: ${shortText(action, ACTION_MAX_CHARACTERS)}`,
          ...(policy === "" ? [] : [`Policy: ${name(policy)}`]),
        ]),
    `Project: ${name(project)}`,
    `Organisation: ${name(organisation)}`,
    ...(isOpen ? [`Expires: ${timeText(facts)}`] : []),
  ];
}

function decidedLines({ kind, outcome, by, isPersonal }: RequestFacts): readonly string[] {
  const names = by.map((one) => shortText(one, NAME_MAX_CHARACTERS));
  const people = `${names.slice(0, -1).join(", ")}${names.length > 1 ? " and " : ""}${names.at(-1) ?? ""}`;
  if (kind === "break-glass")
    return [
      `One person approved it without the other signatures: ${people}`,
      "Check whether this was right.",
    ];
  if (kind !== "closed") return [];
  if (outcome === "cancelled") return ["The requester needs no decision any more."];
  if (outcome === "expired") return ["Nobody decided in time."];
  const who = by.length === 0 ? [] : [`Decided by: ${people}`];
  return isPersonal ? [...who, "You need not do anything."] : who;
}

/** Such as "28 Nov 2026, 14:20 (Europe/Berlin)". */
function timeText({ expiresAt, timeZone }: RequestFacts): string {
  const format = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone });
  return `${format.format(expiresAt)} (${timeZone})`;
}
