// Elements are made one by one and filled with text; no page ever turns text into markup.

export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  className: string,
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  if (className !== "") element.className = className;
  element.append(...children);
  return element;
}

/** An element that the page's HTML is known to have. */
export function part(id: string): HTMLElement {
  return partOf(id, HTMLElement);
}

export function partOf<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const element = document.getElementById(id);
  if (element instanceof kind) return element;
  throw new TypeError(`the page has no ${id}`);
}

export function show(element: HTMLElement, shown: boolean): void {
  element.hidden = !shown;
}

/** Set only when it differs: a live region that is set again is read out again. */
export function say(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function link(href: string, className: string, ...children: readonly (Node | string)[]): HTMLElement {
  const element = make("a", className, ...children);
  element.href = href;
  return element;
}

/** Acts and says what came of it. Until then a second tap does nothing, and the button keeps the focus. */
export async function once(
  button: HTMLButtonElement,
  status: HTMLElement,
  act: () => Promise<string>,
): Promise<void> {
  if (button.ariaDisabled === "true") return;
  button.ariaDisabled = "true";
  say(status, await act());
  button.ariaDisabled = "false";
}
