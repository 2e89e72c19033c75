"use strict";
// The telephone of the person who is looked at: it rings, is picked up, says what our service says, and has keys.
const telephone = { step: 0, state: "quiet", sound: new Audio(), timer: 0, at: "" };

function keypad(person) {
  const figure = document.createElement("figure");
  figure.className = "side telephone";
  figure.id = "telephone";
  const caption = document.createElement("figcaption");
  caption.textContent = `Telephone of ${person.name}`;
  const says = document.createElement("p");
  says.id = "telephone-says";
  says.setAttribute("role", "status");
  const up = document.createElement("button");
  up.id = "telephone-up";
  up.textContent = "📞 Pick up";
  up.addEventListener("click", () => phoneDoes({ act: "pick up" }));
  const down = document.createElement("button");
  down.id = "telephone-down";
  down.textContent = "Hang up";
  down.addEventListener("click", () => phoneDoes({ act: "hang up" }));
  const keys = document.createElement("div");
  keys.className = "keys";
  for (const key of "123456789*0#") {
    const button = document.createElement("button");
    button.textContent = key;
    button.dataset.key = key;
    button.addEventListener("click", () => press(key));
    keys.append(button);
  }
  figure.append(caption, says, up, down, keys);
  return figure;
}

async function phoneDoes(what) { heardOf(await post("/demo/telephone", { id: watched.id, ...what })); }

function press(key) {
  telephone.sound.pause();
  clearTimeout(telephone.timer);
  phoneDoes({ act: "press", step: telephone.step, key });
}

function waits(seconds) { telephone.timer = setTimeout(() => press(""), seconds * 1000); }

function heardOf(call) {
  const figure = document.getElementById("telephone");
  if (!figure) return;
  const { state } = call;
  document.getElementById("telephone-says").textContent = { ringing: "🔔 It rings", talking: "🔊 On the call" }[state] || "Nobody calls";
  document.getElementById("telephone-up").hidden = state !== "ringing";
  document.getElementById("telephone-down").hidden = state === "quiet";
  figure.classList.toggle("rings", state === "ringing");
  for (const key of figure.querySelectorAll(".keys button")) key.disabled = state !== "talking";
  if (state !== "talking") {
    telephone.sound.pause();
    clearTimeout(telephone.timer);
    telephone.step = 0;
  } else if (call.step !== telephone.step) {
    telephone.step = call.step;
    clearTimeout(telephone.timer);
    if (!call.sound) { waits(call.waits); return; }
    telephone.sound.src = call.sound;
    telephone.sound.onended = () => waits(call.waits);
    telephone.sound.onerror = () => waits(call.waits);
    telephone.sound.play().catch(() => waits(call.waits));
  }
}

async function listen() {
  if (!watched) return;
  const call = await (await fetch(`/demo/telephone?id=${watched.id}`)).json();
  const shown = document.getElementById("telephone");
  // Beside the other telephones, and wherever it rings.
  if (!shown && call.state === "quiet" && !document.getElementById("side-sms")) return;
  if (!shown || telephone.at !== watched.id) {
    shown?.remove();
    phones.append(keypad(watched));
    telephone.at = watched.id;
  }
  heardOf(call);
}
setInterval(listen, 1000);
