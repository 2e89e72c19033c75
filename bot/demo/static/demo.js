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

async function choose(person) {
  for (const button of list.querySelectorAll("button")) button.setAttribute("aria-current", String(button.dataset.id === person.id));
  const consultant = state.consultants.find((c) => c.id === person.consultant);
  const both = [await phone(person.id, person.name)];
  if (consultant) both.push(await phone(consultant.id, `${consultant.name} (consultant)`));
  phones.replaceChildren(...both);
}

async function load() {
  state = await (await fetch("/demo/state")).json();
  now.textContent = state.now;
  list.replaceChildren(...state.people.map((person) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.dataset.id = person.id;
    const language = document.createElement("small");
    language.textContent = `${person.language} · ${person.route}`;
    button.append(person.name, language);
    button.addEventListener("click", () => choose(person));
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

load();
setInterval(async () => { now.textContent = (await (await fetch("/demo/state")).json()).now; }, 30000);
