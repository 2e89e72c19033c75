// --- notices, and what is kept on this telephone ------------------------------------------------------------------
const worker = !phone && isSecureContext && "serviceWorker" in navigator ? navigator.serviceWorker.register("/chat/sw.js", { scope: "/chat" }).catch(() => null) : null;

// The last lines, to be read without a network; gone with the chat. Written with each change and in order: what is
// read is kept before the network goes, and nothing of a chat is written after it was dropped.
const COPY = "maatje-copy", MOST_KEPT = 50;
let copying = Promise.resolve(), changed = false, copied = null;
function keepCopy() {
  // What changes before a write begins goes with that write.
  if (!worker || !("caches" in window) || changed) return;
  changed = true;
  copying = copying.then(async () => {
    changed = false;
    if (!chat) return;
    const last = [...lines.values()].sort((a, b) => a.id - b.id).slice(-MOST_KEPT);
    await (await caches.open(COPY)).put("/chat/copy", new Response(JSON.stringify({ chat, window: view, lines: last })));
  }).catch(() => { /* this telephone has no room: the page works without */ });
}
function dropCopy() {
  changed = false;
  copying = copying.then(async () => {
    if ("caches" in window) for (const name of await caches.keys()) if (name.startsWith("maatje-")) await caches.delete(name);
  }).catch(() => { /* this browser keeps nothing */ });
  return copying;
}
// Without a network, and before the chat was opened: what was kept of it.
async function showCopy() {
  if (chat || copied || !("caches" in window)) return;
  const found = await caches.match("/chat/copy").catch(() => null);
  if (!found || chat) return;
  copied = await found.json();
  dress(copied.window);
  for (const line of copied.lines) place({ ...line, buttons: [] }, false);
  notice("saved");
  lend();
  bring(newestPart());
}

// Asked once, after the first message that came by itself.
const NOTICES = "maatje-notices";
function remembered(value) {
  try {
    if (value) localStorage.setItem(NOTICES, value);
    return localStorage.getItem(NOTICES);
  } catch { return "no"; }
}
const key = () => Uint8Array.from(atob(view.notices.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const iPhone = /iPhone|iPad|iPod/.test(navigator.userAgent);
function askNotices() {
  if (!worker || !view.notices || remembered() || !$("tell").hidden) return;
  const can = "PushManager" in window && "Notification" in window;
  if (can ? Notification.permission !== "default" : !iPhone || navigator.standalone) return;
  $("tell").dataset.how = can ? "ask" : "iphone";
  $("tell-yes").hidden = !can;
  $("tell").hidden = false;
  dressNotices();
}
function dressNotices() {
  $("tell-ask").textContent = view.texts[$("tell").dataset.how === "iphone" ? "tell_iphone" : "tell_ask"];
  $("tell-yes").textContent = view.texts.tell_yes;
  $("tell-no").textContent = $("tell").dataset.how === "iphone" ? "OK" : view.texts.tell_no;
}
$("tell-no").onclick = () => { remembered("no"); $("tell").hidden = true; };
$("tell-yes").onclick = async () => {
  $("tell").hidden = true;
  remembered("yes");
  if (await Notification.requestPermission() !== "granted") { notice("tell_refused"); return; }
  await subscribe();
};
// The browser may have made another address meanwhile: told with each opening.
async function subscribe() {
  if (!worker || !view.notices || !("Notification" in window) || Notification.permission !== "granted" || remembered() !== "yes") return;
  try {
    const there = await navigator.serviceWorker.ready;
    const found = await there.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key() });
    const { endpoint, keys } = found.toJSON();
    await post("notices", { endpoint, p256dh: keys.p256dh, auth: keys.auth });
  } catch { /* this browser has no service for it, or there is no network: asked again with the next opening */ }
}
