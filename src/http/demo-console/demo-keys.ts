import { isoTime, isoTimeOrNull } from "../../app/runtime.ts";
import { makeApiKey, redactApiKey } from "../../core/confirmation/api-key.ts";
import type { ProjectMode } from "../../core/confirmation/project-mode.ts";
import { DEFAULT_SCOPES } from "../../core/confirmation/scopes.ts";
import { makeRef } from "../../core/confirmation/tenant-ref.ts";
import { concat } from "../../core/encoding/bytes.ts";
import { REMINDER_PERCENT } from "../../core/notice/notice-kinds.ts";
import type { ChannelItem } from "../../core/pages/sending/notices-page-data.ts";
import type { KeyItem, ProjectItem } from "../../core/pages/project-page-data.ts";
import { bytesOf, DAY, demoId, MINUTE, numberOf } from "./demo-time.ts";

// The projects of the example company, and their API keys.

/** Of the invented keys, whose secrets nobody has. */
const REF = makeRef("0", bytesOf("ref"));

type ProjectSample = readonly [
  name: string,
  mode: ProjectMode,
  daysAgo: number,
  archivedDaysAgo: number | null,
];

const PROJECTS: readonly ProjectSample[] = [
  ["Payments", "live", 28.2, null],
  ["Production", "live", 28.1, null],
  ["Customer data", "live", 27, null],
  ["Staging", "test", 28, null],
  ["Old payouts", "live", 28.2, 9],
];

export function demoProjects(hour: number): readonly ProjectItem[] {
  return PROJECTS.map(([name, mode, daysAgo, archivedDaysAgo]) => ({
    id: demoId("j", name),
    name,
    mode,
    createdAt: isoTime(hour - daysAgo * DAY - numberOf(name, 50) * MINUTE),
    archivedAt: isoTimeOrNull(archivedDaysAgo === null ? null : hour - archivedDaysAgo * DAY),
    notices: {
      kinds: ["push", "email"],
      hidesContent: name === "Customer data",
      reminderPercent: REMINDER_PERCENT,
    },
  }));
}

/** Chat rooms that hear of the requests of a project. */
export function demoRooms({ name, createdAt }: ProjectItem): readonly ChannelItem[] {
  if (name !== "Payments") return [];
  return [
    {
      id: demoId("n", "finance"),
      kind: "slack",
      name: "#finance-approvals",
      address: "hooks.slack.com",
      use: "default",
      createdAt,
      state: "active",
      endedAt: null,
      endpointHash: null,
    },
  ];
}

interface KeySample {
  readonly label: string;
  readonly project: string;
  readonly agent: boolean;
  readonly createdBy: string;
  readonly daysAgo: number;
  readonly endedDaysAgo?: number;
  readonly expiresInDays?: number;
  /** Whether a newer key with the same label takes over from it. */
  readonly isFirst?: true;
  readonly replacesFirst?: true;
}

const DEPLOY = { label: "Deploy pipeline", project: "Production", agent: false, createdBy: "elena.rossi" };
const TOM = { createdBy: "tom.okafor" };

/** Of one label the newest first. */
const KEYS: readonly KeySample[] = [
  { ...TOM, label: "Payments agent", project: "Payments", agent: true, daysAgo: 27.6 },
  { ...TOM, label: "Payout service", project: "Payments", agent: false, daysAgo: 27.3 },
  { ...DEPLOY, daysAgo: 11, replacesFirst: true },
  { ...DEPLOY, daysAgo: 27.5, endedDaysAgo: 10, isFirst: true },
  {
    label: "Operations agent",
    project: "Production",
    agent: true,
    createdBy: "elena.rossi",
    daysAgo: 27.1,
    expiresInDays: 63,
  },
  { ...TOM, label: "Support agent", project: "Customer data", agent: true, daysAgo: 26.9 },
  { ...TOM, label: "Staging agent", project: "Staging", agent: true, daysAgo: 27.4 },
  { ...TOM, label: "Payout script", project: "Old payouts", agent: false, daysAgo: 27.2, endedDaysAgo: 9 },
];

/** Without their last use, which follows from the requests. */
export function demoKeys(hour: number, projects: readonly ProjectItem[]): readonly KeyItem[] {
  return KEYS.flatMap((sample) => {
    const project = projects.find(({ name }) => name === sample.project);
    return project === undefined ? [] : [keyItem(sample, project, hour)];
  });
}

function keyItem(sample: KeySample, { id, name, mode }: ProjectItem, hour: number): KeyItem {
  const { label, agent, createdBy, daysAgo, endedDaysAgo, expiresInDays, isFirst, replacesFirst } = sample;
  const own = isFirst === true ? `first ${label}` : label;
  const random = concat(bytesOf(`key ${own}`), bytesOf(`more of the key ${own}`));
  return {
    id: keyId(own),
    label,
    prefix: redactApiKey(makeApiKey(mode, REF, random)),
    project: { id, name, mode },
    scopes: DEFAULT_SCOPES,
    agent,
    createdBy,
    createdAt: isoTime(hour - daysAgo * DAY - numberOf(own, 50) * MINUTE),
    expiresAt: expiresInDays === undefined ? null : isoTime(hour + expiresInDays * DAY),
    revokedAt: endedDaysAgo === undefined ? null : isoTime(hour - endedDaysAgo * DAY),
    lastUsedAt: null,
    state: endedDaysAgo === undefined ? "active" : "revoked",
    replaces: replacesFirst === true ? keyId(`first ${label}`) : null,
  };
}

function keyId(label: string): string {
  return demoId("k", `key ${label}`);
}
