// The icons of all pages: 20 by 20, drawn with a stroke in the text's own colour.

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  arrow: "M4 10h12M11 5l5 5-5 5",
  bell: "M5 14V9a5 5 0 0110 0v5l1.5 1.5h-13zM8.5 17.5h3",
  building: "M4 17V4h8v13M12 8h4v9M2.5 17h15M7 7.5h2M7 10.5h2M7 13.5h2",
  check: "M4 10.5l4 4L16 6",
  chevron: "M7.5 4.5L13 10l-5.5 5.5",
  clock: "M10 3a7 7 0 100 14 7 7 0 000-14zM10 6.5V10l2.5 2",
  copy: "M7.5 7.5h9v9h-9zM4.5 12.5h-1v-9h9v1",
  cross: "M5 5l10 10M15 5L5 15",
  download: "M10 3v9.5M6 9l4 4 4-4M4 16.5h12",
  eye: "M2 10s3-5.5 8-5.5S18 10 18 10s-3 5.5-8 5.5S2 10 2 10zM10 7.75a2.25 2.25 0 100 4.5 2.25 2.25 0 000-4.5z",
  key: "M7 6.5a3.5 3.5 0 100 7 3.5 3.5 0 000-7zM10.5 10H18M15.5 10v3",
  link: "M8.5 11.5l3-3M9 6l2-2a3.5 3.5 0 015 5l-2 2M11 14l-2 2a3.5 3.5 0 01-5-5l2-2",
  lock: "M4.5 9h11v8h-11zM7 9V6.5a3 3 0 016 0V9",
  person: "M10 3.5a3 3 0 100 6 3 3 0 000-6zM4 17c0-3.5 2.5-5 6-5s6 1.5 6 5",
  shield: "M10 2.5l6.5 2.5v4.5c0 4-2.7 6.6-6.5 8-3.8-1.4-6.5-4-6.5-8V5zM7 10l2.2 2.2L13 8.2",
  warning: "M10 3l8 14H2zM10 8.5v3.5M10 14.5v.1",
} as const;
export type IconName = keyof typeof PATHS;

/** For the eye only: the text next to it says the same. */
export function icon(name: IconName): SVGSVGElement {
  const drawn = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  drawn.setAttribute("class", "icon");
  drawn.setAttribute("viewBox", "0 0 20 20");
  drawn.ariaHidden = "true";
  path.setAttribute("d", PATHS[name]);
  drawn.append(path);
  return drawn;
}
