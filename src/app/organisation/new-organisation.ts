import { makeRef, REF_RANDOM_BYTES } from "../../core/confirmation/tenant-ref.ts";
import type { PlanName } from "../../core/account/plans.ts";
import { insertFirstRows } from "../../store/account/first-rows.ts";
import type { NewTenant, ProjectRow } from "../../store/rows.ts";
import { insertTenant } from "../../store/tenant-lookup.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { newLink, newPerson } from "../account/new-link.ts";
import { OPERATOR, trailEntryOf } from "../acts/trail-entry.ts";
import { keyWithoutCreator, type KeyWithoutCreator } from "../keys/key-without-creator.ts";
import { newId, newSalt, newSecret, type Platform } from "../runtime.ts";

// A new organisation: its row, its projects, its owner and the owner's link, in one transaction. Its stream starts with
// the owner's first passkey.

const STREAM_KEY_BYTES = 32;
const HOUR_MILLISECONDS = 3_600_000;

export const FIRST_PROJECTS = [
  { name: "Default", mode: "live" },
  { name: "Test", mode: "test" },
] as const;

export interface OrganisationForm {
  readonly name: string;
  /** The owner's user name. */
  readonly username: string;
  readonly projects: readonly Pick<ProjectRow, "name" | "mode">[];
  /** Without one: no limits. */
  readonly plan?: PlanName;
  readonly linkMinutes?: number;
  /** Whether it is deleted if nobody uses the link in its time. */
  readonly endsWithLink: boolean;
  /** Of the shards for new tenants. Without it: all. */
  readonly shards?: readonly string[];
  /** API keys of the first project. */
  readonly keys?: readonly KeyWithoutCreator[];
  /** For a sandbox: how long it exists. */
  readonly sandboxHours?: number;
  /** From where its owner makes it, in general terms; null: an operator makes it. */
  readonly signUpPlace: string | null;
}

export interface NewOrganisation {
  readonly store: TenantStore;
  readonly tenant: NewTenant;
  readonly owner: ReturnType<typeof newPerson>;
  readonly link: ReturnType<typeof newLink>;
  /** The texts of its API keys. Only their hashes are stored. */
  readonly apiKeys: readonly string[];
}

export async function newOrganisation(platform: Platform, form: OrganisationForm): Promise<NewOrganisation> {
  const { name, username, plan = "enterprise", linkMinutes, endsWithLink, signUpPlace: place } = form;
  const { sandboxHours, shards = platform.databases.open, keys: terms = [] } = form;
  const createdAt = platform.now();
  const id = makeRef(oneOf(shards, platform), platform.random(REF_RANDOM_BYTES));
  const owner = newPerson(platform, id, username, "owner");
  const by = place === null ? OPERATOR : ({ kind: "person", id: owner.id, name: username, place } as const);
  const sent = { recovers: false, by, minutes: linkMinutes };
  const link = newLink(platform, { tenantId: id }, owner.id, sent);
  const tenant = {
    id,
    name,
    plan,
    streamKey: newSecret(platform, STREAM_KEY_BYTES),
    genesisSalt: newSalt(platform),
    createdAt,
    signupUntil: endsWithLink ? link.expiresAt : null,
    sandboxUntil: sandboxHours === undefined ? null : createdAt + sandboxHours * HOUR_MILLISECONDS,
  };
  const projects = form.projects.map((project) => ({ ...project, id: newId(platform, "j"), createdAt }));
  const [first] = projects;
  if (first === undefined) throw new RangeError("an organisation has a project");
  const keys = terms.map((key) => keyWithoutCreator(platform, { tenantId: id }, first, key));
  const done = trailEntryOf(platform, by, { act: "organisation.created", detail: { owner: username, plan } });
  const store = await insertTenant(platform.databases, tenant, (own) => [
    done,
    ...insertFirstRows(own, { projects, owner, enrolment: link.row, keys: keys.map(({ row }) => row) }),
  ]);
  return { store, tenant, owner, link, apiKeys: keys.map(({ secret }) => secret) };
}

/** One of these shards, at random. */
function oneOf(shards: readonly string[], { random }: Platform): string {
  const [byte = 0] = random(1);
  const shard = shards[byte % shards.length];
  if (shard === undefined) throw new RangeError("no shard is open for new tenants");
  return shard;
}
