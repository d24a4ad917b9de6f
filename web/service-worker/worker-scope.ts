// What is used of a service worker's runtime. TypeScript's own types of it exclude those of a page, and this folder
// shares code with pages.

interface LastingEvent extends Event {
  /** The runtime ends the service worker when this and all others are done. */
  readonly waitUntil: (work: Promise<unknown>) => void;
}

interface PushEvent extends LastingEvent {
  readonly data: { readonly text: () => string } | null;
}

interface NoticeEvent extends LastingEvent {
  readonly notification: Notification;
}

interface OpenPage {
  readonly url: string;
  readonly focus: () => Promise<unknown>;
}

interface WorkerEvents {
  readonly install: LastingEvent;
  readonly push: PushEvent;
  readonly notificationclick: NoticeEvent;
  readonly pushsubscriptionchange: LastingEvent & { readonly oldSubscription?: PushSubscription | null };
}

export interface WorkerScope {
  readonly registration: ServiceWorkerRegistration;
  readonly clients: {
    readonly matchAll: (of: { type: "window"; includeUncontrolled: true }) => Promise<readonly OpenPage[]>;
    readonly openWindow: (address: string) => Promise<unknown>;
  };
  readonly skipWaiting: () => Promise<void>;
  readonly addEventListener: <Type extends keyof WorkerEvents>(
    type: Type,
    listener: (event: WorkerEvents[Type]) => void,
  ) => void;
}
