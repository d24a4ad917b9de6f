import type { Role } from "../stream/record.ts";

/** The roles with a place in the console. A plan counts them; approvers are unlimited, and decide in their inbox. */
export const MEMBERS = ["owner", "admin", "developer", "auditor"] as const satisfies readonly Role[];

export function isMember(role: Role): boolean {
  return (MEMBERS as readonly Role[]).includes(role);
}
