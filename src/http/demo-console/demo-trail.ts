import { isoTime } from "../../app/runtime.ts";
import { trailText, type TrailAct } from "../../core/account/trail-texts.ts";
import type { TrailItem } from "../../core/pages/trail-page-data.ts";
import { DEMO_NAME, type DemoCompany } from "./demo-company.ts";
import { inviterOf } from "./demo-people.ts";
import { DAY, HOUR, MINUTE, numberOf, oneOf } from "./demo-time.ts";

// The audit trail of the example company, as it follows from its people, projects, keys and webhooks.

type Facts = Pick<DemoCompany, "hour" | "people" | "projects" | "keys" | "webhooks" | "requests">;
interface Done {
  readonly at: number;
  readonly act: TrailAct;
  readonly actor: string;
  readonly subject?: string;
  readonly detail?: TrailItem["detail"];
}

/** The newest first. */
export function demoTrail(facts: Facts): readonly TrailItem[] {
  return [...ofPeople(facts), ...ofSetUp(facts), ...signIns(facts)]
    .filter(({ at }) => at <= facts.hour)
    .toSorted((one, other) => other.at - one.at)
    .map(({ at, act, actor, subject = "", detail = [] }) => ({
      at: isoTime(at),
      actor: { kind: "person", name: actor },
      act: trailText(act),
      subject,
      detail,
      place: placeOf(actor),
    }));
}

const PLACES = [
  "Chrome on Windows, DE",
  "Safari on macOS, PT",
  "Firefox on Linux, SE",
  "Safari on iPhone, DE",
];

function placeOf(actor: string): string {
  return oneOf(`place of ${actor}`, PLACES);
}

function ofPeople({ people }: Facts): readonly Done[] {
  return people.flatMap<Done>((person) => {
    const { username, role, createdAt, removedAt, labels, endorsedSeq } = person;
    if (role === "owner")
      return [{ at: createdAt, act: "organisation.created", actor: username, subject: DEMO_NAME }];
    const inviter = inviterOf(username);
    const trust = `Let ${username} (${role}) decide with a new passkey`;
    return [
      { at: createdAt, act: "person.invited", actor: inviter, subject: username, detail: [["role", role]] },
      ...(labels.length === 0
        ? []
        : [{ at: createdAt + 2 * HOUR, act: "passkey.created", actor: username } as const]),
      ...(endorsedSeq === null
        ? []
        : [{ at: createdAt + 3 * HOUR, act: "change.approved", actor: inviter, subject: trust } as const]),
      ...(removedAt === null
        ? []
        : ([
            { at: removedAt - HOUR, act: "change.requested", actor: inviter, subject: `Remove ${username}` },
            { at: removedAt, act: "change.approved", actor: "maria.lind", subject: `Remove ${username}` },
          ] as const)),
    ];
  });
}

function ofSetUp({ hour, projects, keys, webhooks }: Facts): readonly Done[] {
  return [
    ...projects.flatMap<Done>(({ name, mode, createdAt, archivedAt }) => [
      {
        at: Date.parse(createdAt),
        act: "project.created",
        actor: "maria.lind",
        subject: name,
        detail: [["mode", mode]],
      },
      ...done(archivedAt, { act: "project.archived", actor: "jonas.weber", subject: name }),
    ]),
    ...keys.flatMap<Done>(({ label, createdBy, createdAt, revokedAt, replaces, scopes }) => [
      {
        at: Date.parse(createdAt),
        act: replaces === null ? "key.created" : "key.rotated",
        actor: createdBy ?? "",
        subject: label,
        detail: [["scopes", scopes.join(", ")]],
      },
      ...done(revokedAt, { act: "key.revoked", actor: createdBy ?? "", subject: label }),
    ]),
    ...webhooks.flatMap<Done>(({ item: { name, createdAt, url } }) => [
      {
        at: Date.parse(createdAt),
        act: "webhook.created",
        actor: "elena.rossi",
        subject: name,
        detail: [["url", url]],
      },
    ]),
    {
      at: hour - 25 * DAY,
      act: "settings.changed",
      actor: "maria.lind",
      detail: [["defaultExpirySeconds", "900 → 14400"]],
    },
    { at: hour - 8 * DAY, act: "history.exported", actor: "haruto.sato" },
    { at: hour - DAY - 2 * HOUR, act: "history.exported", actor: "haruto.sato" },
  ];
}

function done(at: string | null, rest: Omit<Done, "at">): readonly Done[] {
  return at === null ? [] : [{ ...rest, at: Date.parse(at) }];
}

/** Some days before now, for each person who has an active passkey. */
function signIns({ hour, people }: Facts): readonly Done[] {
  return people
    .filter(({ state }) => state === "active")
    .flatMap(({ username, createdAt }) =>
      [0, 1, 2].map((time) => ({
        at: hour - numberOf(`${username} signs in ${time}`, 20 * 24 * 60) * MINUTE,
        act: "session.opened" as const,
        actor: username,
        createdAt,
      })),
    )
    .filter(({ at, createdAt }) => at > createdAt + 4 * HOUR);
}
