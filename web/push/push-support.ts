/** Whether this browser can show notices while no page is open. */
type PushSupport = "ready" | "blocked" | "install-first" | "missing";

export function pushSupport(): PushSupport {
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window))
    return isAppleMobile() && !isInstalled() ? "install-first" : "missing";
  return Notification.permission === "denied" ? "blocked" : "ready";
}

/** What a person can do about it. */
export const SUPPORT_TEXTS: Readonly<Record<Exclude<PushSupport, "ready">, string>> = {
  blocked:
    "This browser blocks notifications of this site. Allow them for this site in the browser’s settings, then reload this page.",
  "install-first":
    "On an iPhone or iPad, notices come to the installed app only. Open the Share menu, choose “Add to Home Screen”, open Countersign from the Home Screen, and come back to this page there.",
  missing:
    "This browser can’t show notices. Use a current version of Chrome, Edge, Firefox or Safari, not in a private window, or add another way to reach you below.",
};

/** An iPad says that it is a Mac, but it has a touch screen. */
function isAppleMobile(): boolean {
  const { userAgent, maxTouchPoints } = navigator;
  return /iPhone|iPad|iPod/.test(userAgent) || (userAgent.includes("Macintosh") && maxTouchPoints > 1);
}

function isInstalled(): boolean {
  return matchMedia("(display-mode: standalone)").matches;
}
