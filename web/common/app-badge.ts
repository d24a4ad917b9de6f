/** The number on the icon of an installed app. Not every browser has it, and nothing depends on it. */
export function showWaiting(waiting: number): void {
  const app: Partial<Pick<Navigator, "setAppBadge" | "clearAppBadge">> = navigator;
  const shown = waiting === 0 ? app.clearAppBadge?.() : app.setAppBadge?.(waiting);
  shown?.catch(() => undefined);
}
