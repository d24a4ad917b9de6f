import type { HtmlEscapedString } from "hono/utils/html";

/** What a view returns. No view is asynchronous: its data has been read before. */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;
