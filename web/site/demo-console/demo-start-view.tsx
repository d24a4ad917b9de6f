import type { StartPage } from "../../../src/core/pages/start-page-data.ts";
import type { View } from "../../console/layout.tsx";
import { StartView } from "../../console/start/start-page.tsx";

export interface DemoStart extends StartPage {
  /** Pages that show most of what the console does. */
  readonly tour: readonly { readonly href: string; readonly text: string; readonly help: string }[];
}

/** The overview of the demo console, with a short tour. */
export const DemoStartView: View<DemoStart> = (props) => (
  <>
    {StartView(props)}
    <h2>Where to look first</h2>
    <ul class="rows" role="list">
      {props.data.tour.map(({ href, text, help }) => (
        <li>
          <p>
            <a href={href}>{text}</a>
          </p>
          <p class="quiet">{help}</p>
        </li>
      ))}
    </ul>
  </>
);
