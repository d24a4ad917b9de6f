import { refuse } from "../../core/refusal.ts";

export const UNKNOWN_PROJECT = refuse("not_found", "there is no such project");

export function nameTaken(name: string) {
  return refuse("name_taken", `there is already a project called "${name}"; choose another name`, "/name");
}
