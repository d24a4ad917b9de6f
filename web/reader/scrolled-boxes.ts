/** Boxes that scroll are stops of the tab key. Those in which everything is visible need not be. */
export function keepTabStops(): void {
  const boxes = document.querySelectorAll<HTMLElement>("article [tabindex='0']");
  const observer = new ResizeObserver((entries) => {
    for (const { target } of entries)
      target.setAttribute("tabindex", target.scrollWidth > target.clientWidth ? "0" : "-1");
  });
  for (const box of boxes) observer.observe(box);
}

/** The page that is read is in view in the navigation, without moving the page itself. */
export function showCurrentPage(): void {
  const side = document.querySelector<HTMLElement>(".docs-side");
  const current = side?.querySelector<HTMLElement>("[aria-current]");
  if (!side || !current) return;
  const below = current.getBoundingClientRect().bottom - side.getBoundingClientRect().bottom;
  if (below > 0) side.scrollTop = below + side.clientHeight / 2;
}
