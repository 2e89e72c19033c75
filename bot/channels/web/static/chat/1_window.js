// The chat's page: shows lines, keeps what is not sent yet, and listens. No library, no build step: the server puts
// these files one behind the other, in the order of their names, as one module.
const $ = (id) => document.getElementById(id);
const log = $("log"), main = $("scroller"), text = $("text"), form = $("form"), send = $("send");
// In the demo one browser holds several telephones; elsewhere the server does not look at this.
const phone = new URLSearchParams(location.search).get("phone");
const at = (path, params = {}) => {
  const query = new URLSearchParams(phone ? { ...params, phone } : params).toString();
  return "/chat/" + path + (query ? "?" + query : "");
};
const hex = (bytes) => Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (b) => b.toString(16).padStart(2, "0")).join("");
const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined && value !== "") element.setAttribute(name, value);
  element.append(...children);
  return element;
};

let view = JSON.parse($("view").textContent);  // {lang, dir, texts}
let chat = null;      // which chat this is, once it is open
let recorder = null;  // while a voice note is spoken
let cursor = 0;       // how far the live events have been read
let oldest = 0, more = false;
const lines = new Map();    // id → line as the server gave it
const shownAs = new Map();  // id or event → element

// --- the window -------------------------------------------------------------------------------------------------
function dress(next) {
  view = next;
  const t = view.texts;
  document.documentElement.lang = view.lang;
  document.documentElement.dir = view.dir;
  text.placeholder = t.placeholder;
  text.setAttribute("aria-label", t.placeholder);
  send.setAttribute("aria-label", t.send);
  log.setAttribute("aria-label", t.messages);
  form.setAttribute("aria-label", t.placeholder);
  $("attach").setAttribute("aria-label", t.attach);
  $("record").setAttribute("aria-label", recorder ? t.send : t.record);
  $("recording").setAttribute("aria-label", t.recording);
  $("drop").setAttribute("aria-label", t.drop);
  $("other-ask").textContent = t.other_chat;
  $("other-yes").textContent = t.other_yes;
  $("other-no").textContent = t.other_no;
  $("earlier").textContent = t.earlier;
  $("newest-text").textContent = t.newest;
  $("people").setAttribute("aria-label", t.people);
  if (!$("tell").hidden) dressNotices();
  status();
}

let state = "connecting";
function status(next = state) {
  state = next;
  $("status").dataset.state = state;
  const said = view.texts[state];
  if ($("status").textContent !== said) $("status").textContent = said;
}

function notice(key) {
  $("notice").hidden = !key;
  $("notice").textContent = key ? view.texts[key] : "";
}

// Letters for which this telephone draws the box of an unknown one come from the server, and only they (fonts.css); after
// the first lines.
function lend() {
  const root = document.documentElement, page = document.body.dataset, url = page.fonts, pen = make("canvas").getContext("2d", { willReadFrequently: true });
  const drawn = (sign) => { pen.clearRect(0, 0, 24, 24); pen.fillText(sign, 0, 18); return "" + pen.getImageData(0, 0, 24, 24).data; };
  page.fonts = "";
  pen.font = "16px system-ui";
  const boxed = Object.entries({ geez: "ሀ", sorani: "ێ", pictures: "🪪" }).filter(([, sign]) => drawn(sign) === drawn("\u0378"));
  if (!url || !boxed.length) return;
  document.head.append(make("link", { rel: "stylesheet", href: url }));
  root.style.fontFamily = [getComputedStyle(root).fontFamily, ...boxed.map(([name]) => name)];
}
