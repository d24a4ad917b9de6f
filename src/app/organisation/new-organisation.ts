import { makeRef, REF_RANDOM_BYTES } from "../../core/confirmation/tenant-ref.ts";
import { insertFirstRows } from "../../store/account/first-rows.ts";
import type { NewTenant, ProjectRow } from "../../store/rows.ts";
import { insertTenant } from "../../store/tenant-lookup.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { newLink, newPerson } from "../account/invite.ts";
import { OPERATOR, trailEntryOf } from "../acts/trail-entry.ts";
import { newId, newSalt, newSecret, type Platform } from "../runtime.ts";

// A new organisation: its row, its projects, its owner and the owner's link, in one transaction. Its stream starts with
// the owner's first passkey.

const STREAM_KEY_BYTES = 32;

export interface OrganisationForm {
  readonly name: string;
  /** The owner's user name. */
  readonly username: string;
  readonly projects: readonly Pick<ProjectRow, "name" | "mode">[];
  readonly linkMinutes?: number;
  /** Null: an operator makes it. */
  readonly signUp: SignUpTerms | null;
}

export interface SignUpTerms extends Pick<NewTenant, "plan" | "signupUntil"> {
  /** From where the owner makes it, in general terms. */
  readonly place: string;
}

export interface NewOrganisation {
  readonly store: TenantStore;
  readonly tenant: NewTenant;
  readonly owner: ReturnType<typeof newPerson>;
  readonly link: ReturnType<typeof newLink>;
  readonly projectIds: readonly string[];
}

export async function newOrganisation(
  platform: Platform,
  { name, username, projects: described, linkMinutes, signUp }: OrganisationForm,
): Promise<NewOrganisation> {
  const createdAt = platform.now();
  const { place = "", ...terms } = signUp ?? {};
  const tenant = {
    ...terms,
    id: makeRef(openShard(platform), platform.random(REF_RANDOM_BYTES)),
    name,
    streamKey: newSecret(platform, STREAM_KEY_BYTES),
    genesisSalt: newSalt(platform),
    createdAt,
  };
  const owner = newPerson(platform, tenant.id, username, "owner");
  const link = newLink(platform, { tenantId: tenant.id }, owner.id, false, linkMinutes);
  const projects = described.map((project) => ({ ...project, id: newId(platform, "j"), createdAt }));
  const by = signUp === null ? OPERATOR : ({ kind: "person", id: owner.id, name: username, place } as const);
  const done = trailEntryOf(platform, by, { act: "organisation.created", detail: { owner: username } });
  const store = await insertTenant(platform.databases, tenant, (own) => [
    done,
    ...insertFirstRows(own, { projects, owner, enrolment: link.row }),
  ]);
  return { store, tenant, owner, link, projectIds: projects.map(({ id }) => id) };
}

/** One of the shards for new tenants, at random. */
function openShard({ databases, random }: Platform): string {
  const [byte = 0] = random(1);
  const shard = databases.open[byte % databases.open.length];
  if (shard === undefined) throw new RangeError("no shard is open for new tenants");
  return shard;
}
