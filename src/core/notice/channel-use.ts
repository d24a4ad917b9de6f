import type { ChannelKind } from "./notice-kinds.ts";

interface Channel {
  readonly kind: ChannelKind;
  /** `default`: as the project says. */
  readonly use: "default" | "always" | "never";
}

/** Whether notices of a project's requests go to this channel. */
export function isChannelUsed({ kind, use }: Channel, project: { readonly noticeKinds: string }): boolean {
  return use === "always" || (use === "default" && project.noticeKinds.split(" ").includes(kind));
}
