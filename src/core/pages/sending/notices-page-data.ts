import type { ProjectMode } from "../../confirmation/project-mode.ts";
import type { ChannelKind, ChannelUse } from "../../notice/notice-kinds.ts";

// Where a person and a project hear of requests, as the page of notices and the project's page show it.

/** What a project says of the notices of its requests. */
export interface ProjectRules {
  /** The kinds of channels that are used unless a channel says otherwise. */
  readonly kinds: readonly ChannelKind[];
  /** Whether notices leave out who asks for what. */
  readonly hidesContent: boolean;
  /** 0: nobody is reminded. */
  readonly reminderPercent: number;
}

export interface ChannelItem {
  readonly id: string;
  readonly kind: ChannelKind;
  readonly name: string;
  /** The e-mail address, or the host of a chat; empty for a device. An address of a hook is a secret. */
  readonly address: string;
  readonly use: ChannelUse;
  readonly createdAt: string;
  /** `unconfirmed`: it gets nothing yet. `gone`: it exists no more. */
  readonly state: "active" | "unconfirmed" | "gone" | "unsubscribed";
  readonly endedAt: string | null;
  /** The SHA-256 of a subscription's address, by which a browser knows its own; null for other kinds. */
  readonly endpointHash: string | null;
}

export interface QuietHoursSeen {
  /** Minutes of the day; null: no quiet hours. */
  readonly from: number | null;
  readonly until: number | null;
  readonly timeZone: string;
}

/** What was just done with a channel. */
export interface ChannelNote {
  readonly done: "tested" | "linked" | "confirmed";
  readonly channel: ChannelItem;
}

export interface NoticesPage {
  readonly channels: readonly ChannelItem[];
  /** Those that ended lately without the person. */
  readonly lost: readonly ChannelItem[];
  readonly note: ChannelNote | null;
  /** What this deployment can send. */
  readonly offered: readonly ChannelKind[];
  /** The public key for subscriptions; null if this deployment has none. */
  readonly pushKey: string | null;
  readonly quiet: QuietHoursSeen;
  readonly pausedUntil: string | null;
  /** The projects that have asked the person lately. */
  readonly projects: readonly {
    readonly id: string;
    readonly name: string;
    readonly mode: ProjectMode;
    readonly rules: ProjectRules;
  }[];
  readonly newId: string;
}
