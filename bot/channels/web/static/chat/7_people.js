// --- several people on one telephone -------------------------------------------------------------------------------
// Whose chats this browser knows besides, by first name. What is for another is shown after the question who it is.
let people = [], refused = [], ownAsks = true;
const named = (key, person) => view.texts[key].replaceAll("{name}", person.name);
const swap = (label, act) => {
  const button = make("button", { type: "button", class: "swap" }, label);
  button.onclick = act;
  return button;
};
function askWho(ask, ...buttons) {
  $("who").hidden = !ask;
  $("who-ask").textContent = ask || "";
  $("who-list").replaceChildren(...buttons);
  buttons.at(-1)?.focus();
}
const noWho = () => askWho();
function askSure(person, key) {
  if (!person.asks) return become(person);
  // Who listens hears it, where the browser lets it; and again by the button.
  const heard = person.listens && new Audio(at("asked/" + person.chat));
  askWho(named(key, person), ...heard ? [swap("🔊", () => heard.play())] : [], swap("✅ " + named("yes", person), () => become(person)), swap("❌ " + view.texts.tell_no, () => { refused.push(person.chat); noWho(); }));
  if (heard) { speaking?.pause(); speaking = heard; heard.play().catch(() => {}); }
}
function know(some) {
  people = some;
  refused = refused.filter((chat) => people.some((one) => one.news && one.chat === chat));
  $("people").hidden = !people.length;
  $("people").classList.toggle("news", people.some((one) => one.news));
  const next = people.find((one) => one.news && !refused.includes(one.chat));
  // What may be shown at once is, unless somebody is in the middle of something.
  if (next && $("who").hidden && (next.asks || !isAsked())) askSure(next, "message");
}
$("people").onclick = () => {
  if (!$("who").hidden) return noWho();
  const t = view.texts, choose = swap(ownAsks ? "👁️ " + t.show_at_once : "🙈 " + t.ask_first, () => { noWho(); ownAsks = !ownAsks; post("asking", { event: hex(16), chat, asks: ownAsks }); });
  askWho(t.people, ...people.map((one) => swap("👤 " + one.name, () => askSure(one, one.news ? "message" : "sure"))), choose, swap("❌ " + view.texts.other_no, noWho));
};
const SWITCHED = "maatje-switched";
async function become(person) {
  noWho();
  // What was written here goes first: it is this one's, not the other's.
  if (queue.length || recorder) return notice("sending");
  speaking?.pause();
  const answer = await post("switch", { chat: person.chat }).catch(() => null);
  if (!answer?.ok) return status(navigator.onLine ? "connecting" : "offline");
  listening?.close();
  text.value = "";
  fit();
  log.textContent = "";
  try { localStorage.setItem(SWITCHED, hex(4)); } catch { /* other windows of this browser find out when they ask */ }
  start();
}
// Another window of this browser shows somebody else now: so does this one, before anything is written to the wrong one.
addEventListener("storage", (event) => { if (event.key === SWITCHED && !phone) { listening?.close(); log.textContent = ""; start(); } });
