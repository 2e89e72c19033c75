"use strict";
// What is kept for when there is no network, and the notice that something came. No texts of messages come this way.
const SHELL = "maatje-shell", PICTURES = "maatje-pictures", MOST_PICTURES = 12;

self.addEventListener("install", () => self.skipWaiting());

async function keep(cache, request, response) {
  if (response.ok && !response.redirected) await (await caches.open(cache)).put(request, response.clone());
  return response;
}
// The page: from the network, else as it was last.
const page = (request) => fetch(request).then((response) => keep(SHELL, "/chat", response)).catch(async (error) => {
  const kept = await caches.match("/chat");
  if (kept) return kept;
  throw error;
});
// Its files: an address with a version never changes; one that is newer takes the place of the old one.
async function file(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) await (await caches.open(SHELL)).delete(request, { ignoreSearch: true });
  return keep(SHELL, request, response);
}
async function picture(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const response = await keep(PICTURES, request, await fetch(request));
  const cache = await caches.open(PICTURES), all = await cache.keys();
  for (const old of all.slice(0, Math.max(0, all.length - MOST_PICTURES))) await cache.delete(old);
  return response;
}

self.addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin || url.searchParams.has("phone")) return;
  if (request.mode === "navigate" && url.pathname === "/chat") event.respondWith(page(request));
  else if (url.pathname.startsWith("/chat/static/")) event.respondWith(file(request));
  else if (/^\/chat\/media\/\d+\/picture$/.test(url.pathname)) event.respondWith(picture(request));
});

const windows = () => clients.matchAll({ type: "window", includeUncontrolled: true });
self.addEventListener("push", (event) => {
  event.waitUntil((async () => {
    const told = event.data ? event.data.json() : {};
    // Who has the page before them sees the message itself.
    if ((await windows()).some((one) => one.visibilityState === "visible" && new URL(one.url).pathname === "/chat")) return;
    await registration.showNotification(told.title || "", { body: told.body, lang: told.lang, dir: told.dir, tag: "maatje", renotify: true, icon: "/chat/static/icon.png", badge: "/chat/static/icon.png" });
  })());
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil((async () => {
    const open = (await windows()).find((one) => new URL(one.url).pathname === "/chat");
    await (open ? open.focus() : clients.openWindow("/chat"));
  })());
});
