import { inviteOwner } from "../../app/operator/invite-owner.ts";
import { listOrganisations } from "../../app/operator/list-organisations.ts";
import { setPlan } from "../../app/operator/set-plan.ts";
import type { Platform } from "../../app/runtime.ts";
import type { OperatorCommand } from "./operator-options.ts";

/** What a command prints. The code is 0, or 1 if it changed nothing because it could not. */
export interface Answer {
  readonly code: 0 | 1;
  readonly lines: readonly string[];
}

type Run<Name extends OperatorCommand["name"]> = (
  platform: Platform,
  command: Extract<OperatorCommand, { readonly name: Name }>,
) => Promise<Answer>;

const HOUR_MILLISECONDS = 3_600_000;

/** The tenant's Desk looks again at what it remembers after this time. */
const SEEN_WITHIN_SECONDS = 10;

export async function runCommand(platform: Platform, command: OperatorCommand): Promise<Answer> {
  switch (command.name) {
    case "invite-owner":
      return invite(platform, command);
    case "plan":
      return plan(platform, command);
    case "organisations":
      return list(platform, command);
  }
}

const invite: Run<"invite-owner"> = async (platform, command) => {
  const { ref, enrolUrl, expiresAt } = await inviteOwner(platform, command);
  const hours = Math.round((expiresAt - platform.now()) / HOUR_MILLISECONDS);
  return done(
    `Created "${command.organisation}" with the ref ${ref} and the plan ${command.plan}.`,
    `Send this link to ${command.username}, who becomes its owner. It works once, for ${hours} hours, until ${dateTime(expiresAt)}:`,
    "",
    enrolUrl,
  );
};

const plan: Run<"plan"> = async (platform, { organisation, plan: to }) => {
  const changed = await setPlan(platform, organisation, to);
  if (!changed.ok) return { code: 1, lines: [changed.refusal.detail] };
  const { name, ref, from } = changed.value;
  return from === to
    ? done(`"${name}" (${ref}) has the plan ${to} already. Nothing has changed.`)
    : done(
        `"${name}" (${ref}) had the plan ${from} and has the plan ${to} now.`,
        `A server that runs uses it within ${SEEN_WITHIN_SECONDS} seconds.`,
      );
};

const list: Run<"organisations"> = async (platform) => {
  const { organisations, sandboxes } = await listOrganisations(platform);
  const rows = organisations.map(({ ref, plan: current, createdAt, stream, name }) => [
    ref,
    current,
    dateTime(createdAt),
    stream === null ? "its owner has no passkey yet" : `organisation id ${stream}`,
    name,
  ]);
  const lines = rows.map(([ref = "", current = "", created = "", state = "", name = ""]) => [
    `${ref}  ${current.padEnd(10)}  ${created}  ${name}`,
    `          ${state}`,
  ]);
  const listed = rows.length === 0 ? ["There is no organisation yet."] : lines.flat();
  const demos = sandboxes === 1 ? "1 demo organisation" : `${sandboxes} demo organisations`;
  return done(...listed, ...(sandboxes === 0 ? [] : [`Besides, ${demos} of people who try the product.`]));
};

function done(...lines: readonly string[]): Answer {
  return { code: 0, lines };
}

function dateTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
