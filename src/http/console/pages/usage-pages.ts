import { UsageView } from "../../../../web/console/usage-page.tsx";
import { definePage } from "../define.ts";

export const usagePage = definePage({
  path: "/console/usage",
  title: "Plan and usage",
  section: "usage",
  act: "usage.read",
  input: () => null,
  view: UsageView,
});
