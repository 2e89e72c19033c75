"use strict";
const now = document.getElementById("now");
const list = document.getElementById("people");
const phones = document.getElementById("phones");
let state = { people: [], consultants: [] };

async function post(path, body) {
  const answer = await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  return answer.json();
}

async function phone(id, name) {
  const { url } = await post("/demo/open", { id });
  const figure = document.createElement("figure");
  const caption = document.createElement("figcaption");
  caption.textContent = name;
  const frame = document.createElement("iframe");
  frame.title = `Phone of ${name}`;
  frame.src = url;
  figure.append(caption, frame);
  return figure;
}

// The person's other telephone screens and mailbox, as their providers' counterparts show them.
const SIDES = { whatsapp: "WhatsApp", sms: "SMS", email: "E-mail" };
let watched = null;

function side(channel, person) {
  const figure = document.createElement("figure");
  figure.className = "side";
  const caption = document.createElement("figcaption");
  caption.textContent = `${SIDES[channel]} of ${person.name}`;
  const log = document.createElement("div");
  log.className = "log";
  log.id = `side-${channel}`;
  log.tabIndex = 0;
  figure.append(caption, log);
  if (channel !== "email") {
    const form = document.createElement("form");
    const text = document.createElement("input");
    text.setAttribute("aria-label", `Write as ${person.name}`);
    const link = document.createElement("button");
    link.type = "button";
    link.textContent = "Send the invitation's code";
    link.addEventListener("click", () => act(person, { channel, link: true }));
    form.append(text);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (text.value.trim()) act(person, { channel, text: text.value });
      text.value = "";
    });
    figure.append(form, link);
  }
  return figure;
}

async function act(person, what) { draw(person, await post("/demo/sides", { id: person.id, ...what })); }

function draw(person, shown) {
  for (const [channel, lines] of Object.entries(shown)) {
    const log = document.getElementById(`side-${channel}`);
    if (!log || log.dataset.lines === JSON.stringify(lines)) continue;
    log.dataset.lines = JSON.stringify(lines);
    log.replaceChildren(...lines.map((line, place) => {
      const bubble = document.createElement("div");
      bubble.className = line.mine ? "mine" : "theirs";
      bubble.dir = "auto";
      const words = document.createElement("p");
      words.textContent = line.text;
      bubble.append(words);
      if (place === lines.length - 1) for (const label of line.buttons || []) {
        const button = document.createElement("button");
        button.textContent = label;
        button.addEventListener("click", () => act(person, { channel, press: label }));
        bubble.append(button);
      }
      return bubble;
    }));
    log.scrollTop = log.scrollHeight;
  }
}

async function look() {
  if (watched) draw(watched, await (await fetch(`/demo/sides?id=${watched.id}`)).json());
}

function marked(chosen) {
  for (const button of document.querySelectorAll("nav button")) button.setAttribute("aria-current", String(button === chosen));
}

async function choose(person, sides = Object.keys(SIDES)) {
  const consultant = state.consultants.find((c) => c.id === person.consultant);
  const both = [await phone(person.id, person.name)];
  if (consultant) both.push(await phone(consultant.id, `${consultant.name} (consultant)`));
  phones.replaceChildren(...both, ...sides.map((channel) => side(channel, person)));
  watched = person;
  await look();
}

// What to do first, for who never saw it: a story of five steps, and two other ways to look.
const TOURS = {
  story: (who) => [
    `The phones of ${who} and of their consultant are linked already: each shows its menu.`,
    "Press “to the next message” above until a reminder comes.",
    "Cannot come? Press 🤒 below the reminder, say why, and send it.",
    "The consultant has the report: press 👀, or 🔁 to propose another time.",
    `${who} takes the new time. Both know it, and the desk shows it.`,
  ],
  listening: (who) => [
    `${who} does not read. Press ▶ on the first message, and the number of a language.`,
    "Agree with ✅, and press 👂: from now on messages are pictures and sounds.",
    "Press “to the next message” above: the reminder reads itself.",
    "Say that you come ✅, or cannot 🤒, by the pictures alone.",
    "Every message has 🔊, and one can answer by voice: press 🎤.",
  ],
  consultant: (who) => [
    `This is ${who}'s phone: the menu has today, the reports and the people.`,
    "Press 📅: who comes today, and who did not answer yet.",
    "Press 👥 and choose somebody: their card, their road, and words to them.",
    "Write a name to find somebody at once.",
    "The desk (above) is the same on a large screen, with everything at a glance.",
  ],
};
let tour = [], place = 0;
function step(to) {
  place = to;
  document.getElementById("step").textContent = tour.length ? `${place + 1} of ${tour.length}` : "";
  document.getElementById("does").textContent = tour[place] || "";
  document.getElementById("tour").hidden = !tour.length;
  document.getElementById("onward").textContent = place + 1 < tour.length ? "Next step" : "From the beginning";
}
document.getElementById("onward").addEventListener("click", () => step((place + 1) % tour.length));

async function show(way) {
  const person = state.people[way === "listening" ? 1 : 0];
  marked(document.querySelector(`[data-way="${way}"]`));
  if (way === "consultant") {
    const consultant = state.consultants.find((c) => c.id === person.consultant) || state.consultants[0];
    watched = null;
    phones.replaceChildren(await phone(consultant.id, `${consultant.name} (consultant)`));
    tour = TOURS.consultant(consultant.name);
  } else {
    await choose(person, []);
    tour = TOURS[way](person.name.split(" ")[0]);
  }
  step(0);
}
for (const button of document.querySelectorAll("[data-way]")) button.addEventListener("click", () => show(button.dataset.way));

async function load() {
  state = await (await fetch("/demo/state")).json();
  now.textContent = state.now;
  document.getElementById("desks").replaceChildren(...state.consultants.map((consultant) => {
    const link = document.createElement("a");
    link.href = `/demo/desk?id=${consultant.id}`;
    link.target = "_blank";
    link.textContent = `🗂️ The desk of ${consultant.name}`;
    return link;
  }));
  list.replaceChildren(...state.people.map((person) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.dataset.id = person.id;
    const language = document.createElement("small");
    language.textContent = `${person.language} · ${person.route}`;
    button.append(person.name, language);
    button.addEventListener("click", () => { marked(button); tour = []; step(0); choose(person); });
    item.append(button);
    return item;
  }));
}

for (const button of document.querySelectorAll(".moves button")) {
  button.addEventListener("click", async () => {
    for (const other of document.querySelectorAll(".moves button")) other.disabled = true;
    const answer = await post("/demo/move", button.dataset.next ? { next: true } : { minutes: Number(button.dataset.minutes) });
    now.textContent = answer.now;
    for (const other of document.querySelectorAll(".moves button")) other.disabled = false;
  });
}

load().then(() => show("story"));
setInterval(look, 1500);
setInterval(async () => { now.textContent = (await (await fetch("/demo/state")).json()).now; }, 30000);
