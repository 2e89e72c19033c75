// Passkeys: asks the server what is wanted, hands it to the browser, and sends what came of it as an ordinary form.
// Without this script, or in a browser without passkeys, its forms stay hidden and the other ways to sign in remain.
"use strict";

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
const letters = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");

async function made(options) {
  options.challenge = bytes(options.challenge);
  if (!options.user) return navigator.credentials.get({ publicKey: options });
  options.user.id = bytes(options.user.id);
  for (const one of options.excludeCredentials ?? []) one.id = bytes(one.id);
  return navigator.credentials.create({ publicKey: options });
}

function written(key) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
    if (key.response[name]) response[name] = letters(key.response[name]);
  return JSON.stringify({ id: key.id, rawId: letters(key.rawId), type: key.type, response });
}

async function send(form) {
  const answer = await fetch(form.dataset.ask, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  if (!answer.ok) throw new Error(answer.status);
  form.elements.credential.value = written(await made(await answer.json()));
  form.submit();
}

for (const form of document.querySelectorAll("form[data-ask]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  const failed = form.querySelector("[role=status]");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    failed.textContent = "";
    send(form).catch(() => (failed.textContent = form.dataset.failed));
  });
}
