import { CHANNEL_KINDS } from "../../core/notice/notice-kinds.ts";
import type { ProjectRules } from "../../core/pages/sending/notices-page-data.ts";
import type { NoticeRules } from "../../store/project/notice-rules.ts";

export function rulesOf({ noticeKinds, hidesContent, reminderPercent }: NoticeRules): ProjectRules {
  const kinds = noticeKinds.split(" ");
  return { kinds: CHANNEL_KINDS.filter((kind) => kinds.includes(kind)), hidesContent, reminderPercent };
}

/** As they are stored: the kinds in their order, so that equal rules are equal texts. */
export function columnsOf({ kinds, hidesContent, reminderPercent }: ProjectRules): NoticeRules {
  const ordered = CHANNEL_KINDS.filter((kind) => kinds.includes(kind));
  return { noticeKinds: ordered.join(" "), hidesContent, reminderPercent };
}
