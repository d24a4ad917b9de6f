import type { GroupDraft, GroupEditor } from "../../core/pages/policies/policies-page-data.ts";
import { groupHash } from "../../core/policy/group-document.ts";
import { groupNamesOf } from "../../core/policy/policy-document.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import type { Directory } from "../../core/stream/directory.ts";
import { groupsByName, policiesByName } from "../../core/stream/rulebook.ts";
import type { ActCall } from "../acts/act.ts";
import { directoryOf } from "../directory/directory-of.ts";
import { askForDocument, choosablePeople, type DocumentAsked } from "./ask-document.ts";

interface EditInput {
  /** Null: a new one. */
  readonly name: string | null;
  /** Null: as it is in force. */
  readonly draft: GroupDraft | null;
  /** The version that the draft began with. */
  readonly replaces: string | null;
}

export async function editGroup({ store }: ActCall, input: EditInput): Promise<Result<GroupEditor>> {
  const { name, draft } = input;
  const directory = await directoryOf(store);
  const current = name === null ? undefined : groupsByName(directory.rulebook).get(name);
  if (name !== null && current === undefined)
    return refuse("not_found", `there is no group “${name}”; it may have been removed`);
  const policies = [...policiesByName(directory.rulebook).values()];
  return accept({
    name,
    draft: draft ?? {
      name: name ?? "",
      members: current?.members.map(({ id }) => id) ?? [],
    },
    replaces: draft === null ? hashOf(directory, name) : input.replaces,
    people: choosablePeople(directory),
    usedBy: policies
      .filter((policy) => groupNamesOf(policy).includes(name ?? ""))
      .map((policy) => policy.name),
  });
}

interface SaveInput {
  readonly name: string | null;
  /** Null removes it. */
  readonly draft: GroupDraft | null;
  readonly replaces: string | null;
}

export async function saveGroup(
  call: ActCall,
  { name: edited, draft, replaces }: SaveInput,
): Promise<Result<DocumentAsked>> {
  const directory = await directoryOf(call.store);
  const name = edited ?? draft?.name.trim() ?? "";
  if (draft?.members.length === 0)
    return refuse("group_invalid", "has nobody; choose at least one person", "/members");
  const usernames = new Map(choosablePeople(directory).map(({ id, username }) => [id, username]));
  const members = draft?.members.map((id) => ({ id, username: usernames.get(id) ?? id }));
  const document =
    members === undefined ? null : ({ v: 1, kind: "countersign/group", name, members } as const);
  const version = { kind: "group", name, document } as const;
  if (edited === null && groupsByName(directory.rulebook).has(name))
    return refuse("document_refused", "is the name of a group that is there already", "/name");
  return askForDocument(call, version, { was: replaces, now: hashOf(directory, name) });
}

function hashOf({ rulebook }: Directory, name: string | null): string | null {
  const current = name === null ? undefined : groupsByName(rulebook).get(name);
  return current === undefined ? null : groupHash(current);
}
