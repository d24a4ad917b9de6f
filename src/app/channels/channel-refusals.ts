import {
  LINK_PAUSE_SECONDS,
  LINKS_PER_DAY_MAX,
  NEW_CHANNELS_PER_DAY_MAX,
  PERSON_CHANNELS_MAX,
  PROJECT_CHANNELS_MAX,
} from "../../core/notice/channel-limits.ts";
import { refuse } from "../../core/refusal.ts";
import type { Owner } from "../../store/channels/own-channels.ts";

export const UNKNOWN_CHANNEL = refuse("not_found", "there is no such channel");

export const CHANNEL_CHANGED = refuse(
  "changed_meanwhile",
  "this channel was changed or has ended meanwhile; look at it and send your change again",
);

export function channelExists(at: string) {
  return refuse("already_added", "there is already a channel with this address; find it in the list", at);
}

export function noRoomForChannel({ kind }: Owner) {
  return refuse(
    "quota_exceeded",
    kind === "project"
      ? `a project has at most ${PROJECT_CHANNELS_MAX} chat rooms; remove one that is not used`
      : `you can have ${PERSON_CHANNELS_MAX} channels, add ${NEW_CHANNELS_PER_DAY_MAX} a day, and get ${LINKS_PER_DAY_MAX} links in mails a day; remove a channel that is not used, or try again tomorrow`,
  );
}

export const LINK_TOO_SOON = refuse(
  "quota_exceeded",
  `a link is sent at most every ${LINK_PAUSE_SECONDS} seconds, and ${LINKS_PER_DAY_MAX} times a day; look at the mails that you have, also among spam, then try again later`,
);

export const NO_MAILS = refuse(
  "validation_failed",
  "this deployment sends no mails; choose another kind of channel",
);

export const NO_PUSH = refuse(
  "validation_failed",
  "this deployment sends no push messages; choose another kind of channel",
);
