import { FiguresView } from "../../../../web/console/figures/figures-page.tsx";
import { definePage } from "../define.ts";

export const figuresPage = definePage({
  path: "/console/figures",
  title: "Figures",
  section: "figures",
  act: "figures.read",
  input: () => null,
  view: FiguresView,
});
