import { refuse } from "../../core/refusal.ts";

export const UNKNOWN_PROJECT = refuse("not_found", "there is no such project");

export function nameTaken(name: string) {
  return refuse("name_taken", `there is already a project called "${name}"; choose another name`, "/name");
}

export function isArchived(name: string) {
  return refuse(
    "project_archived",
    `the project "${name}" is archived and can't be changed; create a new one`,
  );
}
