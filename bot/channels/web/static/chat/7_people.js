// --- several people on one telephone -------------------------------------------------------------------------------
// Whose chats this browser knows besides, by first name. What is for another is shown after the question who it is.
let people = [], refused = [];
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
const askSure = (person, key) => askWho(named(key, person), swap("✅ " + named("yes", person), () => become(person)), swap("❌ " + view.texts.tell_no, () => { refused.push(person.chat); noWho(); }));
function know(some) {
  people = some;
  refused = refused.filter((chat) => people.some((one) => one.news && one.chat === chat));
  $("people").hidden = !people.length;
  $("people").classList.toggle("news", people.some((one) => one.news));
  const next = people.find((one) => one.news && !refused.includes(one.chat));
  if (next && $("who").hidden) askSure(next, "message");
}
$("people").onclick = () => {
  if (!$("who").hidden) return noWho();
  askWho(view.texts.people, ...people.map((one) => swap("👤 " + one.name, () => askSure(one, one.news ? "message" : "sure"))), swap("❌ " + view.texts.other_no, noWho));
};
const SWITCHED = "maatje-switched";
async function become(person) {
  noWho();
  // What was written here goes first: it is this one's, not the other's.
  if (queue.length || recorder) return notice("sending");
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
