import { isPersonEffect } from "../../stream/change-effect.ts";
import type { Directory, Member } from "../../stream/directory.ts";
import type { ChangeRecord, CreatedRecord } from "../../stream/record.ts";
import type { Rulebook } from "../../stream/rulebook.ts";

// What the directory was after each of its changes, as far as the choice of a policy depends on it. An export can have
// thousands of changes and a thousand people: so each person has a list of own changes, and no change a list of people.

export interface PastDirectory {
  /** Of the record after which it was so. */
  readonly seq: number;
  readonly at: string;
  readonly type: (CreatedRecord | ChangeRecord)["type"];
  readonly rulebook: Rulebook;
  /** Whether a policy can resolve to something else than before. */
  readonly isOther: boolean;
  /** The person of whom earlier signatures may count no longer. */
  readonly unseated: string | null;
}

export class PastDirectories {
  readonly #states: PastDirectory[] = [];
  readonly #members = new Map<string, { readonly seq: number; readonly member: Member }[]>();

  /** In the order of the stream. `directory` is the one after this record. */
  add(record: CreatedRecord | ChangeRecord, { members, rulebook }: Directory): void {
    const { seq, at, type } = record;
    const effect = record.type === "stream.created" ? null : record.body.change;
    const personal = effect !== null && isPersonEffect(effect) ? effect : undefined;
    const changed = record.type === "stream.created" ? record.body.person.id : personal?.person;
    const isOtherMember = changed !== undefined && this.#note(seq, members.get(changed));
    const ends = type === "role.changed" || (personal?.revoked.length ?? 0) > 0;
    const isOther = isOtherMember || rulebook !== this.#states.at(-1)?.rulebook;
    this.#states.push({ seq, at, type, rulebook, isOther, unseated: ends ? (changed ?? null) : null });
  }

  #note(seq: number, member: Member | undefined): boolean {
    if (member === undefined) return false;
    const known = this.#members.get(member.id) ?? [];
    const last = known.at(-1)?.member;
    if (last?.role === member.role && last.removed === member.removed) return false;
    this.#members.set(member.id, [...known, { seq, member }]);
    return true;
  }

  /** Undefined if this record is no change of the directory. */
  after(seq: number): PastDirectory | undefined {
    return this.#states.findLast((state) => state.seq === seq);
  }

  membersAfter(seq: number): ReadonlyMap<string, Member> {
    return new Map(
      [...this.#members].flatMap(([id, versions]) => {
        const version = versions.findLast((one) => one.seq <= seq);
        return version === undefined ? [] : [[id, version.member]];
      }),
    );
  }

  /** Those after the changes that follow the first of these records, up to the second one. */
  between(seq: number, last: number): readonly PastDirectory[] {
    const from = this.#states.findLastIndex((state) => state.seq <= seq) + 1;
    return this.#states.slice(from).filter((state) => state.seq <= last);
  }
}
