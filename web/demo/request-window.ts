// The approval page in a small window of its own, or in a tab where browsers have no small windows.

const FEATURES = "popup,width=420,height=880";
let opened: Window | null = null;

/** In the tap's own event handler. If the browser blocks the window, the link itself opens the page. */
export function openRequestWindow(event: MouseEvent): void {
  const link = event.currentTarget as HTMLAnchorElement;
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  opened = window.open(link.href, link.target, FEATURES);
  if (opened !== null) event.preventDefault();
}

/** Whether this page has opened it, and the person has closed it. */
export function isRequestWindowClosed(): boolean {
  return opened?.closed === true;
}

export function closeRequestWindow(): void {
  opened?.close();
  opened = null;
}
